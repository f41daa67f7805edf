import { readFileSync } from 'node:fs';
import Sqlite from 'better-sqlite3';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { CompletionEvent, CompletionOutcome } from '../../src/domain/completion-outcome.ts';
import { FareboxError } from '../../src/domain/errors.ts';
import { nano } from '../../src/domain/money.ts';
import type { Engine } from '../../src/pipeline/engine.ts';
import type { Script, Step } from '../../src/sandbox/script.ts';
import { ask, openTestEngine, QUICK_RETRIES } from '../support/open-test-engine.ts';
import { startTestSandbox } from '../support/start-sandbox.ts';

const never = new AbortController().signal;
const QWEN = 'qwen/qwen-2.5-coder-32b-instruct';
const LLAMA = 'meta-llama/llama-3.3-70b-instruct';
const DEEPSEEK = 'deepseek/deepseek-chat';
const coding = ask('Implement an LRU cache', {
  constraints: { sensitivity: 'normal', task: 'coding', complexity: 'medium' },
});

async function open(steps: readonly Step[], config: Readonly<Record<string, unknown>> = QUICK_RETRIES) {
  const script: Script = { steps };
  const upstream = await startTestSandbox({ script });
  onTestFinished(() => upstream.close());
  const engine = await openTestEngine({ upstream: upstream.url, config });
  return { upstream, engine };
}

async function events(engine: Engine, request: typeof coding, signal = never) {
  const seen: CompletionEvent[] = [];
  for await (const event of engine.pipeline.run(request, signal)) seen.push(event);
  const last = seen.at(-1);
  if (last?.type !== 'done') throw new Error('the last event should be done');
  return { seen, outcome: last.outcome };
}

const tried = ({ attempts }: CompletionOutcome) =>
  attempts.map(({ model, result, failure }) => [model, result, failure]);

describe('a completion', () => {
  it('is planned, attempted, settled and booked (MCP-03)', async () => {
    const { engine, upstream } = await open([
      { do: { text: 'const cache = new Map();', usage: { prompt_tokens: 1000, completion_tokens: 500 } } },
    ]);
    const outcome = await engine.pipeline.complete(coding, never);
    expect(outcome).toMatchObject({
      status: 'complete',
      text: 'const cache = new Map();',
      finishReason: 'stop',
      provider: 'openrouter',
      model: QWEN,
      cost: { amount: 345_000, source: 'computed' },
      baseline: { model: 'claude-3.5-sonnet', cost: 10_500_000 },
      saved: 10_155_000,
      cache: 'off',
      simulated: false,
      error: null,
    });
    expect(upstream.requests()).toHaveLength(1);
    const report = await engine.reports.report({
      since: 0,
      until: Date.now() + 1000,
      groupBy: 'model',
      simulated: false,
    });
    expect(report.totals).toMatchObject({ calls: 1, attempts: 1, cost: 345_000, saved: 10_155_000 });
    expect(engine.ledger.budgets()[0]).toMatchObject({ spent: 345_000, held: 0 });
  });

  it('is streamed to a caller who watches, text before the end (UPS-02)', async () => {
    const { engine } = await open([{ do: { text: 'one two three four' } }]);
    const { seen, outcome } = await events(engine, { ...coding, delivery: 'stream' });
    const types = seen.map(({ type }) => type);
    expect(types.slice(0, 2)).toEqual(['planned', 'attempt']);
    const text = seen.flatMap((event) => (event.type === 'text' ? [event.text] : []));
    expect(text.length).toBeGreaterThan(1);
    expect(text.join('')).toBe(outcome.text);
  });

  it('decides without sending anything when only the plan is asked for (MCP-04)', async () => {
    const { engine, upstream } = await open([]);
    const plan = await engine.pipeline.plan(coding);
    expect(plan.candidates[0]?.deployment.model).toBe(QWEN);
    expect(upstream.requests()).toEqual([]);
    expect(
      (await engine.reports.report({ since: 0, until: Date.now(), groupBy: 'model', simulated: false })).totals.calls,
    ).toBe(0);
  });

  it.each([
    ['an empty prompt', ask('  ')],
    ['no messages', { ...coding, messages: [] }],
    ['a senseless output cap', { ...coding, maxOutputTokens: 0 }],
    ['a senseless cost cap', ask('hello', { constraints: { sensitivity: 'normal', maxCost: -1 as never } })],
    ['an unknown profile', ask('hello', { constraints: { sensitivity: 'normal', profile: 'premum' } })],
    ['an unknown model', ask('hello', { constraints: { sensitivity: 'normal', model: 'deepsek/deepseek-chat' } })],
  ])('is refused with a remedy for %s', async (_, request) => {
    const { engine, upstream } = await open([]);
    await expect(engine.pipeline.complete(request, never)).rejects.toMatchObject({
      remedy: expect.stringMatching(/\w/),
    });
    expect(upstream.requests()).toEqual([]);
  });
});

