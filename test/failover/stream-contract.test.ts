import { describe, expect, it, onTestFinished } from 'vitest';
import type { CompletionEvent, CompletionOutcome } from '../../src/domain/completion-outcome.ts';
import type { CompletionRequest } from '../../src/domain/completion-request.ts';
import type { Step } from '../../src/sandbox/script.ts';
import { ask } from '../support/open-test-engine.ts';
import { startPlainServer } from '../support/plain-server.ts';
import { readBooks } from '../support/read-books.ts';
import { startTestSandbox } from '../support/start-sandbox.ts';
import { RIGHT_ANSWER } from './bench-runner.ts';
import { FALLBACK, model, openWorld, PRIMARY, type WorldOptions } from './open-world.ts';

const task = { sensitivity: 'normal', task: 'general', complexity: 'medium' } as const;
const takesPrefix = { models: { fallback: model('two', FALLBACK, 256_000, true, { assistantPrefix: true }) } };

async function open(steps: readonly Step[], options: Partial<WorldOptions> = {}) {
  const sandbox = await startTestSandbox({ script: { steps } });
  const models = { primary: model('one', PRIMARY, 128_000, true), fallback: model('two', FALLBACK, 256_000, true) };
  const config = { ...options.config, models: { ...models, ...options.config?.['models'] } };
  const world = await openWorld({ primary: sandbox.url, fallback: sandbox.url, ...options, config });
  onTestFinished(async () => {
    await world.close();
    await sandbox.close();
  });
  return { ...world, sandbox };
}

type Opened = Awaited<ReturnType<typeof open>>;

async function run({ engine }: Pick<Opened, 'engine'>, parts: Partial<CompletionRequest>) {
  const events: CompletionEvent[] = [];
  const request = ask('Count to sixty.', { constraints: task, ...parts });
  for await (const event of engine.pipeline.run(request, new AbortController().signal)) events.push(event);
  const last = events.at(-1);
  if (last?.type !== 'done') throw new Error('the last event should be done');
  return { events, outcome: last.outcome };
}

const textIn = (events: readonly CompletionEvent[]) =>
  events.flatMap((event) => (event.type === 'text' ? [event.text] : [])).join('');
const typesIn = (events: readonly CompletionEvent[]) =>
  events.map(({ type }) => type).filter((type, index, all) => type !== 'progress' && type !== all[index - 1]);
const tried = ({ attempts }: CompletionOutcome) =>
  attempts.map(({ model: name, result, failure }) => [name, result, failure]);

describe('a caller who sees the stream (docs: streaming)', () => {
  it('sees nothing of thinking that leads to nothing, and the whole of another answer', async () => {
    const world = await open([
      { match: { primary: true }, do: { reasoning: 'Primary thoughts. ', tokens: 60, cutAfterTokens: 0 } },
      { do: { reasoning: 'Fallback thoughts. ', tokens: 60 } },
    ]);
    const { events, outcome } = await run(world, { delivery: 'stream' });
    expect(typesIn(events)).toEqual(['planned', 'attempt', 'attempt_failed', 'attempt', 'reasoning', 'text', 'done']);
    const reasoning = events.flatMap((event) => (event.type === 'reasoning' ? [event.text] : [])).join('');
    expect([reasoning, textIn(events)]).toEqual(['Fallback thoughts. ', RIGHT_ANSWER]);
    expect(outcome).toMatchObject({ status: 'complete', model: FALLBACK, reasoning: 'Fallback thoughts. ' });
  });

  it('sees thinking together with the first word, and signs of life before it', async () => {
    const world = await open([{ do: { reasoning: 'One thought after the other. ', tokens: 3 } }]);
    const { events } = await run(world, { delivery: 'stream' });
    const first = events.findIndex(({ type }) => type === 'reasoning');
    expect(events.slice(0, first).filter(({ type }) => type === 'progress').length).toBeGreaterThan(0);
    expect(events.findIndex(({ type }) => type === 'text')).toBeGreaterThan(first);
  });

  it('sees thinking that hit the length limit before a word was said, and that it is not whole', async () => {
    const world = await open([{ do: { reasoning: 'On and on. ', text: '', finishReason: 'length' } }]);
    const { events, outcome } = await run(world, { delivery: 'stream' });
    expect(typesIn(events)).toEqual(['planned', 'attempt', 'reasoning', 'done']);
    expect(outcome).toMatchObject({ status: 'incomplete', finishReason: 'length', text: '' });
  });

  it('is told after the first word that the answer is incomplete, why, and never stop', async () => {
    const world = await open([{ match: { primary: true }, do: { tokens: 60, cutAfterTokens: 40 } }]);
    const { events, outcome } = await run(world, { delivery: 'stream' });
    expect(textIn(events)).toBe(RIGHT_ANSWER.split(' ').slice(0, 40).join(' '));
    expect(outcome).toMatchObject({ status: 'incomplete', finishReason: null, text: textIn(events) });
    expect(outcome.error?.message).toContain('stream_broken');
    expect(world.sandbox.requests()).toHaveLength(1);
  });
});

