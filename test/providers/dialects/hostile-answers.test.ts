import type { ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ProviderKind } from '../../../src/config/config.ts';
import { chooseDialect } from '../../../src/providers/choose-dialect.ts';
import { connect, serve } from '../../support/connect-dialect.ts';
import { ask, outcomeOf, sessionOf } from '../../support/dialect-fixture.ts';
import { providerCall } from '../../support/provider-call.ts';

interface Speaker {
  readonly kind: ProviderKind;
  readonly base: string;
  readonly type: string;
  /** A whole answer, `Hello.`, with this usage; pieces of it as the server sends them. */
  answer(usage?: unknown): readonly string[];
  /** An error in the words of the API. */
  readonly error: string;
}

const sse = (data: unknown) => `data: ${JSON.stringify(data)}\n\n`;
const line = (data: unknown) => `${JSON.stringify(data)}\n`;

const SPEAKERS: Readonly<Record<string, Speaker>> = {
  openai: {
    kind: 'openai-compatible',
    base: '/v1',
    type: 'text/event-stream',
    answer: (usage) => [
      sse({ id: 'c', choices: [{ index: 0, delta: { role: 'assistant', content: '' }, finish_reason: null }] }),
      sse({ id: 'c', choices: [{ index: 0, delta: { content: 'Hello.' } }] }),
      sse({ id: 'c', choices: [{ index: 0, delta: {}, finish_reason: 'stop' }], ...(usage ? { usage } : {}) }),
      'data: [DONE]\n\n',
    ],
    error: JSON.stringify({ error: { message: 'The server is sad.', type: 'server_error' } }),
  },
  anthropic: {
    kind: 'anthropic',
    base: '/v1',
    type: 'text/event-stream',
    answer: (usage) => [
      sse({ type: 'message_start', message: { id: 'm', model: 'claude' } }),
      sse({ type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } }),
      sse({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'Hello.' } }),
      sse({ type: 'content_block_stop', index: 0 }),
      sse({ type: 'message_delta', delta: { stop_reason: 'end_turn' }, ...(usage ? { usage } : {}) }),
      sse({ type: 'message_stop' }),
    ],
    error: JSON.stringify({ type: 'error', error: { type: 'api_error', message: 'The server is sad.' } }),
  },
  gemini: {
    kind: 'gemini',
    base: '/v1beta',
    type: 'text/event-stream',
    answer: (usage) => [
      sse({ candidates: [{ content: { role: 'model', parts: [{ text: 'Hello.' }] } }] }),
      sse({ candidates: [{ finishReason: 'STOP' }], ...(usage ? { usageMetadata: usage } : {}) }),
    ],
    error: JSON.stringify({ error: { code: 500, message: 'The server is sad.', status: 'INTERNAL' } }),
  },
  ollama: {
    kind: 'ollama',
    base: '',
    type: 'application/x-ndjson',
    answer: (usage) => [
      line({ message: { role: 'assistant', content: 'Hello.' }, done: false }),
      line({ message: { role: 'assistant', content: '' }, done: true, done_reason: 'stop', ...(usage ?? {}) }),
    ],
    error: JSON.stringify({ error: 'The server is sad.' }),
  },
};
const NAMES = Object.keys(SPEAKERS);

async function answered(name: string, respond: (response: ServerResponse, speaker: Speaker) => void) {
  const speaker = SPEAKERS[name] as Speaker;
  const server = await serve((_request, response) => respond(response, speaker));
  return ask(connect(speaker.kind, server.origin + speaker.base), providerCall());
}
const send =
  (status: number, type: string, body: string | Buffer, headers = {}) =>
  (response: ServerResponse) => {
    response.writeHead(status, { 'content-type': type, ...headers }).end(body);
  };

describe.each(NAMES)('what is no answer, from %s (UPS-03)', (name) => {
  const { error, type, answer } = SPEAKERS[name] as Speaker;

  it('is a failure with the words of the provider where a success carries an error', async () => {
    const asDocument = await answered(name, send(200, 'application/json', error));
    const asEvent = await answered(name, send(200, type, name === 'ollama' ? `${error}\n` : `data: ${error}\n\n`));
    const midway = await answered(
      name,
      send(200, type, answer()[0] + (name === 'ollama' ? `${error}\n` : `data: ${error}\n\n`)),
    );
    for (const { failure, answer: got } of [asDocument, asEvent, midway]) {
      expect(failure?.message).toContain('The server is sad.');
      expect(failure?.kind).toBe('server_error');
      expect(got.finishReason).toBeNull();
    }
  });

  it.each([
    ['nothing with 204', send(204, 'text/plain', ''), 'empty_answer'],
    ['nothing with 200', send(200, 'application/json', ''), 'empty_answer'],
    ['a page with 200', send(200, 'text/html', '<!doctype html><p>Log in</p>'), 'stream_malformed'],
    ['words with 200', send(200, 'text/plain', 'upstream connect error\n'), undefined],
    ['null', send(200, 'application/json', 'null'), undefined],
    ['a list', send(200, 'application/json', '[]'), 'stream_malformed'],
    ['an empty object', send(200, 'application/json', '{}'), undefined],
    ['a page with 502', send(502, 'text/html', '<html>Bad gateway</html>'), 'server_error'],
    ['529', send(529, 'application/json', error), undefined],
  ] as const)('is a failure: %s', async (_what, respond, kind) => {
    const { failure, answer: got } = await answered(name, respond);
    expect(failure).not.toBeNull();
    if (kind) expect(failure?.kind).toBe(kind);
    expect(got.finishReason).toBeNull();
    expect(got.text).toBe('');
  });

  it('is a failure that says so where the answer is compressed although nobody asked', async () => {
    const packed = send(200, type, gzipSync(answer().join('')), { 'content-encoding': 'gzip' });
    const { failure } = await answered(name, packed);
    expect(failure).toMatchObject({ kind: 'stream_malformed' });
    expect(failure?.message).toContain('compressed (gzip)');
  });
});