describe('failures', () => {
  it('falls back to the next slot, and says so (RTR-08, RTR-10)', async () => {
    const { engine, upstream } = await open([
      { match: { model: QWEN }, do: { status: 503, body: { error: { message: 'overloaded' } } } },
    ]);
    const outcome = await engine.pipeline.complete(coding, never);
    expect(outcome.status).toBe('complete');
    expect(tried(outcome)).toEqual([
      [QWEN, 'failed', 'server_error'],
      [QWEN, 'failed', 'server_error'],
      [outcome.model, 'answered', null],
    ]);
    expect(outcome.reason).toContain('server_error');
    expect(upstream.requests()).toHaveLength(3);
  });

  it('never retries a refused key, and says what it is (RTR-09)', async () => {
    const { engine, upstream } = await open([
      { do: { status: 401, body: { error: { message: 'No auth credentials found' } } } },
    ]);
    const outcome = await engine.pipeline.complete(coding, never);
    expect(outcome).toMatchObject({ status: 'failed', text: '', error: { code: 'all_candidates_failed' } });
    expect(outcome.error?.message).toContain('401');
    expect(upstream.requests()).toHaveLength(1);
    const { deployments, embedders } = engine.catalogue;
    expect([...engine.health().keys()]).toEqual([...deployments, ...embedders.deployments].map(({ id }) => id));
  });

  it('keeps the reason of a refusal and asks nobody else', async () => {
    const error = { code: 'content_policy_violation', message: 'This violates the policy.' };
    const { engine, upstream } = await open([{ do: { status: 400, body: { error } } }]);
    const outcome = await engine.pipeline.complete(coding, never);
    expect(outcome.error).toMatchObject({ code: 'content_refused' });
    expect(outcome.error?.message).toContain('This violates the policy.');
    expect(upstream.requests()).toHaveLength(1);
  });

  it('restarts a broken answer unseen for a caller who gets it whole, and books both legs (UPS-03)', async () => {
    const { engine } = await open([{ match: { model: QWEN }, do: { tokens: 60, cutAfterTokens: 20 } }]);
    const { seen, outcome } = await events(engine, coding);
    expect(outcome).toMatchObject({ status: 'complete', finishReason: 'stop' });
    expect(outcome.model).not.toBe(QWEN);
    expect(seen.some(({ type }) => type === 'text')).toBe(false);
    expect(outcome.attempts.map(({ result, cost }) => [result, cost.source])).toEqual([
      ['incomplete', 'estimated'],
      ['answered', 'computed'],
    ]);
  });

  it('ends a broken answer as incomplete for a caller who has seen part of it (UPS-03)', async () => {
    const { engine, upstream } = await open([{ match: { model: QWEN }, do: { tokens: 60, cutAfterTokens: 20 } }]);
    const { seen, outcome } = await events(engine, { ...coding, delivery: 'stream' });
    const text = seen.flatMap((event) => (event.type === 'text' ? [event.text] : [])).join('');
    expect(outcome).toMatchObject({ status: 'incomplete', finishReason: null, text });
    expect(text.length).toBeGreaterThan(0);
    expect(outcome.error?.message).toContain('stream_broken');
    expect(upstream.requests()).toHaveLength(1);
  });

  it('calls an answer that hit its length limit incomplete, never a success (OPT-07)', async () => {
    const { engine } = await open([{ do: { text: 'cut short', finishReason: 'length' } }]);
    const outcome = await engine.pipeline.complete(coding, never);
    expect(outcome).toMatchObject({ status: 'incomplete', finishReason: 'length', text: 'cut short', saved: null });
  });

  it('does not take a call of a tool that nobody offered for an answer', async () => {
    const call = { name: 'get_weather', arguments: { city: 'Paris' } };
    const { engine } = await open([{ match: { model: QWEN }, do: { toolCalls: [call] } }]);
    const outcome = await engine.pipeline.complete(coding, never);
    expect(tried(outcome)[0]?.[2]).toBe('invalid_answer');
    expect(outcome).toMatchObject({ status: 'complete', toolCalls: [] });
  });

  it('does not fall back where the profile says no', async () => {
    const config = { extends: 'balanced', routing: { fallbackRules: { onError: false } } };
    const { engine, upstream } = await open([{ do: { status: 500, body: {} } }], config);
    const outcome = await engine.pipeline.complete(coding, never);
    expect(outcome.status).toBe('failed');
    expect(upstream.requests()).toHaveLength(1);
  });

  it('looks for a larger window when the context is too long', async () => {
    const error = { code: 'context_length_exceeded', message: 'maximum context length is 32000 tokens' };
    const config = { extends: 'budget', routing: QUICK_RETRIES.routing };
    const { engine } = await open([{ match: { model: 'thudm/*' }, do: { status: 400, body: { error } } }], config);
    const outcome = await engine.pipeline.complete(
      ask('hello', { constraints: { sensitivity: 'normal', task: 'simple' } }),
      never,
    );
    expect(tried(outcome)[0]?.[2]).toBe('context_length');
    expect(outcome).toMatchObject({ status: 'complete', model: DEEPSEEK });
  });

  it('sends private requests nowhere when no local model runs (RTR-19)', async () => {
    const { engine, upstream } = await open([]);
    const outcome = await engine.pipeline.complete(ask('my diary', { constraints: { sensitivity: 'private' } }), never);
    expect(outcome).toMatchObject({ status: 'failed', error: { code: 'no_candidate' } });
    expect(upstream.requests()).toEqual([]);
  });
});