describe('an answer that is held', () => {
  it('comes as the events of a stream once it is whole, although its first attempt broke off', async () => {
    const world = await open([
      { match: { primary: true }, do: { tokens: 60, cutAfterTokens: 40 } },
      { do: { tokens: 60 } },
    ]);
    const { events, outcome } = await run(world, { delivery: 'held' });
    expect(typesIn(events)).toEqual(['planned', 'attempt', 'attempt_failed', 'attempt', 'text', 'done']);
    expect([textIn(events), outcome.status]).toEqual([RIGHT_ANSWER, 'complete']);
  });
});

describe('a continuation', () => {
  const broken: Step = { match: { primary: true }, do: { tokens: 60, cutAfterTokens: 40 } };
  const rest = RIGHT_ANSWER.split(' ').slice(40).join(' ');
  const continued: Step = { match: { lastRole: 'assistant' }, do: { text: ` ${rest}` } };
  const wanted = { delivery: 'stream', continuation: true } as const;

  it('goes on where the first model stopped, and both are paid, booked and named', async () => {
    const world = await open([broken, continued], { config: takesPrefix });
    const { events, outcome } = await run(world, wanted);
    expect(textIn(events)).toBe(RIGHT_ANSWER);
    expect(outcome).toMatchObject({ status: 'complete', text: RIGHT_ANSWER, finishReason: 'stop', model: FALLBACK });
    expect(outcome.warnings.join()).toContain('was continued by two/acme/fallback');
    expect(tried(outcome)).toEqual([
      [PRIMARY, 'incomplete', 'stream_broken'],
      [FALLBACK, 'answered', null],
    ]);
    const costs = readBooks(world.home).attempts.map(({ cost }) => cost ?? 0);
    expect(costs.every((cost) => cost > 0)).toBe(true);
    expect(outcome.cost.amount).toBe(costs.reduce((sum, cost) => sum + cost, 0));
    const sent = world.sandbox.requests()[1]?.body as { messages: { role: string; content: string }[] };
    expect(sent.messages.at(-1)).toEqual({
      role: 'assistant',
      content: RIGHT_ANSWER.split(' ').slice(0, 40).join(' '),
    });
  });

  it.each([
    ['nobody asked for it', { delivery: 'stream' }, takesPrefix],
    ['no model is known to take a prefix', wanted, {}],
    [
      'tools are offered',
      { ...wanted, tools: [{ name: 'look_up', parameters: { type: 'object', properties: {} } }] },
      takesPrefix,
    ],
    ['JSON is demanded', { ...wanted, responseFormat: { type: 'json_object' } }, takesPrefix],
  ] as const)('is not tried where %s', async (_when, parts, config) => {
    const world = await open([{ do: { tokens: 60, cutAfterTokens: 40 } }], { config });
    const { outcome } = await run(world, parts);
    expect(outcome).toMatchObject({ status: 'incomplete', finishReason: null });
    expect(world.sandbox.requests()).toHaveLength(1);
  });

  it('is tried once, and what the second model says of the prefix does not hide the first fault (S14)', async () => {
    const refusal = { status: 400, body: { error: { message: 'prefill is not supported' } } };
    const world = await open([broken, { match: { lastRole: 'assistant' }, do: refusal }], { config: takesPrefix });
    const { events, outcome } = await run(world, wanted);
    expect(outcome).toMatchObject({ status: 'incomplete', text: textIn(events) });
    expect(outcome.error?.message).toContain('stream_broken');
    expect(outcome.error?.message).not.toContain('prefill');
    expect(world.sandbox.requests()).toHaveLength(2);
  });

  it('keeps what both said where the second breaks off as well', async () => {
    const world = await open(
      [broken, { match: { lastRole: 'assistant' }, do: { text: ` ${rest}`, cutAfterTokens: 10 } }],
      { config: takesPrefix },
    );
    const { events, outcome } = await run(world, wanted);
    expect(outcome).toMatchObject({ status: 'incomplete', finishReason: null, text: textIn(events) });
    expect(RIGHT_ANSWER.startsWith(outcome.text)).toBe(true);
    expect(outcome.text.split(' ').length).toBeGreaterThan(41);
  });

  it('repeats no white space that was seen, and sends none at the end of the prefix', async () => {
    const world = await open(
      [
        { match: { primary: true }, do: { text: 'first line\n\n', cutAfterTokens: 4 } },
        { match: { lastRole: 'assistant' }, do: { text: '\n\nsecond line' } },
      ],
      { config: takesPrefix },
    );
    const { events } = await run(world, wanted);
    expect(textIn(events)).toBe('first line\n\nsecond line');
    const sent = world.sandbox.requests()[1]?.body as { messages: { content: string }[] };
    expect(sent.messages.at(-1)?.content).toBe('first line');
  });
});

