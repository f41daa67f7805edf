import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toDeploymentId } from '../../../../src/domain/deployment.ts';
import { geminiDialect } from '../../../../src/providers/dialects/gemini/gemini-dialect.ts';
import type { ProviderEvent } from '../../../../src/providers/provider.ts';
import { ownSignature } from '../../../../src/providers/signature-mark.ts';
import { dialectFixture, outcomeOf, sessionOf } from '../../../support/dialect-fixture.ts';
import { fuzzRuns } from '../../../support/fuzz-runs.ts';
import { providerCall } from '../../../support/provider-call.ts';

const context = { deployment: toDeploymentId('gemini', 'flash'), secrets: [], now: 0 };
const file = (name: string) => dialectFixture(`gemini/${name}`);
const read = (chunks: readonly Uint8Array[], call = providerCall()) =>
  outcomeOf(geminiDialect.read(sessionOf(chunks), context, call));
const readFile = (name: string, call = providerCall()) => read([file(name)], call);
const chunk = (value: unknown) => Buffer.from(`data: ${JSON.stringify(value)}\n\n`);
const answerOf = (...parts: unknown[]) => ({ candidates: [{ content: { parts }, finishReason: 'STOP' }] });
const visible = (events: readonly ProviderEvent[]) => events.filter(({ type }) => type !== 'usage');