describe('cancelling', () => {
  it('closes the upstream connection and books what was used (MCP-13, CST-16)', async () => {
    const { engine, upstream } = await open([{ do: { tokens: 60, stallAfterTokens: 10 } }]);
    const caller = new AbortController();
    let outcome: CompletionOutcome | undefined;
    for await (const event of engine.pipeline.run({ ...coding, delivery: 'stream' }, caller.signal)) {
      if (event.type === 'text') caller.abort();
      if (event.type === 'done') outcome = event.outcome;
    }
    expect(outcome).toMatchObject({ status: 'cancelled', error: { code: 'cancelled' }, cost: { source: 'estimated' } });
    expect(engine.ledger.budgets()[0]).toMatchObject({ held: 0, spent: outcome?.cost.amount });
    await expect.poll(() => upstream.requests()[0]?.outcome).toBe('client_closed');
  });

  it('books a caller who simply stops listening', async () => {
    const { engine } = await open([{ do: { tokens: 60, stallAfterTokens: 10 } }]);
    for await (const event of engine.pipeline.run({ ...coding, delivery: 'stream' }, never))
      if (event.type === 'text') break;
    const { totals } = await engine.reports.report({
      since: 0,
      until: Date.now() + 1000,
      groupBy: 'model',
      simulated: false,
    });
    expect(totals).toMatchObject({ calls: 1, attempts: 1, estimatedAttempts: 1 });
    expect(engine.ledger.budgets()[0]?.held).toBe(0);
  });
});