describe('the bytes of a stream', () => {
  const chunk = (delta: object, finish: string | null = null) =>
    JSON.stringify({ id: 'c', choices: [{ index: 0, delta, finish_reason: finish }] });
  const usage = JSON.stringify({ choices: [], usage: { prompt_tokens: 5, completion_tokens: 2, total_tokens: 7 } });
  const hello = chunk({ content: 'Grüße, 世界 🙂' });
  const stop = chunk({}, 'stop');

  it.each([
    ['LF', `data: ${hello}\n\ndata: ${stop}\n\ndata: ${usage}\n\ndata: [DONE]\n\n`],
    ['CR LF', `data: ${hello}\r\n\r\ndata: ${stop}\r\n\r\ndata: ${usage}\r\n\r\ndata: [DONE]\r\n\r\n`],
    ['CR', `data: ${hello}\r\rdata: ${stop}\r\rdata: ${usage}\r\rdata: [DONE]\r\r`],
    ['no space after the colon', `data:${hello}\n\ndata:${stop}\n\ndata:${usage}\n\ndata:[DONE]\n\n`],
    [
      'comments and other fields',
      `: hi\n\nid: 1\nevent: message\ndata: ${hello}\n\n:\ndata: ${stop}\n\ndata: ${usage}\n\n`,
    ],
    ['no [DONE] and no last line end', `data: ${hello}\n\ndata: ${stop}\n\ndata: ${usage}`],
    [
      'an event over several lines',
      `data: ${hello.slice(0, 6)}\ndata: ${hello.slice(6)}\n\ndata: ${stop}\n\ndata: ${usage}\n\n`,
    ],
    ['a byte order mark', `\uFEFFdata: ${hello}\n\ndata: ${stop}\n\ndata: ${usage}\n\ndata: [DONE]\n\n`],
  ])('mean the same written with %s, in one piece and byte by byte', async (_how, text) => {
    const bytes = Buffer.from(text);
    const server = await startPlainServer(async (request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      if ((request.body as { model: string }).model === PRIMARY) response.end(bytes);
      else {
        response.socket?.setNoDelay(true);
        for (const byte of bytes) await new Promise((resolve) => response.write(Uint8Array.of(byte), resolve));
        response.end();
      }
    });
    const world = await openWorld({ primary: server.url, fallback: server.url });
    onTestFinished(async () => {
      await world.close();
      await server.close();
    });
    for (const name of [PRIMARY, FALLBACK]) {
      const { events, outcome } = await run(world, {
        delivery: 'stream',
        constraints: { ...task, model: name },
      });
      expect(outcome).toMatchObject({
        status: 'complete',
        finishReason: 'stop',
        text: 'Grüße, 世界 🙂',
        usage: { inputTokens: 5, outputTokens: 2 },
      });
      expect(textIn(events)).toBe('Grüße, 世界 🙂');
    }
  });
});
