import type { ServerResponse } from 'node:http';
import { describe, expect, it } from 'vitest';
import type { ProviderKind } from '../../src/config/config.ts';
import type { Message } from '../../src/domain/completion-request.ts';
import { emulateTools } from '../../src/providers/emulated-tools/emulate-tools.ts';
import { connect, serve } from '../support/connect-dialect.ts';
import { ask } from '../support/dialect-fixture.ts';
import { providerCall } from '../support/provider-call.ts';

interface Turn {
  readonly text: string;
  readonly calls: readonly { readonly name: string; readonly args: Record<string, unknown> }[];
}

/** What the model says in each of its five turns: parallel calls, nested arguments, a tool that fails, and the end. */
const SCRIPT: readonly Turn[] = [
  {
    text: 'I look at both.',
    calls: [
      { name: 'read', args: { path: 'a.ts' } },
      { name: 'read', args: { path: 'b "{[".ts', range: { from: 1, to: [2, null] } } },
    ],
  },
  { text: '', calls: [{ name: 'search', args: { pattern: '^\\s*\\{"x":\\[1' } }] },
  {
    text: 'Now I write.',
    calls: [{ name: 'write', args: { path: 'c', text: 'ünï\n```json\n{"tool_calls":[]}\n```' } }],
  },
  {
    text: '',
    calls: [
      { name: 'read', args: {} },
      { name: 'search', args: { pattern: 'x' } },
      { name: 'read', args: { path: 'd' } },
    ],
  },
  { text: 'All is done.', calls: [] },
];

const TOOLS = ['read', 'search', 'write'].map((name) => ({
  name,
  description: `Can ${name}.`,
  parameters: { type: 'object', properties: { path: { type: 'string' } } },
}));

const resultOf = (turn: number, index: number) =>
  turn === 2 ? { content: 'permission denied', isError: true } : { content: `result ${turn}.${index} {"a":[1]}` };

type Body = Record<string, never>;
/** How a server of a dialect says a turn, and in which turn a request is, by the turns that it carries. */
interface Wire {
  readonly kind: ProviderKind;
  readonly base: string;
  readonly native: boolean;
  turnOf(body: Body): number;
  answer(turn: Turn, response: ServerResponse): void;
}

const stream = (response: ServerResponse, type: string, lines: readonly string[]) => {
  response.writeHead(200, { 'content-type': type });
  for (const line of lines) response.write(line);
  response.end();
};
const sse = (value: unknown) => `data: ${JSON.stringify(value)}\n\n`;
const count = (list: readonly { readonly role?: string }[], role: string) =>
  list.filter((each) => each.role === role).length;
const openAiChunk = (delta: unknown, finish_reason: string | null = null) =>
  sse({ id: 'chatcmpl-1', object: 'chat.completion.chunk', choices: [{ index: 0, delta, finish_reason }] });

const WIRES: Readonly<Record<string, Wire>> = {
  gemini: {
    kind: 'gemini',
    base: '/v1beta',
    native: true,
    turnOf: (body) => count(body['contents'] as never, 'model'),
    answer(turn, response) {
      const calls = turn.calls.map(({ name, args }, index) => ({
        functionCall: { name, args },
        ...(index === 0 ? { thoughtSignature: 'c2lnbmVk' } : {}),
      }));
      const parts = [...(turn.text === '' ? [] : [{ text: turn.text }]), ...calls];
      const candidates = (list: unknown[], finishReason?: string) => ({
        candidates: [{ content: { role: 'model', parts: list }, ...(finishReason ? { finishReason } : {}) }],
      });
      stream(response, 'text/event-stream', [
        ...parts.map((part) => sse(candidates([part]))),
        sse(candidates([], 'STOP')),
      ]);
    },
  },
  ollama: {
    kind: 'ollama',
    base: '',
    native: true,
    turnOf: (body) => count(body['messages'] as never, 'assistant'),
    answer(turn, response) {
      const lines = [
        { message: { role: 'assistant', content: turn.text } },
        ...turn.calls.map(({ name, args }) => ({
          message: { role: 'assistant', content: '', tool_calls: [{ function: { name, arguments: args } }] },
        })),
        { message: { role: 'assistant', content: '' }, done: true, done_reason: 'stop' },
      ];
      stream(
        response,
        'application/x-ndjson',
        lines.map((line) => `${JSON.stringify(line)}\n`),
      );
    },
  },
  openai: {
    kind: 'openai-compatible',
    base: '/v1',
    native: true,
    turnOf: (body) => count(body['messages'] as never, 'assistant'),
    answer(turn, response) {
      const calls = turn.calls.map(({ name, args }, index) =>
        openAiChunk({ tool_calls: [{ index, id: `c${index}`, function: { name, arguments: JSON.stringify(args) } }] }),
      );
      const reason = turn.calls.length > 0 ? 'tool_calls' : 'stop';
      stream(response, 'text/event-stream', [
        openAiChunk({ content: turn.text }),
        ...calls,
        openAiChunk({}, reason),
        'data: [DONE]\n\n',
      ]);
    },
  },
  emulation: {
    kind: 'openai-compatible',
    base: '/v1',
    native: false,
    turnOf: (body) => count(body['messages'] as never, 'assistant'),
    answer(turn, response) {
      const calls = turn.calls.map(({ name, args }) => ({ name, arguments: args }));
      const said =
        calls.length === 0
          ? turn.text
          : `${turn.text}\n\`\`\`json\n${JSON.stringify({ tool_calls: calls }, null, 2)}\n\`\`\`\n`;
      const pieces = said.match(/[\s\S]{1,7}/g) ?? [];
      stream(response, 'text/event-stream', [
        ...pieces.map((content) => openAiChunk({ content })),
        openAiChunk({}, 'stop'),
        'data: [DONE]\n\n',
      ]);
    },
  },
};

