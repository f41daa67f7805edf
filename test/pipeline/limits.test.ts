import { describe, expect, it, onTestFinished } from 'vitest';
import type { CompletionOutcome } from '../../src/domain/completion-outcome.ts';
import type { Clock } from '../../src/lib/clock.ts';
import { systemClock } from '../../src/lib/clock.ts';
import type { Engine } from '../../src/pipeline/engine.ts';
import { createFakeClock, type FakeClock } from '../support/fake-clock.ts';
import { startHoldingServer } from '../support/holding-server.ts';
import { openTestDatabase } from '../support/open-test-database.ts';
import { ask, openTestEngine } from '../support/open-test-engine.ts';
import { readBooks } from '../support/read-books.ts';
import { startTestSandbox } from '../support/start-sandbox.ts';
import { tempFolder } from '../support/temp-folder.ts';

const never = new AbortController().signal;
const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

async function upstreamOn(clock: Clock) {
  const upstream = await startTestSandbox({
    clock,
    script: { steps: [{ do: { text: 'Yes.', usage: { prompt_tokens: 100, completion_tokens: 100 } } }] },
  });
  onTestFinished(() => upstream.close());
  return upstream;
}

describe('limits of requests a minute', () => {
  it('are kept by 200 calls that come at once: every one is answered, no minute has more than 60 (RTR-12)', async () => {
    const clock = createFakeClock();
    const upstream = await upstreamOn(clock);
    const engine = await openTestEngine({ upstream: upstream.url, clock, config: { extends: 'budget' } });
    const outcomes: CompletionOutcome[] = [];
    const request = ask('Is it so?', {
      maxOutputTokens: 100,
      constraints: { sensitivity: 'normal', model: 'deepseek/deepseek-chat' },
    });
    const calls = Array.from({ length: 200 }, async () => {
      outcomes.push(await engine.pipeline.complete(request, never));
    });
    for (const answered of [57, 114, 171, 200]) {
      await until(() => outcomes.length === answered && waiting(engine) === 200 - answered);
      clock.advance(61_000);
    }
    await Promise.all(calls);
    expect(outcomes.map(({ status }) => status)).toEqual(Array(200).fill('complete'));
    const times = upstream.requests().map(({ at }) => at);
    expect(times).toHaveLength(200);
    const perMinute = times.map((at) => times.filter((other) => other >= at && other < at + MINUTE).length);
    expect(Math.max(...perMinute)).toBe(57);
    expect(outcomes.flatMap(({ attempts }) => attempts)).toHaveLength(200);
  });

  it('are shared by two processes that begin to send at once from one home', async () => {
    const clock = createFakeClock();
    const upstream = await upstreamOn(clock);
    const options = { upstream: upstream.url, clock, home: tempFolder(), config: { extends: 'budget' } };
    const engines = [await openTestEngine(options), await openTestEngine(options)];
    const leaver = new AbortController();
    const request = ask('Is it so?', {
      maxOutputTokens: 100,
      constraints: { sensitivity: 'normal', model: 'deepseek/deepseek-chat' },
    });
    const calls = Array.from({ length: 200 }, (_, i) => engines[i % 2]?.pipeline.complete(request, leaver.signal));
    const answered = () => upstream.requests().filter(({ outcome }) => outcome === 'answered').length;
    const waitingIn = () => engines.reduce((sum, engine) => sum + waiting(engine), 0);
    await until(() => answered() + waitingIn() === 200);
    expect(answered()).toBeGreaterThanOrEqual(50);
    expect(answered()).toBeLessThanOrEqual(60);
    leaver.abort();
    await Promise.all(calls);
  });

  it('are tightened by what the provider says is left', async () => {
    const clock = createFakeClock();
    const upstream = await startTestSandbox({
      clock,
      script: {
        steps: [
          {
            do: {
              text: 'Yes.',
              headers: { 'x-ratelimit-remaining-requests': '0', 'x-ratelimit-reset-requests': '20s' },
            },
          },
        ],
      },
    });
    onTestFinished(() => upstream.close());
    const engine = await openTestEngine({ upstream: upstream.url, clock, config: { extends: 'budget' } });
    const request = ask('Is it so?', { constraints: { sensitivity: 'normal', model: 'deepseek/deepseek-chat' } });
    await engine.pipeline.complete(request, never);
    const second = engine.pipeline.complete(request, never);
    await until(() => waiting(engine) === 1);
    clock.advance(20_000);
    expect((await second).status).toBe('complete');
    expect(upstream.requests()[1]?.at).toBe(clock.now());
  });

  it('send what is over to the next slot, without a refusal by anybody', async () => {
    const upstream = await upstreamOn(systemClock);
    const engine = await openTestEngine({
      upstream: upstream.url,
      config: { extends: 'balanced', models: { primary: { ...LLAMA, rateLimits: { requestsPerMinute: 2 } } } },
    });
    const request = ask('Is it so?', { constraints: { sensitivity: 'normal', task: 'general', complexity: 'medium' } });
    const outcomes = await Promise.all(Array.from({ length: 6 }, () => engine.pipeline.complete(request, never)));
    const models = outcomes.map(({ model }) => model);
    expect(models.filter((model) => model === LLAMA.model)).toHaveLength(1);
    expect(outcomes.every(({ status, attempts }) => status === 'complete' && attempts.length === 1)).toBe(true);
    expect(upstream.requests()).toHaveLength(6);
  });
});