describe('the cache', () => {
  const cached = { ...coding, cache: 'use' } as const;

  it('answers an identical request for nothing and books it (OPT-01)', async () => {
    const { engine, upstream } = await open([]);
    const first = await engine.pipeline.complete(cached, never);
    const second = await engine.pipeline.complete(cached, never);
    expect(second).toMatchObject({
      status: 'complete',
      text: first.text,
      cache: 'hit',
      cost: { amount: 0 },
      saved: second.baseline.cost,
    });
    expect(second.attempts.map(({ result }) => result)).toEqual(['cached']);
    expect(upstream.requests()).toHaveLength(1);
    const { totals } = await engine.reports.report({
      since: 0,
      until: Date.now() + 1000,
      groupBy: 'model',
      simulated: false,
    });
    expect(totals).toMatchObject({ calls: 2, cacheHits: 1 });
  });

  it('asks once for a hundred identical calls at once (OPT-04)', async () => {
    const { engine, upstream } = await open([]);
    const outcomes = await Promise.all(Array.from({ length: 100 }, () => engine.pipeline.complete(cached, never)));
    expect(upstream.requests()).toHaveLength(1);
    expect(outcomes.filter(({ cache }) => cache === 'shared')).toHaveLength(99);
  });

  it('lets the others ask for themselves when the one that led was cancelled', async () => {
    const { engine, upstream } = await open([{ times: 1, do: { hang: true } }]);
    const leader = new AbortController();
    const led = engine.pipeline.complete(cached, leader.signal);
    const follower = engine.pipeline.complete(cached, never);
    await expect.poll(() => upstream.requests().length).toBe(1);
    leader.abort();
    expect((await led).status).toBe('cancelled');
    expect((await follower).status).toBe('complete');
  });

  it('lets nobody wait for a call whose end the store could not take', async () => {
    const { engine } = await open([]);
    const { finish } = engine.ledger;
    engine.ledger.finish = () => {
      throw new FareboxError('storage_unavailable', 'the disk is full');
    };
    await expect(engine.pipeline.complete(cached, never)).rejects.toThrow('the disk is full');
    engine.ledger.finish = finish;
    expect((await engine.pipeline.complete(cached, never)).status).toBe('complete');
  });

  it('keeps no incomplete answer', async () => {
    const { engine, upstream } = await open([{ do: { text: 'cut', finishReason: 'length' } }]);
    await engine.pipeline.complete(cached, never);
    await engine.pipeline.complete(cached, never);
    expect(upstream.requests()).toHaveLength(2);
  });

  it('asks afresh when told to, and keeps the new answer', async () => {
    const { engine, upstream } = await open([]);
    await engine.pipeline.complete(cached, never);
    const fresh = await engine.pipeline.complete({ ...cached, cache: 'refresh' }, never);
    expect(fresh.cache).toBe('miss');
    expect(upstream.requests()).toHaveLength(2);
  });
});

describe('prompts and answers', () => {
  const secret = ask('remember the word xylophone', { constraints: { sensitivity: 'normal', task: 'general' } });

  it('are not stored unless switched on (SEC-09)', async () => {
    const { engine } = await open([{ do: { text: 'the word is xylophone' } }]);
    await engine.pipeline.complete(secret, never);
    await engine.close();
    expect(readFileSync(engine.config.databasePath).includes('xylophone')).toBe(false);
  });

  it('are stored, cut to a size, where policy.storeBodies is on', async () => {
    const { engine } = await open([{ do: { text: 'the word is xylophone' } }], {
      ...QUICK_RETRIES,
      policy: { storeBodies: true },
    });
    const { callId } = await engine.pipeline.complete(secret, never);
    const database = new Sqlite(engine.config.databasePath, { readonly: true });
    onTestFinished(() => void database.close());
    expect(database.prepare('SELECT call_id, prompt, answer FROM bodies').all()).toEqual([
      { call_id: callId, prompt: 'user: remember the word xylophone', answer: 'the word is xylophone' },
    ]);
  });
});