/** Plays the whole loop; what was said, called and given back in each turn. */
async function play(wire: Wire) {
  const server = await serve(({ body }, response) => {
    const turn = SCRIPT[wire.turnOf(body as Body)];
    if (turn) wire.answer(turn, response);
    else response.destroy();
  });
  const provider = emulateTools(connect(wire.kind, `${server.origin}${wire.base}`));
  const { capabilities } = providerCall().deployment;
  const deployment = {
    upstreamModel: 'gemini-3-pro-preview',
    capabilities: { ...capabilities, toolCalling: wire.native },
  };
  const messages: Message[] = [{ role: 'user', content: 'Do it.' }];
  const transcript: unknown[] = [];
  for (let turn = 0; turn < SCRIPT.length; turn++) {
    const { answer, failure } = await ask(
      provider,
      providerCall({ messages: [...messages], tools: TOOLS }, deployment),
    );
    expect(failure).toBeNull();
    const { text, toolCalls, finishReason } = answer;
    expect(new Set(toolCalls.map(({ id }) => id)).size).toBe(toolCalls.length);
    transcript.push({
      text,
      finishReason,
      calls: toolCalls.map(({ name, arguments: args }) => ({ name, args: JSON.parse(args) })),
    });
    messages.push({ role: 'assistant', content: text === '' ? null : text, toolCalls });
    const results = toolCalls.map(
      ({ id }, index): Message => ({ role: 'tool', toolCallId: id, ...resultOf(turn, index) }),
    );
    messages.push(...results.reverse());
  }
  return { transcript, bodies: server.requests.map(({ body }) => body) };
}

describe('a loop of five turns with parallel calls (UPS-04, UPS-05)', () => {
  it.each(Object.keys(WIRES))('has the same transcript through %s', async (name) => {
    const { transcript, bodies } = await play(WIRES[name] as Wire);
    expect(transcript).toEqual(
      SCRIPT.map(({ text, calls }) => ({ text, finishReason: calls.length > 0 ? 'tool_calls' : 'stop', calls })),
    );
    // Every result arrived, the failure as one.
    const last = JSON.stringify(bodies.at(-1));
    for (const result of ['0.0', '0.1', '1.0', '3.0', '3.1', '3.2']) expect(last).toContain(`result ${result} `);
    expect(last).toContain('permission denied');
  });

  it('gives Gemini its signatures back, on the first call of each turn', async () => {
    const { bodies } = await play(WIRES['gemini'] as Wire);
    const { contents } = bodies.at(-1) as { contents: { role: string; parts: Record<string, unknown>[] }[] };
    const signed = contents
      .filter(({ role }) => role === 'model')
      .map(({ parts }) =>
        parts.filter((part) => 'functionCall' in part).map(({ thoughtSignature }) => thoughtSignature),
      );
    expect(signed).toEqual([['c2lnbmVk', undefined], ['c2lnbmVk'], ['c2lnbmVk'], ['c2lnbmVk', undefined, undefined]]);
  });

  it('sends a model without tools nothing but words', async () => {
    const { bodies } = await play(WIRES['emulation'] as Wire);
    for (const body of bodies as { messages: { role: string; tool_calls?: unknown }[] }[]) {
      expect(Object.keys(body)).not.toContain('tools');
      expect(body.messages.every(({ role, tool_calls }) => role !== 'tool' && tool_calls === undefined)).toBe(true);
      const roles = body.messages.map(({ role }) => role);
      for (let i = 1; i < roles.length; i++) expect(roles[i]).not.toBe(roles[i - 1]);
    }
  });
});