const LLAMA = { provider: 'openrouter', model: 'meta-llama/llama-3.3-70b-instruct' };
const FREE = 'acme/tiny';
const PRICED = { pricing: { input: 1, output: 1 }, capabilities: { contextWindow: 8_000 } };

/** A model with a free quota, asked for by name. */
async function openQuota(
  freeQuota: Readonly<Record<string, unknown>>,
  more: { clock?: FakeClock; home?: string; policy?: object; models?: readonly object[]; groq?: boolean } = {},
) {
  const clock = more.clock ?? createFakeClock();
  const home = more.home ?? tempFolder();
  const upstream = await upstreamOn(clock);
  const config = {
    extends: 'budget',
    policy: more.policy ?? {},
    catalogue: [{ provider: 'openrouter', model: FREE, ...PRICED, freeQuota }, ...(more.models ?? [])],
  };
  const environment = more.groq ? { GROQ_API_KEY: 'test-key-groq', GROQ_BASE_URL: upstream.url } : {};
  const engine = await openTestEngine({ upstream: upstream.url, clock, home, config, environment });
  const request = ask('Is it so?', { maxOutputTokens: 200, constraints: { sensitivity: 'normal', model: FREE } });
  const call = () => engine.pipeline.complete(request, never);
  return { engine, upstream, clock, home, call, attempts: () => readBooks(home).attempts };
}

const costs = (outcomes: readonly CompletionOutcome[]) => outcomes.map(({ cost }) => cost.amount);

