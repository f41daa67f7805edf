import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toDeploymentId } from '../../../../src/domain/deployment.ts';
import { anthropicDialect } from '../../../../src/providers/dialects/anthropic/anthropic-dialect.ts';
import type { ProviderEvent } from '../../../../src/providers/provider.ts';
import { dialectFixture, outcomeOf, sessionOf } from '../../../support/dialect-fixture.ts';
import { fuzzRuns } from '../../../support/fuzz-runs.ts';
import { providerCall } from '../../../support/provider-call.ts';

const context = { deployment: toDeploymentId('anthropic', 'haiku'), secrets: [], now: 0 };
const file = (name: string) => dialectFixture(`anthropic/${name}`);
const read = (chunks: readonly Uint8Array[], call = providerCall()) =>
  outcomeOf(anthropicDialect.read(sessionOf(chunks), context, call));
const readFile = (name: string, call = providerCall()) => read([file(name)], call);
const withoutUsage = (events: readonly ProviderEvent[]) => events.filter(({ type }) => type !== 'usage');
const ACCEPTED = { type: 'accepted', generationId: 'msg_01A', upstreamModel: 'claude-haiku-4-5-20251001' };

describe('an answer of the Messages API (UPS-01, UPS-04)', () => {
  it('comes as text, and ends with its last usage and its reason', async () => {
    const { events, failure, answer } = await readFile('text.sse');
    expect(failure).toBeNull();
    expect(withoutUsage(events)).toEqual([
      ACCEPTED,
      { type: 'text', text: 'Grüß' },
      { type: 'text', text: ' 漢字' },
      { type: 'text', text: ' 🙂!' },
      { type: 'finish', reason: 'stop' },
    ]);
    expect(answer.usage).toMatchObject({ inputTokens: 25, outputTokens: 12 });
  });

  it('keeps thinking in the stretches in which it must be given back, signed, redacted or without a word', async () => {
    const { answer, events } = await readFile('thinking.sse');
    expect(answer.reasoningParts).toEqual([
      { text: 'First, divide.', signature: 'EqQBCgIYAhIM1gbcDa9GJwZA2b3h==' },
      { text: '', redacted: 'EmwKAhgBEgy3va3pzix/LafPsn4a' },
      { text: '', signature: 'OnlySigned==' },
    ]);
    expect(answer.text).toBe('It is 4.');
    expect(events.filter(({ type }) => type === 'text')).toEqual([{ type: 'text', text: 'It is 4.' }]);
  });

  it('has parallel tool calls with streamed arguments, and an object for a call without any', async () => {
    const { answer } = await readFile('parallel-tools.sse');
    expect(answer.toolCalls).toEqual([
      { id: 'toolu_01', name: 'read_file', arguments: '{"path": "a.ts"}' },
      { id: 'toolu_02', name: 'now', arguments: '{}' },
    ]);
    expect(answer).toMatchObject({ text: 'I look.', finishReason: 'tool_calls' });
  });

  it('gives tools their own names back', async () => {
    const call = providerCall({ tools: [{ name: 'files.read', parameters: { type: 'object' } }] });
    const wire = JSON.parse(anthropicDialect.encode(call).body).tools[0].name as string;
    const bytes = Buffer.from(file('parallel-tools.sse').toString().replace('read_file', wire));
    expect((await read([bytes], call)).answer.toolCalls[0]?.name).toBe('files.read');
  });

  it('reads a message that was not streamed the same way', async () => {
    const { answer, failure } = await readFile('message.json');
    expect(failure).toBeNull();
    expect(answer).toMatchObject({
      text: 'I look.',
      reasoningParts: [{ text: 'Hm.', signature: 'Sig==' }],
      toolCalls: [{ id: 'toolu_9', name: 'read_file', arguments: '{"path":"a.ts"}' }],
      finishReason: 'tool_calls',
      usage: { inputTokens: 1000, uncachedInputTokens: 100, cacheReadTokens: 900, outputTokens: 50 },
    });
  });

  it('passes over citations, tools of the server and events of a later version', async () => {
    const { answer, failure } = await readFile('citations.sse');
    expect(failure).toBeNull();
    expect(answer).toMatchObject({ text: 'The sky is blue.', toolCalls: [], finishReason: 'stop' });
  });

  it.each([
    ['text.sse', 'stop'],
    ['stop-sequence.sse', 'stop'],
    ['max-tokens.sse', 'length'],
    ['model-context-window-exceeded.sse', 'length'],
    ['pause-turn.sse', 'length'],
    ['parallel-tools.sse', 'tool_calls'],
  ])('of %s ends with %s', async (name, reason) => {
    expect(await readFile(name)).toMatchObject({ answer: { finishReason: reason }, failure: null });
  });

  it('that is a refusal without a word is one, with the words of its explanation', async () => {
    const { failure } = await readFile('refusal.sse');
    expect(failure).toMatchObject({ kind: 'content_refused', message: 'This asks for harm.' });
  });

  it('begins with what it was prefilled with', async () => {
    const call = providerCall({ responseFormat: { type: 'json_object' } }, prefillable());
    expect(JSON.parse(anthropicDialect.encode(call).body).messages.at(-1)).toEqual({
      role: 'assistant',
      content: [{ type: 'text', text: '{' }],
    });
    const bytes = Buffer.from(file('text.sse').toString().replace('Grüß', '\\"a\\":1'));
    expect((await read([bytes], call)).answer.text).toBe('{"a":1 漢字 🙂!');
  });
});

