import type { ServerResponse } from 'node:http';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { EmbeddingRequest } from '../../src/domain/embedding.ts';
import { openTestEngine } from '../support/open-test-engine.ts';
import { type PlainRequest, respondJson, startPlainServer } from '../support/plain-server.ts';
import { readBooks } from '../support/read-books.ts';
import { tempFolder } from '../support/temp-folder.ts';

const never = new AbortController().signal;
const EVER = { since: 0, until: Date.UTC(2100, 0, 1), groupBy: 'optimisation', simulated: false } as const;
/** 12.5 nano-dollars a token, so that rounding shows. */
const PRICED = { pricing: { input: 0.0125, output: 0 }, capabilities: { embeddings: true } };
const MODEL = { provider: 'openrouter', model: 'acme/embed', ...PRICED };

interface Body {
  readonly model: string;
  readonly input: readonly string[];
  readonly dimensions?: number;
}
const bodyOf = ({ body }: PlainRequest) => body as Body;
const tokensOf = (input: readonly string[]) => input.reduce((sum, text) => sum + Math.ceil(text.length / 3), 0);

/** A vector that says which text it is of. */
const vectorOf = (text: string) => [text.length, text.charCodeAt(0), text.charCodeAt(text.length - 1)];

function embedded({ model, input }: Body, more: object = {}): unknown {
  const tokens = tokensOf(input);
  const data = input.map((text, index) => ({ object: 'embedding', index, embedding: vectorOf(text) }));
  return {
    object: 'list',
    model,
    data: data.reverse(),
    usage: { prompt_tokens: tokens, total_tokens: tokens },
    ...more,
  };
}

async function open(
  batchRequests: object | undefined,
  respond = (request: PlainRequest, response: ServerResponse) => respondJson(response, embedded(bodyOf(request))),
  more: { readonly config?: object; readonly environment?: Record<string, string> } = {},
) {
  const server = await startPlainServer(respond);
  onTestFinished(() => server.close());
  const home = tempFolder();
  const config = {
    extends: 'balanced',
    catalogue: [MODEL],
    optimization: { batchRequests: batchRequests ?? { enabled: false } },
    routing: { fallbackRules: { retryDelay: 1, maxRetries: 1 } },
    ...more.config,
  };
  const engine = await openTestEngine({ upstream: server.url, home, config, environment: more.environment ?? {} });
  const embed = (inputs: readonly string[], rest: Partial<EmbeddingRequest> = {}, signal = never) =>
    engine.embeddings.embed({ inputs, model: 'acme/embed', attribution: { surface: 'http' }, ...rest }, signal);
  return { engine, server, home, embed };
}

const texts = (count: number) =>
  Array.from({ length: count }, (_, index) => `text number ${'x'.repeat(index)} ${index}`);
const JOINED = { enabled: true, maxBatchSize: 20, batchingDelay: 60_000 };