describe.each(NAMES)('a whole answer with oddities, from %s (UPS-02, UPS-07)', (name) => {
  const { type, answer } = SPEAKERS[name] as Speaker;
  const keys: Readonly<Record<string, readonly [string, string]>> = {
    openai: ['prompt_tokens', 'completion_tokens'],
    anthropic: ['input_tokens', 'output_tokens'],
    gemini: ['promptTokenCount', 'candidatesTokenCount'],
    ollama: ['prompt_eval_count', 'eval_count'],
  };
  const [input, output] = keys[name] as readonly [string, string];

  it.each([
    ['missing', undefined],
    ['negative', { [input]: -5, [output]: -7 }],
    ['huge', { [input]: 1e308, [output]: 1e308 }],
    ['in strings', { [input]: '5', [output]: '7' }],
    ['in fractions', { [input]: 5.5, [output]: 7.2 }],
    ['null', { [input]: null, [output]: null }],
  ])('is whole with usage that is %s, and no figure is out of range', async (_what, usage) => {
    const { failure, answer: got } = await answered(name, send(200, type, answer(usage).join('')));
    expect(failure).toBeNull();
    expect(got).toMatchObject({ text: 'Hello.', finishReason: 'stop' });
    for (const figure of Object.values(got.usage ?? {}).filter((value) => typeof value === 'number')) {
      expect(Number.isSafeInteger(figure) && figure >= 0).toBe(true);
    }
  });

  it('is the same with its end told twice', async () => {
    const pieces = answer();
    const ending = pieces.slice(name === 'openai' || name === 'anthropic' ? -2 : -1);
    const { failure, answer: got } = await answered(name, send(200, type, [...pieces, ...ending].join('')));
    expect(failure).toBeNull();
    expect(got).toMatchObject({ text: 'Hello.', finishReason: 'stop' });
  });

  it('is the same with things in it that nobody knows', async () => {
    const unknown: Readonly<Record<string, readonly string[]>> = {
      openai: [
        ': keep-alive\n\n',
        sse({ id: 'c', choices: [] }),
        sse({ choices: [{ index: 1, delta: { content: 'X' } }] }),
      ],
      anthropic: [
        ': keep-alive\n\n',
        sse({ type: 'ping' }),
        sse({ type: 'from_the_future', index: 0 }),
        sse({ type: 'content_block_start', index: 9, content_block: { type: 'server_tool_use', name: 'X' } }),
        sse({ type: 'content_block_delta', index: 9, delta: { type: 'input_json_delta', partial_json: '{' } }),
        sse({ type: 'content_block_delta', index: 77, delta: { type: 'text_delta', text: 'X' } }),
        sse({ type: 'content_block_stop', index: 9 }),
      ],
      gemini: [
        ': keep-alive\n\n',
        sse({ candidates: [{ content: { parts: [{ executableCode: { code: 'X' } }, { text: '' }, null] } }] }),
        sse({ candidates: [{ index: 1, content: { parts: [{ text: 'X' }] } }] }),
        sse({ usageMetadata: {} }),
      ],
      ollama: [
        '\n',
        line({ message: { role: 'assistant', content: '', images: null, tool_calls: [null, {}] }, done: false }),
      ],
    };
    const [first = '', ...rest] = answer();
    const whole = [first, ...(unknown[name] ?? []), ...rest].join('');
    const { failure, answer: got } = await answered(name, send(200, type, whole));
    expect(failure).toBeNull();
    expect(got).toMatchObject({ text: 'Hello.', finishReason: 'stop', toolCalls: [] });
  });

  it('never crashes or passes as whole on events of any shape that do not end it', async () => {
    const { kind, base } = SPEAKERS[name] as Speaker;
    const dialect = chooseDialect({ kind, name, baseUrl: `http://127.0.0.1${base}` });
    const word = fc.constantFrom(
      ...'type index message delta content content_block text thinking signature usage choices candidates parts'.split(
        ' ',
      ),
      ...'functionCall args name id tool_calls function arguments error promptFeedback partial_json input data'.split(
        ' ',
      ),
    );
    const value = fc.letrec((tie) => ({
      any: fc.oneof(
        { maxDepth: 5 },
        fc.constantFrom(null, true, 0, -1, 1e308, '', 'X', 'content_block_start', 'content_block_delta', 'tool_use'),
        fc.array(tie('any'), { maxLength: 3 }),
        fc.dictionary(word, tie('any'), { maxKeys: 5 }),
      ),
    })).any;
    const write = name === 'ollama' ? line : sse;
    await fc.assert(
      fc.asyncProperty(fc.array(fc.dictionary(word, value, { maxKeys: 5 }), { maxLength: 6 }), async (events) => {
        const bytes = Buffer.from(events.map(write).join(''));
        const context = { deployment: providerCall().deployment.id, secrets: [], now: 0 };
        const { failure } = await outcomeOf(dialect.read(sessionOf([bytes]), context, providerCall()));
        expect(failure).not.toBeNull();
      }),
      { numRuns: 500 },
    );
  });
});
