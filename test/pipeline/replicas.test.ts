import type { ServerResponse } from 'node:http';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { Clock } from '../../src/lib/clock.ts';
import { createFakeClock } from '../support/fake-clock.ts';
import { ask, openTestEngine } from '../support/open-test-engine.ts';
import {
  fixedCompletion,
  type PlainRequest,
  type PlainServer,
  respondJson,
  startPlainServer,
} from '../support/plain-server.ts';

const never = new AbortController().signal;
const QUICK = { maxRetries: 1, retryDelay: 1 };

type Respond = (request: PlainRequest, response: ServerResponse) => void;

const answer: Respond = (request, response) => respondJson(response, fixedCompletion(request.body));
const refuse =
  (status: number, message = 'no'): Respond =>
  (_, response) =>
    respondJson(response, { error: { message } }, status);

async function serve(respond?: Respond): Promise<PlainServer> {
  const server = await startPlainServer(respond);
  onTestFinished(() => server.close());
  return server;
}

const asked = ({ requests }: PlainServer) => requests.filter(({ method }) => method === 'POST').length;

/** A profile of its own, whose model `m` each of the servers offers under the name of its place, for the same price. */
function replicas(servers: Readonly<Record<string, PlainServer>>, rest: Readonly<Record<string, unknown>> = {}) {
  const model = (provider: string) => ({ provider, model: 'm', pricing: { input: 1, output: 2 } });
  const [first = '', ...others] = Object.keys(servers);
  return {
    name: 'own',
    models: { primary: model(first) },
    catalogue: others.map(model),
    routing: { fallbackRules: QUICK },
    providers: Object.fromEntries(Object.entries(servers).map(([name, { url }]) => [name, { baseUrl: url }])),
    ...rest,
  };
}

const balanced = (loadBalancing: Readonly<Record<string, unknown>>) => ({ optimization: { loadBalancing } });

/** Another conversation each time: one and the same stays where its prompt cache is warm. */
async function askTimes(engine: Awaited<ReturnType<typeof openTestEngine>>, times: number) {
  const outcomes = [];
  for (let i = 0; i < times; i++) outcomes.push(await engine.pipeline.complete(ask(`Greet number ${i}.`), never));
  return outcomes;
}

describe('three replicas of a model', () => {
  it('share the calls, and answer every one of them when two are killed (SCL-03)', async () => {
    const servers = { a: await serve(), b: await serve(), c: await serve() };
    const engine = await openTestEngine({ config: replicas(servers, balanced({ strategy: 'round-robin' })) });
    const before = await askTimes(engine, 60);
    expect(before.every(({ status }) => status === 'complete')).toBe(true);
    for (const server of Object.values(servers)) expect(Math.abs(asked(server) - 20)).toBeLessThanOrEqual(2);

    await servers.a.close();
    await servers.b.close();
    const after = await askTimes(engine, 60);
    expect(after.map(({ status, provider }) => [status, provider])).toEqual(after.map(() => ['complete', 'c']));
    // Both rest after five failures each, instead of being knocked at by every call.
    const failed = after.flatMap(({ attempts }) => attempts.filter(({ failure }) => failure !== null));
    expect(failed.length).toBeLessThanOrEqual(10);
    expect(engine.health().size).toBe(2);
  });

  it('give the slow one less with adaptive weights (RTR-13)', async () => {
    const slow = await serve((request, response) => void setTimeout(() => answer(request, response), 40));
    const servers = { slow, b: await serve(), c: await serve() };
    const config = replicas(servers, balanced({ strategy: 'weighted-round-robin', adaptiveWeights: true }));
    await askTimes(await openTestEngine({ config }), 60);
    expect(asked(slow)).toBeGreaterThan(0);
    expect(asked(slow)).toBeLessThan(15);
  });

  it('answer a hundred calls at once although one breaks every connection (SCL-04)', async () => {
    const servers = { broken: await serve((_, response) => response.destroy()), b: await serve(), c: await serve() };
    const engine = await openTestEngine({ config: replicas(servers) });
    const outcomes = await Promise.all(
      Array.from({ length: 100 }, (_, i) => engine.pipeline.complete(ask(`Greet number ${i}.`), never)),
    );
    expect(new Set(outcomes.map(({ status }) => status))).toEqual(new Set(['complete']));
  });
});