describe('embeddings (OPT-08)', () => {
  it('of a hundred callers go in five requests, and what they cost adds up to the nano-dollar', async () => {
    const { engine, server, home, embed } = await open(JOINED);
    const inputs = texts(100);
    const outcomes = await Promise.all(inputs.map((text) => embed([text])));
    expect(server.requests.map((request) => bodyOf(request).input.length)).toEqual([20, 20, 20, 20, 20]);
    expect(outcomes.map(({ vectors }) => vectors)).toEqual(inputs.map((text) => [vectorOf(text)]));

    const billed = server.requests.map((request) => tokensOf(bodyOf(request).input));
    const cost = billed.reduce((sum, tokens) => sum + Math.ceil(tokens * 12.5), 0);
    const { calls, attempts, inFlight, windows } = readBooks(home);
    expect([calls.length, attempts.length, inFlight]).toEqual([100, 100, 0]);
    expect(attempts.reduce((sum, { input_tokens: tokens }) => sum + (tokens ?? 0), 0)).toBe(
      billed.reduce((sum, tokens) => sum + tokens, 0),
    );
    expect(attempts.reduce((sum, attempt) => sum + (attempt.cost ?? 0), 0)).toBe(cost);
    expect(calls.reduce((sum, call) => sum + (call.cost ?? 0), 0)).toBe(cost);
    for (const { charged, hold } of attempts) expect(charged).toBeLessThanOrEqual(hold);
    for (const { spent, held } of windows) expect([spent, held]).toEqual([cost, 0]);
    expect(engine.books.verify().problems).toEqual([]);
    const report = await engine.reports.report(EVER);
    expect(report.effects?.map(({ optimisation, calls }) => [optimisation, calls])).toEqual([['batching', 100]]);
  });

  it('of one caller with more texts than fit are divided, and come back in order', async () => {
    const { server, home, engine, embed } = await open({ ...JOINED, batchingDelay: 1 });
    const inputs = texts(45);
    const outcome = await embed(inputs, { dimensions: 3 });
    expect(outcome.vectors).toEqual(inputs.map(vectorOf));
    expect(server.requests.map((request) => bodyOf(request).input.length)).toEqual([20, 20, 5]);
    expect(server.requests.map((request) => bodyOf(request).dimensions)).toEqual([3, 3, 3]);
    expect(readBooks(home).attempts).toHaveLength(1);
    expect(engine.books.verify().problems).toEqual([]);
  });

  it('share the price of a request, so that it is paid once, and held for each request that may be needed', async () => {
    const pricing = { input: 0.0125, output: 0, perRequest: 0.001 };
    const config = { catalogue: [{ ...MODEL, pricing }] };
    const { server, home, engine, embed } = await open({ ...JOINED, batchingDelay: 5 }, undefined, { config });
    const outcomes = await Promise.all(texts(20).map((text) => embed([text])));
    expect(server.requests).toHaveLength(1);
    const tokens = tokensOf(texts(20));
    expect(outcomes.reduce((sum, { cost }) => sum + (cost.amount ?? 0), 0)).toBe(1_000_000 + Math.ceil(tokens * 12.5));
    const long = await embed(texts(45));
    expect(long.cost.amount).toBeGreaterThan(3_000_000);
    for (const { charged, hold } of readBooks(home).attempts) expect(charged).toBeLessThanOrEqual(hold);
    expect(engine.books.verify().problems).toEqual([]);
    const [batching] = (await engine.reports.report(EVER)).effects ?? [];
    expect(batching?.costAvoided).toBeGreaterThan(19_000_000 - 2_000_100);
  });

  it('are not put together where the profile does not say so', async () => {
    const { server, embed } = await open(undefined);
    await Promise.all(texts(5).map((text) => embed([text])));
    expect(server.requests).toHaveLength(5);
  });

  it('fail for the caller whose text is refused, and for nobody else', async () => {
    const { server, home, engine, embed } = await open(JOINED, (request, response) => {
      const body = bodyOf(request);
      if (!body.input.includes('poison')) return respondJson(response, embedded(body));
      return respondJson(response, { error: { message: 'this text is invalid', type: 'invalid_request_error' } }, 400);
    });
    const inputs = texts(20).with(7, 'poison');
    const outcomes = await Promise.all(inputs.map((text) => embed([text])));
    expect(outcomes.map(({ error }) => error?.code ?? null)).toEqual(
      inputs.map((text) => (text === 'poison' ? 'all_candidates_failed' : null)),
    );
    expect(outcomes[7]?.error?.message).toContain('this text is invalid');
    expect(outcomes.flatMap(({ vectors }) => vectors ?? [])).toEqual(
      inputs.filter((text) => text !== 'poison').map(vectorOf),
    );
    expect(server.requests.length).toBeLessThanOrEqual(11);
    const { attempts } = readBooks(home);
    expect(attempts.filter(({ result }) => result === 'failed').map(({ cost }) => cost)).toEqual([0]);
    expect(engine.books.verify().problems).toEqual([]);
  });

  it('are never made for more than a budget has left, also when many ask at once', async () => {
    // Each text is held at its bytes and what stands around it; few of them fit at once.
    const { home, server, engine, embed } = await open(
      { enabled: true, maxBatchSize: 5, batchingDelay: 1 },
      undefined,
      { config: { budgets: [{ scope: 'all', window: 'day', limitUsd: 0.000005 }] } },
    );
    const outcomes = await Promise.all(texts(40).map((text) => embed([text])));
    const refused = outcomes.filter(({ error }) => error?.code === 'budget_exceeded');
    expect(refused.length).toBeGreaterThan(0);
    expect(refused.length).toBeLessThan(40);
    const { windows } = readBooks(home);
    const day = windows.find(({ budget_id: id }) => id === 'all/day');
    expect(day?.spent).toBeLessThanOrEqual(5_000);
    expect(day?.held).toBe(0);
    expect(server.requests.flatMap((request) => bodyOf(request).input)).toHaveLength(40 - refused.length);
    expect(engine.books.verify().problems).toEqual([]);
  });

  it('fall back to another provider of the same model, never to another model', async () => {
    const other = await startPlainServer((request, response) => respondJson(response, embedded(bodyOf(request))));
    onTestFinished(() => other.close());
    const { server, embed, home } = await open(
      { ...JOINED, batchingDelay: 1 },
      (_, response) => respondJson(response, { error: { message: 'down' } }, 500),
      {
        config: {
          catalogue: [
            MODEL,
            { ...MODEL, provider: 'groq', pricing: { input: 0.02, output: 0 } },
            { ...MODEL, provider: 'groq', model: 'acme/other' },
          ],
        },
        environment: { GROQ_API_KEY: 'test-key-groq', GROQ_BASE_URL: other.url },
      },
    );
    const outcome = await embed(['a text']);
    expect(outcome).toMatchObject({
      provider: 'groq',
      model: 'acme/embed',
      vectors: [vectorOf('a text')],
      error: null,
    });
    expect(server.requests.length).toBeGreaterThan(0);
    expect(other.requests.map((request) => bodyOf(request).model)).toEqual(['acme/embed']);
    await other.close();
    const failed = await embed(['another text']);
    expect([failed.vectors, failed.error?.code]).toEqual([null, 'all_candidates_failed']);
    expect(new Set(readBooks(home).attempts.map(({ model }) => model))).toEqual(new Set(['acme/embed']));
  });

  it('count the fault of one request once against its provider, however many waited for it', async () => {
    const answers = [500, 200];
    const { engine, server, embed } = await open(JOINED, (request, response) => {
      const status = answers.shift() ?? 200;
      respondJson(response, status === 200 ? embedded(bodyOf(request)) : { error: { message: 'down' } }, status);
    });
    const health: number[] = [];
    const outcomes = texts(20).map((text) => embed([text]).finally(() => health.push(engine.health().size)));
    expect((await Promise.all(outcomes)).map(({ error }) => error)).toEqual(Array(20).fill(null));
    expect(server.requests).toHaveLength(2);
    expect(new Set(health)).toEqual(new Set([0]));
    expect(engine.books.verify().problems).toEqual([]);
  });

  it('refuse vectors that are not one for each text, rather than give a text the vector of another', async () => {
    const { embed } = await open(undefined, (request, response) => {
      const body = bodyOf(request);
      respondJson(response, embedded({ ...body, input: body.input.slice(1) }));
    });
    const { vectors, error } = await embed(['one', 'two']);
    expect(vectors).toBeNull();
    expect(error?.message).toContain('2 texts were sent, and 1 vectors came back');
  });

  it('of who leaves before they are sent cost nothing; the others never notice', async () => {
    const { home, server, embed } = await open({ enabled: true, maxBatchSize: 2, batchingDelay: 60_000 });
    const leaver = new AbortController();
    const left = embed(['gone'], {}, leaver.signal);
    await new Promise((resolve) => setImmediate(resolve));
    leaver.abort();
    expect((await left).error?.code).toBe('cancelled');
    const [first, second] = await Promise.all([embed(['one']), embed(['two'])]);
    expect([first.error, second.error]).toEqual([null, null]);
    expect(server.requests.map((request) => bodyOf(request).input)).toEqual([['one', 'two']]);
    const gone = readBooks(home).attempts.find(({ result }) => result === 'cancelled');
    expect([gone?.cost, gone?.charged ?? 0]).toEqual([0, 0]);
  });

  it('know their own models: no completion goes there, and no request for embeddings to a model that writes', async () => {
    const { engine, embed } = await open(undefined);
    const ask = { messages: [{ role: 'user', content: 'Hello' }], cache: 'off', delivery: 'whole' } as const;
    const constraints = { sensitivity: 'normal', model: 'acme/embed' } as const;
    const attribution = { surface: 'cli' } as const;
    await expect(engine.pipeline.complete({ ...ask, constraints, attribution }, never)).rejects.toMatchObject({
      code: 'unknown_model',
      message: expect.stringContaining('writes nothing'),
    });
    await expect(embed(['x'], { model: 'deepseek/deepseek-chat' })).rejects.toMatchObject({ code: 'unknown_model' });
    await expect(embed([])).rejects.toMatchObject({ code: 'invalid_request' });
    await expect(embed(['x', ''])).rejects.toThrow('Text 2 of 2 is empty');
    await expect(embed(['x'], { dimensions: 0 })).rejects.toMatchObject({ code: 'invalid_request' });
  });

  it('take the configured model, an alias, else the first that is known', async () => {
    const policy = await open(undefined, undefined, {
      config: { policy: { embeddingModel: 'small' }, aliases: { small: 'acme/embed' } },
    });
    const attribution = { surface: 'http' } as const;
    expect(await policy.engine.embeddings.embed({ inputs: ['x'], attribution }, never)).toMatchObject({
      model: 'acme/embed',
    });
    const first = await openTestEngine({ environment: { OPENAI_API_KEY: 'k', OPENAI_BASE_URL: policy.server.url } });
    expect(await first.embeddings.embed({ inputs: ['x'], attribution }, never)).toMatchObject({
      model: 'openai/text-embedding-3-small',
      provider: 'openai',
      cost: { amount: 20, source: 'computed' },
    });
  });
});