function prefillable() {
  const { deployment } = providerCall({}, { upstreamModel: 'claude-haiku-4-5' });
  return { ...deployment, capabilities: { ...deployment.capabilities, assistantPrefix: true } };
}

describe('blocks of the Messages API whose end is left out (UPS-02)', () => {
  it('end with the answer: a call without arguments has an empty object, and thinking its signature', async () => {
    const events = [
      {
        type: 'content_block_start',
        index: 0,
        content_block: { type: 'thinking', thinking: 'Hm.', signature: 'c2ln' },
      },
      { type: 'content_block_start', index: 1, content_block: { type: 'tool_use', id: 't', name: 'list', input: {} } },
      { type: 'message_delta', delta: { stop_reason: 'tool_use' } },
    ];
    const { answer, failure } = await read([
      Buffer.from(events.map((each) => `data: ${JSON.stringify(each)}\n\n`).join('')),
    ]);
    expect(failure).toBeNull();
    expect(answer.toolCalls).toEqual([{ id: 't', name: 'list', arguments: '{}' }]);
    expect(answer.reasoningParts).toEqual([{ text: 'Hm.', signature: 'c2ln' }]);
  });
});

describe('usage of the Messages API (UPS-07)', () => {
  it('adds cached tokens, which stand beside the input, and takes the last of the running totals', async () => {
    const { answer, events } = await readFile('cached-usage.sse');
    expect(answer.usage).toEqual({
      inputTokens: 21_540,
      uncachedInputTokens: 40,
      cacheReadTokens: 20_000,
      cacheWrite5mTokens: 500,
      cacheWrite1hTokens: 1_000,
      outputTokens: 330,
      reasoningTokens: 110,
    });
    const told = events.filter((event) => event.type === 'usage');
    expect(told.map(({ usage }) => usage.inputTokens)).toEqual([21_540, 21_540]);
    expect(answer.rawUsage).toMatchObject({ output_tokens: 330, cache_creation: { ephemeral_1h_input_tokens: 1000 } });
  });

  it('never counts a token twice, however often and however partly it is reported', async () => {
    const figure = fc.nat(100_000);
    const report = fc.record(
      {
        input_tokens: figure,
        cache_read_input_tokens: figure,
        cache_creation_input_tokens: fc.option(figure),
        output_tokens: figure,
      },
      { requiredKeys: ['output_tokens'] },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(report, { minLength: 1, maxLength: 5 }), async (reports) => {
        const [first, ...later] = reports;
        const lines = [
          { type: 'message_start', message: { id: 'm', model: 'x', usage: first } },
          { type: 'content_block_start', index: 0, content_block: { type: 'text', text: 'hi' } },
          ...later.map((usage) => ({ type: 'message_delta', delta: {}, usage })),
          { type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: later.at(-1) ?? first },
        ];
        const { answer } = await read([Buffer.from(lines.map((each) => `data: ${JSON.stringify(each)}\n\n`).join(''))]);
        // A report of nothing but zeros for the prompt says nothing about it.
        const hasPrompt = (each: NonNullable<typeof first>) =>
          Boolean(each.input_tokens || each.cache_read_input_tokens || each.cache_creation_input_tokens);
        const lastOf = (key: keyof NonNullable<typeof first>) =>
          reports
            .filter((each) => key === 'output_tokens' || hasPrompt(each))
            .map((each) => each[key])
            .findLast((value) => typeof value === 'number') ?? 0;
        const expected = {
          uncachedInputTokens: lastOf('input_tokens'),
          cacheReadTokens: lastOf('cache_read_input_tokens'),
          cacheWrite5mTokens: lastOf('cache_creation_input_tokens'),
          outputTokens: lastOf('output_tokens'),
        };
        const sum = expected.uncachedInputTokens + expected.cacheReadTokens + expected.cacheWrite5mTokens;
        if (sum + expected.outputTokens > 0) expect(answer.usage).toMatchObject({ ...expected, inputTokens: sum });
      }),
      fuzzRuns(0.1),
    );
  });
});