describe('several keys of a provider', () => {
  const KEYS = { OPENROUTER_API_KEY: 'canary-key-one', OPENROUTER_API_KEY_2: 'canary-key-two' };
  const keyOf = ({ headers }: PlainRequest) => headers.authorization;

  /** OpenRouter with two keys, and what each of them is answered. */
  async function open(first: Respond, second: Respond, config: Readonly<Record<string, unknown>> = {}, clock?: Clock) {
    const upstream = await serve((request, response) =>
      (keyOf(request) === 'Bearer canary-key-one' ? first : second)(request, response),
    );
    const engine = await openTestEngine({
      environment: { ...KEYS, OPENROUTER_BASE_URL: upstream.url },
      config: { extends: 'balanced', routing: { fallbackRules: QUICK }, ...config },
      ...(clock && { clock }),
    });
    const times = (key: string) => upstream.requests.filter((request) => keyOf(request) === `Bearer ${key}`).length;
    return { engine, upstream, times };
  }

  it('share the calls', async () => {
    const { engine, times } = await open(answer, answer);
    await askTimes(engine, 40);
    for (const key of Object.values(KEYS)) expect(Math.abs(times(key) - 20)).toBeLessThanOrEqual(2);
  });

  it('stand in for one that is refused, which is not asked again, and stay secret (RTR-09)', async () => {
    const { engine, times } = await open(refuse(401, 'canary-key-one is no good'), answer);
    const outcomes = await askTimes(engine, 10);
    expect(outcomes.map(({ status }) => status)).toEqual(outcomes.map(() => 'complete'));
    expect([times('canary-key-one'), times('canary-key-two')]).toEqual([1, 10]);
    const resting = [...engine.health()];
    const { deployments, embedders } = engine.catalogue;
    expect(resting.length).toBe((deployments.length + embedders.deployments.length) / 2);
    expect(
      resting.every(([id, health]) => id.startsWith('openrouter#1/') && 'refused' in health && health.refused),
    ).toBe(true);
    expect(JSON.stringify([outcomes, resting, engine.config.provenance])).not.toContain('canary-key');
  });

  it('stand in for one whose account is empty or that is busy', async () => {
    for (const status of [402, 429]) {
      const { engine } = await open(refuse(status), answer);
      for (const { status, model } of await askTimes(engine, 4)) {
        expect([status, model]).toEqual(['complete', engine.config.profiles.get('custom')?.models.fallback?.model]);
      }
    }
  });

  it('are not all tried when it is the provider that is down: another model comes first', async () => {
    const { engine } = await open(refuse(503), refuse(503), balanced({ enabled: false }));
    const coding = ask('Hi.', { constraints: { sensitivity: 'normal', task: 'coding', complexity: 'medium' } });
    const { attempts } = await engine.pipeline.complete(coding, never);
    expect(new Set(attempts.slice(0, 4).map(({ model }) => model)).size).toBe(2);
  });

  it('are all meant by the name of a model at its provider', async () => {
    const { engine } = await open(answer, answer);
    const request = ask('Hi.', { constraints: { sensitivity: 'normal', model: 'openrouter/deepseek/deepseek-chat' } });
    const { candidates } = await engine.pipeline.plan(request);
    expect(candidates.map(({ deployment }) => deployment.id).sort()).toEqual([
      'openrouter#1/deepseek/deepseek-chat',
      'openrouter#2/deepseek/deepseek-chat',
    ]);
    const own = await engine.pipeline.plan(
      ask('Hi.', { constraints: { sensitivity: 'normal', model: 'openrouter#2/deepseek/deepseek-chat' } }),
    );
    expect(own.candidates.map(({ deployment }) => deployment.key)).toEqual(['2']);
  });
});

describe('a long-running process', () => {
  it('asks after local providers at the interval of the profile, until it is closed (SCL-05)', async () => {
    const local = await serve((request, response) =>
      request.method === 'GET' ? respondJson(response, { data: [{ id: 'm' }] }) : answer(request, response),
    );
    const hosted = await serve();
    const config = replicas({ local, hosted }, { deployment: { healthCheck: { interval: 20_000 } } });
    const clock = createFakeClock();
    const engine = await openTestEngine({
      clock,
      longRunning: true,
      config: { ...config, providers: { local: { baseUrl: local.url, local: true }, hosted: { baseUrl: hosted.url } } },
    });
    clock.advance(20_000);
    await vi.waitFor(() => expect(local.requests.map(({ path }) => path)).toEqual(['/v1/models']));
    await engine.close();
    clock.advance(100_000);
    expect([local.requests.length, hosted.requests.length]).toEqual([1, 0]);
  });
});

describe('a primary that is down for a minute (S15)', () => {
  it('is stood in for meanwhile, and serves again within 30 s of its recovery (SCL-04)', async () => {
    const clock = createFakeClock();
    const start = clock.now();
    const primary = await serve((request, response) =>
      (clock.now() - start < 60_000 ? refuse(503) : answer)(request, response),
    );
    const fallback = await serve();
    const engine = await openTestEngine({
      clock,
      config: {
        name: 'own',
        models: { primary: { provider: 'a', model: 'm' }, fallback: { provider: 'b', model: 'n' } },
        // No retries, since nobody moves the clock for them.
        routing: { fallbackRules: { maxRetries: 0 } },
        providers: { a: { baseUrl: primary.url }, b: { baseUrl: fallback.url } },
      },
    });
    const served: (readonly [second: number, provider: string | null])[] = [];
    for (let i = 0; i < 20; i++) {
      const { status, provider } = await engine.pipeline.complete(
        ask(`Greet number ${i}.`, { constraints: { sensitivity: 'normal', task: 'general', complexity: 'medium' } }),
        never,
      );
      expect(status).toBe('complete');
      served.push([(clock.now() - start) / 1000, provider]);
      clock.advance(6_000);
    }
    const [back] = served.find(([, provider]) => provider === 'a') ?? [Number.POSITIVE_INFINITY];
    expect(back).toBeGreaterThanOrEqual(60);
    expect(back).toBeLessThanOrEqual(90);
    expect(served.filter(([second]) => second >= back).every(([, provider]) => provider === 'a')).toBe(true);
    // Five failures opened the circuit, and few probes were sent while it was down.
    const failing = asked(primary) - served.filter(([, provider]) => provider === 'a').length;
    expect(failing).toBeLessThanOrEqual(8);
  });
});