describe('a free quota (RTR-21)', () => {
  it('pays the first requests of a day, and the rest costs the normal price', async () => {
    const { call, attempts, engine, clock } = await openQuota({ requestsPerDay: 3 });
    const outcomes = [];
    for (let i = 0; i < 5; i++) {
      outcomes.push(await call());
      clock.advance(1_000);
    }
    expect(costs(outcomes)).toEqual([0, 0, 0, 200_000, 200_000]);
    expect(outcomes.map(({ cost }) => cost.source)).toEqual(Array(5).fill('computed'));
    expect(attempts().map(({ hold, charged }) => [hold > 0, charged])).toEqual([
      ...Array(3).fill([false, 0]),
      ...Array(2).fill([true, 200_000]),
    ]);
    expect(engine.ledger.budgets()[0]).toMatchObject({ spent: 400_000, held: 0 });
    expect(outcomes[0]?.reason).toContain('free quota');
    expect(outcomes[4]?.reason).not.toContain('free quota');
    expect(outcomes[4]?.warnings[0]).toMatch(/free quota of openrouter\/acme\/tiny .* so it is paid/);
  });

  it('lets the 1,001st request of a day move to another provider of the model, until midnight', async () => {
    const clock = createFakeClock();
    const { call, engine } = await openQuota(
      { requestsPerDay: 1_000, thenPaid: false },
      { clock, policy: { quotaBufferUsd: 50 }, models: [{ provider: 'groq', model: FREE, ...PRICED }], groq: true },
    );
    const outcomes = [];
    for (let i = 0; i < 1_000; i++) outcomes.push(await call());
    expect(outcomes.every(({ provider, cost }) => provider === 'openrouter' && cost.amount === 0)).toBe(true);
    expect(await call()).toMatchObject({ status: 'complete', provider: 'groq', cost: { amount: 200_000 } });
    expect(engine.ledger.budgets().find(({ budget }) => budget.id === 'quota-buffer/month')?.spent).toBe(200_000);
    // Also added up again from the rows, which do not have that tag.
    const { windows, problems } = engine.books.verify();
    expect([windows > 0, problems]).toEqual([true, []]);
    const windowOf = "budget_id = 'quota-buffer/month'";
    const { sqlite } = await openTestDatabase({ path: engine.config.databasePath });
    sqlite.exec(`UPDATE budget_windows SET spent = spent - 1 WHERE ${windowOf}`);
    expect(engine.books.verify().problems).toEqual([expect.stringContaining('quota-buffer/month has 199999')]);
    // Opened anew, as after an import, it has what was paid.
    sqlite.exec(`DELETE FROM budget_windows WHERE ${windowOf}`);
    expect(engine.ledger.budgets().find(({ budget }) => budget.id === 'quota-buffer/month')?.spent).toBe(200_000);
    clock.advance(DAY / 2);
    expect(await call()).toMatchObject({ status: 'complete', provider: 'openrouter', cost: { amount: 0 } });
  }, 30_000);

  it('says when it begins anew where nobody else serves the model and it may not be paid', async () => {
    const { call } = await openQuota({ requestsPerDay: 1, thenPaid: false });
    await call();
    const next = await call();
    expect(next).toMatchObject({ status: 'failed', attempts: [], error: { code: 'no_candidate' } });
    expect(next.error?.message).toMatch(/free quota of today .* begins anew at 2026-11-22T00:00:00.000Z/);
  });

  it('begins anew at midnight of its own time zone', async () => {
    const clock = createFakeClock(Date.UTC(2026, 10, 21, 23));
    const { call } = await openQuota({ requestsPerDay: 1, timeZone: 'America/Los_Angeles' }, { clock });
    const outcomes = [await call(), await call()];
    clock.advance(2 * 60 * MINUTE);
    outcomes.push(await call());
    clock.advance(7 * 60 * MINUTE);
    outcomes.push(await call());
    expect(costs(outcomes)).toEqual([0, 200_000, 200_000, 0]);
  });

  it('counts on after a restart, and over all processes', async () => {
    const home = tempFolder();
    const clock = createFakeClock();
    const one = await openQuota({ requestsPerDay: 3 }, { home, clock });
    const other = await openQuota({ requestsPerDay: 3 }, { home, clock });
    const outcomes = [await one.call(), await other.call(), await one.call(), await other.call()];
    await one.engine.close();
    const again = await openQuota({ requestsPerDay: 3 }, { home, clock });
    outcomes.push(await again.call());
    expect(costs(outcomes)).toEqual([0, 0, 0, 200_000, 200_000]);
  });

  it('of tokens pays only what fits with its worst case, and counts what was used', async () => {
    // A request may take about 280 tokens and uses 200.
    const { call } = await openQuota({ tokensPerDay: 700 });
    const outcomes = [await call(), await call(), await call(), await call()];
    expect(costs(outcomes)).toEqual([0, 0, 0, 200_000]);
  });

  it('rolls over to money within a stated buffer, and says so when that is used up', async () => {
    const { call, engine } = await openQuota({ requestsPerDay: 1 }, { policy: { quotaBufferUsd: 0.0004 } });
    const outcomes = [await call(), await call(), await call()];
    expect(costs(outcomes)).toEqual([0, 200_000, 0]);
    expect(outcomes[2]).toMatchObject({ status: 'refused', error: { code: 'budget_exceeded' } });
    expect(outcomes[2]?.error?.message).toContain('quota-buffer/month');
    expect(outcomes[2]?.error?.remedy).toContain('quotaBufferUsd');
    expect(engine.ledger.budgets().map(({ budget, spent }) => [budget.id, spent])).toContainEqual([
      'quota-buffer/month',
      200_000,
    ]);
  });

  it('serves where no money may be spent, since it costs nothing', async () => {
    const poor = await openQuota({ requestsPerDay: 2 });
    const capped = ask('Is it so?', {
      maxOutputTokens: 200,
      constraints: { sensitivity: 'normal', model: FREE, maxCost: 0 as never },
    });
    const outcomes = [];
    for (let i = 0; i < 3; i++) outcomes.push(await poor.engine.pipeline.complete(capped, never));
    expect(outcomes.map(({ status }) => status)).toEqual(['complete', 'complete', 'refused']);
  });

  it('may belong to a provider as a whole', async () => {
    const clock = createFakeClock();
    const upstream = await upstreamOn(clock);
    const engine = await openTestEngine({
      upstream: upstream.url,
      clock,
      config: {
        extends: 'budget',
        providers: { openrouter: { freeQuota: { requestsPerDay: 2 } } },
        catalogue: [
          { provider: 'openrouter', model: 'acme/one', ...PRICED },
          { provider: 'openrouter', model: 'acme/two', ...PRICED },
        ],
      },
    });
    const call = (model: string) =>
      engine.pipeline.complete(
        ask('Is it so?', { maxOutputTokens: 200, constraints: { sensitivity: 'normal', model } }),
        never,
      );
    const outcomes = [await call('acme/one'), await call('acme/two'), await call('acme/one')];
    expect(costs(outcomes)).toEqual([0, 0, 200_000]);
  });
});