describe('money', () => {
  const budgetOf = (usd: number) => ({ ...QUICK_RETRIES, monitoring: { costTracking: { monthlyBudget: usd } } });

  it('is never passed by many calls at once (CST-05)', async () => {
    const limit = 0.004;
    const { engine } = await open(
      [{ do: { text: 'ok', usage: { prompt_tokens: 200, completion_tokens: 100 } } }],
      budgetOf(limit),
    );
    const outcomes = await Promise.all(
      Array.from({ length: 40 }, (_, i) =>
        engine.pipeline.complete({ ...coding, messages: [{ role: 'user', content: `task ${i}` }] }, never),
      ),
    );
    const status = engine.ledger.budgets()[0];
    const spent = outcomes.reduce((sum, { cost }) => sum + (cost.amount ?? 0), 0);
    expect(status).toMatchObject({ spent, held: 0 });
    expect(spent).toBeLessThanOrEqual(limit * 1e9);
    expect(new Set(outcomes.map(({ status }) => status))).toEqual(new Set(['complete', 'refused']));
  });

  it('is refused with the budget, what is left, when it resets and what would fit', async () => {
    const { engine, upstream } = await open([], budgetOf(0.000001));
    const named = ask('Implement an LRU cache', { constraints: { sensitivity: 'normal', model: QWEN } });
    const outcome = await engine.pipeline.complete(named, never);
    expect(outcome).toMatchObject({
      status: 'refused',
      error: {
        code: 'budget_exceeded',
        message: expect.stringMatching(/all\/month has \$0\.000001 of \$0\.000001 left\. It resets at .* never fits/),
        remedy: expect.stringContaining('budget'),
      },
    });
    expect(upstream.requests()).toEqual([]);
  });

  it('names a model that would fit where the one that was asked for does not', async () => {
    const { engine } = await open([], budgetOf(0.0004));
    const request = { maxOutputTokens: 2000, constraints: { sensitivity: 'normal', model: QWEN } } as const;
    const refused = await engine.pipeline.complete(ask('hello', request), never);
    expect(refused.status).toBe('refused');
    const fitting = refused.error?.details['would_fit'] as { deployment: string; worst_cost_usd: string };
    expect(refused.error?.remedy).toContain(fitting.deployment);
    const again = ask('hello', { ...request, constraints: { sensitivity: 'normal', model: fitting.deployment } });
    expect((await engine.pipeline.complete(again, never)).status).toBe('complete');
  });

  it("keeps all attempts together below the caller's cap (RTR-05)", async () => {
    const { engine } = await open([{ match: { model: QWEN }, do: { tokens: 60, cutAfterTokens: 50 } }]);
    const capped = ask('Implement an LRU cache', { constraints: { ...coding.constraints, maxCost: nano(300_000) } });
    const outcome = await engine.pipeline.complete(capped, never);
    expect(outcome.cost.amount).toBeLessThanOrEqual(300_000);
  });

  it('steps down to a cheaper candidate before it refuses', async () => {
    // Llama's output is dearer than DeepSeek's: the budget has room for the one and not for the other.
    const config = { ...budgetOf(0.001), extends: 'balanced' };
    const { engine } = await open([], config);
    const research = ask('hello', {
      maxOutputTokens: 4000,
      constraints: { sensitivity: 'normal', task: 'research', complexity: 'medium' },
    });
    const outcome = await engine.pipeline.complete(research, never);
    expect(
      outcome.plan.rejections.some(({ deployment, code }) => deployment.endsWith(LLAMA) && code === 'over_budget'),
    ).toBe(true);
    expect(outcome.status).toBe('complete');
    expect(outcome.model).not.toBe(LLAMA);
  });
});
