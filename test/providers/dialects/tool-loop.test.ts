import { describe, expect, it } from 'vitest';
import type { Message } from '../../../src/domain/completion-request.ts';
import { emulateTools } from '../../../src/providers/emulated-tools/emulate-tools.ts';
import { connect, serve } from '../../support/connect-dialect.ts';
import { ask } from '../../support/dialect-fixture.ts';
import { respondJson } from '../../support/plain-server.ts';
import { providerCall } from '../../support/provider-call.ts';
import { anthropicWire } from '../../support/strict-servers/anthropic.ts';
import { geminiWire } from '../../support/strict-servers/gemini.ts';
import { ollamaWire } from '../../support/strict-servers/ollama.ts';
import { openAiWire } from '../../support/strict-servers/openai.ts';
import { type Json, Refused, type SaidTurn, type SeenTurn, type Wire } from '../../support/strict-servers/wire.ts';
import { wordsOnlyWire } from '../../support/strict-servers/words-only.ts';

/** Names as agents give them: plain, of an MCP server, and of one that some dialects refuse. */
const NAMES = ['read', 'mcp__files__search', 'files.write/atomic'] as const;
const TOOLS = NAMES.map((name) => ({
  name,
  description: `Can ${name}.`,
  parameters: { type: 'object', properties: { path: { type: 'string' } } },
}));

/** Parallel calls (also of one tool), nested arguments, arguments that look like our protocol, none, and the end. */
const SCRIPT: readonly SaidTurn[] = [
  {
    text: 'I look at both.',
    calls: [
      { tool: 0, args: { path: 'a.ts' } },
      { tool: 0, args: { path: 'b "{[".ts', range: { from: 1, to: [2, null] } } },
    ],
  },
  { text: '', calls: [{ tool: 1, args: { pattern: '^\\s*\\{"x":\\[1', flags: 'gü😀' } }] },
  { text: 'Now I write.', calls: [{ tool: 2, args: { path: 'c', text: 'ünï\n```json\n{"tool_calls":[]}\n```' } }] },
  {
    text: '',
    calls: [
      { tool: 0, args: {} },
      { tool: 1, args: { pattern: 'x' } },
    ],
  },
  { text: 'All is done.', calls: [] },
];

/** Of the two calls of the first and of the fourth turn the second fails. */
const resultOf = (turn: number, index: number) => ({
  text: index === 1 ? `no such file: ${turn}` : `found ${turn}.${index} {"a":[1]} 😀`,
  failed: index === 1,
});

const WIRES: Readonly<Record<string, Wire>> = {
  openai: openAiWire,
  anthropic: anthropicWire,
  gemini: geminiWire,
  ollama: ollamaWire,
  'emulation on a model of words': wordsOnlyWire,
};

/** Plays the whole loop as an agent does: what the agent got in each turn, and what the server saw in the end. */
async function play(wire: Wire) {
  let seen: readonly SeenTurn[] = [];
  const server = await serve(({ path, headers, body }, response) => {
    const request = { path, headers, body: body as Json };
    try {
      seen = wire.read(request);
      const turn = SCRIPT[seen.length];
      if (turn) wire.answer(turn, seen.length, request, response);
      else response.end();
    } catch (error) {
      respondJson(response, wire.refusal(error instanceof Refused ? error.message : String(error)), 400);
    }
  });
  const provider = emulateTools(connect(wire.kind, `${server.origin}${wire.base}`, { apiKey: 'sk-test' }));
  const { capabilities } = providerCall().deployment;
  const deployment = { upstreamModel: wire.model, capabilities: { ...capabilities, toolCalling: wire.native } };
  const messages: Message[] = [
    { role: 'system', content: 'You are an agent.' },
    { role: 'user', content: 'Do it.' },
  ];
  const got: unknown[] = [];
  const ids: string[] = [];
  const send = () =>
    ask(provider, providerCall({ messages: [...messages], tools: TOOLS, reasoning: { effort: 'low' } }, deployment));
  for (let turn = 0; turn < SCRIPT.length; turn++) {
    const { answer, failure } = await send();
    expect(failure).toBeNull();
    const { text, toolCalls, finishReason, reasoningParts } = answer;
    ids.push(...toolCalls.map(({ id }) => id));
    got.push({
      text,
      finishReason,
      calls: toolCalls.map(({ name, arguments: args }) => ({ name, args: JSON.parse(args) })),
    });
    messages.push({ role: 'assistant', content: text === '' ? null : text, toolCalls, reasoning: reasoningParts });
    const results = toolCalls.map(({ id }, index): Message => {
      const { text: content, failed } = resultOf(turn, index);
      return { role: 'tool', toolCallId: id, content, ...(failed ? { isError: true } : {}) };
    });
    messages.push(...results.reverse());
  }
  messages.push({ role: 'user', content: 'Thank you.' });
  await send();
  return { got, seen, ids, bodies: server.requests.map(({ body }) => JSON.stringify(body)) };
}

describe('a loop of five turns with parallel calls, at servers as strict as the real ones (UPS-04, UPS-05)', () => {
  it.each(Object.keys(WIRES))('has the same transcript through %s', async (name) => {
    const { got, seen, ids } = await play(WIRES[name] as Wire);
    expect(got).toEqual(
      SCRIPT.map(({ text, calls }) => ({
        text,
        finishReason: calls.length > 0 ? 'tool_calls' : 'stop',
        calls: calls.map(({ tool, args }) => ({ name: NAMES[tool], args })),
      })),
    );
    expect(new Set(ids).size).toBe(ids.length);
    // OpenAI's dialect has no word for a failure: the result itself tells of it.
    const tells = name !== 'openai';
    expect(seen).toEqual(
      SCRIPT.map(({ text, calls }, turn) => ({
        text,
        calls,
        results: calls.map((_, index) => {
          const { text: words, failed } = resultOf(turn, index);
          return { text: words, failed: tells && failed };
        }),
      })),
    );
  });

  it.each(Object.keys(WIRES))('begins every request through %s with the messages of the one before', async (name) => {
    const { bodies } = await play(WIRES[name] as Wire);
    const messagesOf = (body: string) => {
      const { messages, contents } = JSON.parse(body);
      return (messages ?? contents) as readonly unknown[];
    };
    for (const [index, body] of bodies.slice(1).entries()) {
      const before = messagesOf(bodies[index] as string);
      expect(JSON.stringify(messagesOf(body).slice(0, before.length))).toBe(JSON.stringify(before));
    }
  });
});