describe('maxConcurrency (OPT-10)', () => {
  const config = { extends: 'budget', optimization: { parallelExecution: { enabled: true, maxConcurrency: 3 } } };
  const request = ask('Is it so?', { maxOutputTokens: 100 });

  it('lets an upstream see three calls at once; the others wait, and their number is known', async () => {
    const upstream = await startHoldingServer();
    const engine = await openTestEngine({ upstream: upstream.url, config });
    const calls = Array.from({ length: 10 }, () => engine.pipeline.complete(request, never));
    await upstream.arrived(3);
    await until(() => engine.queues().calls.some(({ waiting }) => waiting === 7));
    expect(engine.queues().calls).toContainEqual({ profile: 'custom', limit: 3, running: 3, waiting: 7 });
    upstream.release();
    expect((await Promise.all(calls)).every(({ status }) => status === 'complete')).toBe(true);
    expect(engine.queues().calls.find(({ profile }) => profile === 'custom')).toMatchObject({ running: 0, waiting: 0 });
  });

  it('turns away what comes when a thousand calls wait, with a hint when to come back', async () => {
    const upstream = await startHoldingServer();
    const engine = await openTestEngine({ upstream: upstream.url, config });
    const leaver = new AbortController();
    const calls = Array.from({ length: 1_003 }, () => engine.pipeline.complete(request, leaver.signal));
    await upstream.arrived(3);
    await until(() => engine.queues().calls.some(({ waiting }) => waiting === 1_000));
    const outcome = await engine.pipeline.complete(request, never);
    expect(outcome).toMatchObject({
      status: 'failed',
      attempts: [],
      error: { code: 'overloaded', details: { waiting: 1_000, retry_after_ms: 5_000 } },
    });
    leaver.abort();
    expect((await Promise.all(calls)).every(({ status }) => status === 'cancelled' || status === 'incomplete')).toBe(
      true,
    );
  }, 20_000);
});

function waiting(engine: Engine): number {
  return engine.queues().deployments.reduce((sum, queue) => sum + queue.waiting, 0);
}

async function until(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await new Promise((resolve) => setImmediate(resolve));
}