describe('an answer of generateContent (UPS-01, UPS-04, UPS-07)', () => {
  it('comes as text, and its last usage counts, cached tokens inside the prompt', async () => {
    const { events, answer, failure } = await readFile('text.sse');
    expect(failure).toBeNull();
    expect(visible(events)).toEqual([
      { type: 'accepted', generationId: 'mAITaLmkHPPlz7IPvtfUqQ4', upstreamModel: 'gemini-2.5-flash' },
      { type: 'text', text: 'Grüß' },
      { type: 'text', text: ' 漢字' },
      { type: 'text', text: ' 🙂!' },
      { type: 'finish', reason: 'stop' },
    ]);
    expect(answer.usage).toMatchObject({
      inputTokens: 1_200,
      cacheReadTokens: 1_024,
      uncachedInputTokens: 176,
      outputTokens: 11,
    });
  });

  it('has thoughts, parallel calls with ids of ours and the signature on its call; thoughts count as output', async () => {
    const { answer } = await readFile('thinking-tools.sse');
    expect(answer.reasoning).toBe('**Planning**\n\nTwo cities are asked for. Both at once.');
    expect(answer.toolCalls).toEqual([
      {
        id: 'call_TaLmkHPPlz7IPvtfUqQ4t1n0',
        name: 'weather',
        arguments: '{"city":"Oslo","days":[1,2]}',
        signature: 'CiIBVKhc7uVsAaBc',
      },
      { id: 'call_TaLmkHPPlz7IPvtfUqQ4t1n1', name: 'weather', arguments: '{"city":"Rom","days":[]}' },
    ]);
    expect(answer).toMatchObject({ text: '', finishReason: 'tool_calls' });
    expect(answer.usage).toMatchObject({ inputTokens: 90, outputTokens: 114, reasoningTokens: 80 });
  });

  it('keeps the signature of a text with the thinking before it, marked as ours', async () => {
    const { answer } = await readFile('signed-text.sse');
    expect(answer.text).toBe('Four.');
    expect(answer.reasoningParts).toHaveLength(1);
    expect(answer.reasoningParts[0]?.text).toBe('Hm.');
    expect(ownSignature('gemini', answer.reasoningParts[0]?.signature)).toBe('EvcBCvQBAVKhc7=');
    expect(() => Buffer.from(answer.reasoningParts[0]?.signature ?? '', 'base64')).not.toThrow();
  });

  it('has the probabilities of its tokens', async () => {
    const { answer } = await readFile('logprobs.sse');
    expect(answer.logprobs).toEqual([
      {
        token: 'Yes',
        logprob: -0.02,
        top: [
          { token: 'Yes', logprob: -0.02 },
          { token: 'No', logprob: -4.1 },
        ],
      },
      { token: '.', logprob: -0.1, top: [{ token: '.', logprob: -0.1 }] },
    ]);
  });

  it('counts what Google’s own tools put into the prompt', async () => {
    const usageMetadata = { promptTokenCount: 10, toolUsePromptTokenCount: 5, candidatesTokenCount: 3 };
    const { answer } = await read([chunk({ ...answerOf({ text: 'a' }), usageMetadata })]);
    expect(answer.usage).toMatchObject({ inputTokens: 15, outputTokens: 3 });
  });

  it('passes on the first call only where calls are to come one at a time', async () => {
    const { answer } = await readFile('thinking-tools.sse', providerCall({ parallelToolCalls: false }));
    expect(answer.toolCalls.map(({ arguments: text }) => text)).toEqual(['{"city":"Oslo","days":[1,2]}']);
  });

  it('gives tools their own names back', async () => {
    const call = providerCall({ tools: [{ name: '2 files/read', parameters: { type: 'object' } }] });
    const wire = JSON.parse(geminiDialect.encode(call).body).tools[0].functionDeclarations[0].name as string;
    expect(wire).toMatch(/^[a-zA-Z_][a-zA-Z0-9_.:-]{0,63}$/);
    const { answer } = await read([chunk(answerOf({ functionCall: { name: wire } }))], call);
    expect(answer.toolCalls[0]).toMatchObject({ name: '2 files/read', arguments: '{}' });
  });

  it.each([
    ['SAFETY', 'content_refused'],
    ['RECITATION', 'content_refused'],
    ['BLOCKLIST', 'content_refused'],
    ['PROHIBITED_CONTENT', 'content_refused'],
    ['SPII', 'content_refused'],
    ['LANGUAGE', 'content_refused'],
    ['MODEL_ARMOR', 'content_refused'],
    ['IMAGE_SAFETY', 'content_refused'],
    ['MALFORMED_FUNCTION_CALL', 'stream_malformed'],
    ['MALFORMED_RESPONSE', 'stream_malformed'],
    ['UNEXPECTED_TOOL_CALL', 'stream_malformed'],
    ['TOO_MANY_TOOL_CALLS', 'stream_malformed'],
    ['MISSING_THOUGHT_SIGNATURE', 'bad_request'],
    ['STOP', 'empty_answer'],
    ['OTHER', 'stream_broken'],
    ['FINISH_REASON_UNSPECIFIED', 'stream_broken'],
  ])('that ends with %s and nothing else failed with %s', async (finishReason, kind) => {
    const { failure } = await read([chunk({ candidates: [{ finishReason, finishMessage: '' }] })]);
    expect(failure?.kind).toBe(kind);
  });

  it('is cut short where it ends with MAX_TOKENS, and filtered where text came before a filter', async () => {
    expect((await readFile('max-tokens.sse')).answer.finishReason).toBe('length');
    const filtered = { candidates: [{ content: { parts: [{ text: 'So' }] }, finishReason: 'SAFETY' }] };
    expect((await read([chunk(filtered)])).answer).toMatchObject({ text: 'So', finishReason: 'content_filter' });
  });

  it('is refused where the prompt was blocked, and what the prompt cost is known', async () => {
    const { failure, answer } = await readFile('blocked-prompt.sse');
    expect(failure).toMatchObject({ kind: 'content_refused', message: 'the prompt was blocked (PROHIBITED_CONTENT)' });
    expect(answer.usage?.inputTokens).toBe(14);
  });

  it('is broken where the stream ends without a reason, and failed where an error comes midway', async () => {
    const whole = file('text.sse').toString().split('\r\n\r\n');
    expect((await read([Buffer.from(`${whole[0]}\r\n\r\n`)])).failure?.kind).toBe('stream_broken');
    const error = { error: { code: 503, status: 'UNAVAILABLE', message: 'The model is overloaded.' } };
    const { failure, answer } = await read([Buffer.from(`${whole[0]}\r\n\r\n`), chunk(error)]);
    expect(failure).toMatchObject({ kind: 'server_error', message: 'The model is overloaded.' });
    expect(answer.text).toBe('Grüß');
  });

  it('is read from one document, and from a list of chunks, as from a stream', async () => {
    const one = answerOf({ text: 'Hi.' });
    const list = [{ candidates: [{ content: { parts: [{ text: 'H' }] } }] }, answerOf({ text: 'i.' })];
    for (const document of [one, list]) {
      const { answer, failure } = await read([Buffer.from(JSON.stringify(document))]);
      expect([failure, answer.text, answer.finishReason]).toEqual([null, 'Hi.', 'stop']);
    }
  });

  it.each([['[]'], ['{}'], ['"x"'], ['{"choices":[]}'], ['null']])('is malformed where it is %s', async (body) => {
    expect((await read([Buffer.from(body)])).failure?.kind).toMatch(/stream_malformed|empty_answer/);
  });

  it('survives parts of every wrong shape', async () => {
    const parts = [null, 1, 'x', [], {}, { text: 5 }, { functionCall: 'x' }, { functionCall: { name: 5 } }];
    const odd = { functionCall: { name: 'f', args: 'text' } };
    const { answer, failure } = await read([chunk(answerOf(...parts, odd, { inlineData: { data: 'AA' } }))]);
    expect(failure).toBeNull();
    expect(answer.toolCalls).toMatchObject([{ name: 'f', arguments: '{}' }]);
  });

  it('is the same wherever the connection cuts it, at every byte (UPS-02)', async () => {
    for (const name of ['text.sse', 'thinking-tools.sse', 'signed-text.sse']) {
      const bytes = file(name);
      const { events } = await read([bytes]);
      for (let at = 1; at < bytes.length; at++) {
        const cut = await read([bytes.subarray(0, at), bytes.subarray(at)]);
        expect(cut.events).toEqual(events);
      }
    }
  });

  it('throws nothing but failures, whatever comes', async () => {
    const shape = fc.letrec((tie) => ({
      value: fc.oneof(
        fc.string(),
        fc.integer(),
        fc.constant(null),
        fc.array(tie('value'), { maxLength: 3 }),
        tie('object'),
      ),
      object: fc.dictionary(
        fc.constantFrom(
          'candidates',
          'content',
          'parts',
          'text',
          'functionCall',
          'name',
          'args',
          'finishReason',
          'usageMetadata',
          'error',
          'promptFeedback',
          'blockReason',
          'logprobsResult',
          'chosenCandidates',
        ),
        tie('value'),
        { maxKeys: 4 },
      ),
    }));
    await fc.assert(
      fc.asyncProperty(fc.array(shape.object, { maxLength: 4 }), async (chunks) => {
        const { failure, answer } = await read(chunks.map(chunk));
        expect(failure !== null || answer.finishReason !== null).toBe(true);
      }),
      fuzzRuns(0.2),
    );
  });
});
