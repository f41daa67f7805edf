import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toDeploymentId } from '../../src/domain/deployment.ts';
import { ProviderFailure } from '../../src/domain/failure.ts';
import { type Answer, collectAnswer } from '../../src/pipeline/answer.ts';
import { createOpenAiReader } from '../../src/providers/dialects/openai/openai-reader.ts';
import { quirksFor } from '../../src/providers/dialects/openai/quirks.ts';
import { readAnswer } from '../../src/providers/read-answer.ts';
import { createSseDecoder } from '../../src/providers/sse-decoder.ts';
import type { UpstreamSession } from '../../src/providers/upstream-session.ts';
import { fuzzRuns } from '../support/fuzz-runs.ts';

const TIMEOUT = 600_000;
const encoder = new TextEncoder();
const context = { deployment: toDeploymentId('acme', 'model'), secrets: [], now: 0 };
const quirks = quirksFor('acme', 'http://127.0.0.1/v1');
const request = { messages: [] };

/** A connection that brings these bytes and ends. */
function sessionOf(chunks: readonly Uint8Array[]): UpstreamSession {
  const left = [...chunks];
  const nothing = () => {};
  return {
    watchdog: { enter: nothing, touch: nothing, during: (wait) => wait, stop: nothing },
    success: async () => ({ status: 200, headers: {} }),
    read: async () => left.shift() ?? null,
    complete: nothing,
    toFailure: (error) => error as ProviderFailure,
    close: nothing,
  };
}

/** What a stream comes to: the whole answer, or what came of it and why it is not whole. */
async function readStream(chunks: readonly Uint8Array[]): Promise<{ answer: Answer; failure: ProviderFailure | null }> {
  const { answer, add } = collectAnswer();
  try {
    for await (const event of readAnswer(sessionOf(chunks), context, createOpenAiReader(quirks, context, request)))
      add(event);
    return { answer, failure: null };
  } catch (error) {
    if (!(error instanceof ProviderFailure)) throw error;
    return { answer, failure: error };
  }
}

interface ModelAnswer {
  readonly reasoning: readonly string[];
  readonly text: readonly string[];
  readonly calls: readonly { readonly name: string; readonly pieces: readonly string[] }[];
}

const words = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 });
const visible = words.filter((text) => text.trim() !== '');
const modelAnswer: fc.Arbitrary<ModelAnswer> = fc.record({
  reasoning: fc.array(words, { maxLength: 3 }),
  // Visible first: white space before an answer is held until there is one, and belongs to it all the same.
  text: fc.tuple(visible, fc.array(words, { maxLength: 6 })).map(([first, rest]) => [first, ...rest]),
  calls: fc.array(fc.record({ name: fc.constantFrom('look_up', 'write'), pieces: fc.array(words, { maxLength: 4 }) }), {
    maxLength: 2,
  }),
});

/** The events of an answer, as a server might write them. */
function eventsOf({ reasoning, text, calls }: ModelAnswer): readonly string[] {
  const chunk = (delta: object, finish: string | null = null, more: object = {}) =>
    JSON.stringify({ id: 'c1', choices: [{ index: 0, delta, finish_reason: finish }], ...more });
  return [
    chunk({ role: 'assistant', content: '' }),
    ...reasoning.map((piece) => chunk({ reasoning_content: piece })),
    ...text.map((piece) => chunk({ content: piece })),
    ...calls.flatMap(({ name, pieces }, index) => [
      chunk({ tool_calls: [{ index, id: `call_${index}`, function: { name, arguments: '' } }] }),
      ...pieces.map((piece) => chunk({ tool_calls: [{ index, function: { arguments: piece } }] })),
    ]),
    chunk({}, calls.length > 0 ? 'tool_calls' : 'stop'),
    JSON.stringify({ id: 'c1', choices: [], usage: { prompt_tokens: 3, completion_tokens: 7, total_tokens: 10 } }),
    '[DONE]',
  ];
}

/** How the events are written: line ends, comments and other fields between them, data over several lines. */
const wire = fc.record({
  end: fc.constantFrom('\n', '\r\n', '\r'),
  between: fc.array(fc.constantFrom('', ': OPENROUTER PROCESSING', ':', 'id: 7', 'retry: 10', 'event: message'), {
    maxLength: 3,
  }),
  space: fc.boolean(),
  mark: fc.boolean(),
});

function write(
  events: readonly string[],
  { end, between, space, mark }: typeof wire extends fc.Arbitrary<infer T> ? T : never,
) {
  const pieces = events.map((data, index) => {
    const extra = between[index % 4];
    return `${extra === undefined ? '' : `${extra}${end}`}data:${space ? ' ' : ''}${data}${end}${end}`;
  });
  return encoder.encode((mark ? '\uFEFF' : '') + pieces.join(''));
}

const cuts = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 20 });

function splitAt(bytes: Uint8Array, shares: readonly number[]): Uint8Array[] {
  const places = [0, ...shares.map((share) => Math.round(share * bytes.length)).sort((a, b) => a - b), bytes.length];
  return places.slice(1).map((to, index) => bytes.subarray(places[index], to));
}

const wholeOf = ({ reasoning, text, calls }: ModelAnswer) => ({
  reasoning: reasoning.join(''),
  text: text.join(''),
  calls: calls.map(({ name, pieces }) => [name, pieces.join('')]),
});
const saidBy = ({ reasoning, text, toolCalls }: Answer) => ({
  reasoning,
  text,
  calls: toolCalls.map((call) => [call.name, call.arguments]),
});