describe('a stream of the Messages API, whatever becomes of its bytes (UPS-02, UPS-03)', () => {
  const streams = ['text.sse', 'thinking.sse', 'parallel-tools.sse', 'cached-usage.sse'];

  it.each(streams)('%s is the same wherever its bytes are split', async (name) => {
    const bytes = file(name);
    const whole = await read([bytes]);
    for (let at = 0; at <= bytes.length; at++) {
      const { events, failure } = await read(
        [bytes.subarray(0, at), bytes.subarray(at)].filter(({ length }) => length > 0),
      );
      expect(failure).toBeNull();
      expect(events).toEqual(whole.events);
    }
  });

  it.each(streams)('%s is a failure wherever it is cut before its stop reason', async (name) => {
    const bytes = file(name);
    const told = bytes.indexOf('"stop_reason":"');
    const end = bytes.indexOf('\n', told);
    for (let at = 0; at < end - 1; at += 7) {
      const { failure, answer } = await read([bytes.subarray(0, at)]);
      expect(answer.begun ? ['stream_broken'] : ['stream_broken', 'empty_answer']).toContain(failure?.kind);
      expect(answer.finishReason).toBeNull();
    }
    expect((await read([bytes.subarray(0, end + 1)])).failure).toBeNull();
  });

  it('is a failure of the server where it says so in the middle', async () => {
    const { failure, answer } = await readFile('overloaded.sse');
    expect(failure).toMatchObject({ kind: 'server_error', message: 'Overloaded' });
    expect(answer.accepted).toBe(true);
  });

  it.each([
    ['rate_limit_error', 'rate_limited'],
    ['overloaded_error', 'server_error'],
    ['api_error', 'server_error'],
    ['timeout_error', 'server_error'],
    ['invalid_request_error', 'bad_request'],
    ['authentication_error', 'unauthorized'],
    ['billing_error', 'payment_required'],
    ['not_found_error', 'model_not_found'],
    ['request_too_large', 'context_length'],
  ])('calls %s %s', async (type, kind) => {
    const line = `event: error\ndata: ${JSON.stringify({ type: 'error', error: { type, message: 'No.' } })}\n\n`;
    expect((await read([Buffer.from(line)])).failure?.kind).toBe(kind);
    const flat = `event: error\ndata: ${JSON.stringify({ type, message: 'No.' })}\n\n`;
    expect((await read([Buffer.from(flat)])).failure?.kind).toBe(kind);
    const document = JSON.stringify({ type: 'error', error: { type, message: 'No.' } });
    expect((await read([Buffer.from(document)])).failure?.kind).toBe(kind);
  });

  it.each([
    ['nothing', ''],
    ['nothing but its start', 'data: {"type":"message_start","message":{"id":"m"}}\n\n'],
    [
      'white space only',
      'data: {"type":"content_block_start","index":0,"content_block":{"type":"text","text":" \\n"}}\n\ndata: {"type":"message_delta","delta":{"stop_reason":"end_turn"}}\n\n',
    ],
  ])('is empty where it has %s', async (_what, body) => {
    const { failure, answer } = await read([Buffer.from(body)]);
    expect(failure?.kind).toBe('empty_answer');
    expect(answer.accepted).toBe(true);
  });

  it('is malformed where it is something else', async () => {
    expect((await read([Buffer.from('{"choices":[]}')])).failure?.kind).toBe('stream_malformed');
    expect((await read([Buffer.from('<html>')])).failure?.kind).toBe('stream_malformed');
    expect((await read([Buffer.from('data: {"broken\n\n')])).failure?.kind).toBe('stream_malformed');
  });
});