describe('a stream, whatever becomes of its bytes (UPS-02, UPS-03)', () => {
  it(
    'loses nothing by being split anywhere, and is whole',
    async () => {
      await fc.assert(
        fc.asyncProperty(modelAnswer, wire, cuts, async (model, how, shares) => {
          const { answer, failure } = await readStream(splitAt(write(eventsOf(model), how), shares));
          expect(failure).toBeNull();
          expect(saidBy(answer)).toEqual(wholeOf(model));
          expect(answer.usage).toMatchObject({ inputTokens: 3, outputTokens: 7 });
          expect(answer.finishReason).toBe(model.calls.length > 0 ? 'tool_calls' : 'stop');
        }),
        fuzzRuns(0.25),
      );
    },
    TIMEOUT,
  );

  it(
    'is a failure wherever it is cut before its finish reason, and what came is the beginning of it',
    async () => {
      await fc.assert(
        fc.asyncProperty(
          modelAnswer,
          wire,
          cuts,
          fc.double({ min: 0, max: 1, noNaN: true }),
          async (model, how, shares, at) => {
            const events = eventsOf(model);
            const whole = write(events, how);
            // Up to the event with the finish reason; what follows it may be missing without harm.
            const unfinished = write(events.slice(0, -3), how).length;
            const cut = Math.round(at * whole.length);
            const { answer, failure } = await readStream(splitAt(whole.subarray(0, cut), shares));
            const expected = wholeOf(model);
            if (cut <= unfinished) expect(failure).not.toBeNull();
            if (failure === null) expect(saidBy(answer)).toEqual(expected);
            expect(expected.text.startsWith(answer.text)).toBe(true);
            expect(expected.reasoning.startsWith(answer.reasoning)).toBe(true);
            for (const [index, call] of answer.toolCalls.entries()) {
              expect(expected.calls[index]?.[1]?.startsWith(call.arguments)).toBe(true);
            }
          },
        ),
        fuzzRuns(0.25),
      );
    },
    TIMEOUT,
  );

  it(
    'never crashes and never passes as whole without a finish reason, with bytes changed, lost or added',
    async () => {
      const damage = fc.array(
        fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(3), fc.uint8Array({ maxLength: 4 })),
        {
          minLength: 1,
          maxLength: 4,
        },
      );
      await fc.assert(
        fc.asyncProperty(modelAnswer, wire, cuts, damage, async (model, how, shares, wounds) => {
          let bytes = write(eventsOf(model).slice(0, -3), how);
          for (const [at, lost, added] of wounds) {
            const place = Math.round(at * bytes.length);
            bytes = Uint8Array.of(...bytes.subarray(0, place), ...added, ...bytes.subarray(place + lost));
          }
          const { failure } = await readStream(splitAt(bytes, shares));
          // Its events never said that it is over; damage may make it a document or garbage, but no whole answer.
          expect(failure).not.toBeNull();
        }),
        fuzzRuns(0.25),
      );
    },
    TIMEOUT,
  );

  it(
    'never crashes on arbitrary bytes',
    async () => {
      const line = fc.oneof(
        fc.string({ unit: 'binary', maxLength: 30 }),
        fc.json({ maxDepth: 3 }).map((json) => `data: ${json}\n\n`),
        fc.json({ maxDepth: 4 }).map((json) => `data: {"choices":[{"delta":${json}}]}\n\n`),
        fc.json({ maxDepth: 2 }).map((json) => `data: {"choices":${json},"usage":${json},"error":null}\n\n`),
        fc.json({ maxDepth: 2 }).map((json) => `data: {"choices":[{"delta":{"tool_calls":[${json}]}}]}\n\n`),
      );
      await fc.assert(
        fc.asyncProperty(fc.array(line, { maxLength: 8 }), cuts, async (lines, shares) => {
          await readStream(splitAt(encoder.encode(lines.join('')), shares));
        }),
        fuzzRuns(0.25),
      );
    },
    TIMEOUT,
  );
});

describe('the SSE decoder, against a plain reading of the standard (UPS-02)', () => {
  /** All at once, line by line, without regard to speed. */
  function decodePlainly(text: string): readonly string[] {
    const events: string[] = [];
    let data: string[] = [];
    const flush = () => {
      if (data.length > 0) events.push(data.join('\n'));
      data = [];
    };
    for (const line of text.replace(/^\uFEFF/, '').split(/\r\n|\r|\n/)) {
      if (line === '') flush();
      else if (line === 'data') data.push('');
      else if (line.startsWith('data:')) data.push(line.slice(line[5] === ' ' ? 6 : 5));
    }
    flush();
    return events;
  }

  it(
    'finds the same events, however the bytes are split',
    () => {
      const text = fc
        .array(
          fc.oneof(
            fc.constantFrom('data: ', 'data:', 'data', 'event: x', ':', '\n', '\r\n', '\r', '\n\n', '\uFEFF', ' '),
            fc.string({ unit: 'grapheme', maxLength: 6 }),
          ),
          { maxLength: 25 },
        )
        .map((parts) => parts.join(''));
      fc.assert(
        fc.property(text, cuts, (stream, shares) => {
          const decoder = createSseDecoder();
          const events = splitAt(encoder.encode(stream), shares).flatMap((chunk) => decoder.push(chunk));
          expect([...events, ...decoder.end()].map(({ data }) => data)).toEqual(decodePlainly(stream));
        }),
        fuzzRuns(),
      );
    },
    TIMEOUT,
  );
});
