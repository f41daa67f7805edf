import { describe, expect, it, onTestFinished } from 'vitest';
import type { CompletionEvent, CompletionOutcome } from '../../src/domain/completion-outcome.ts';
import type { CompletionRequest } from '../../src/domain/completion-request.ts';
import { toDeploymentId } from '../../src/domain/deployment.ts';
import type { Engine } from '../../src/pipeline/engine.ts';
import { createFirstTokenTimes, hedgeDelay } from '../../src/pipeline/first-token-times.ts';
import type { Step } from '../../src/sandbox/script.ts';
import type { AttemptClosing } from '../../src/spend/ledger.ts';
import { ask, openTestEngine, QUICK_RETRIES } from '../support/open-test-engine.ts';
import { startTestSandbox } from '../support/start-sandbox.ts';
import { watchedAttempt } from '../support/watched-attempt.ts';

const never = new AbortController().signal;
const EVER = { since: 0, until: Date.UTC(2100, 0, 1), groupBy: 'optimisation', simulated: false } as const;
const USAGE = { prompt_tokens: 1000, completion_tokens: 500 };
const PRIMARY = { match: { primary: true } } as const;
const SECOND = { match: { primary: false }, do: { text: 'From the second.', usage: USAGE } } as const;

const coding = (more: Partial<CompletionRequest> = {}) =>
  ask('Implement an LRU cache', {
    ...more,
    constraints: { sensitivity: 'normal', task: 'coding', complexity: 'medium', ...more.constraints },
  });

async function open(steps: readonly Step[], hedge: object | null = { afterMs: 30 }, more: object = {}) {
  const upstream = await startTestSandbox({ script: { steps } });
  onTestFinished(() => upstream.close());
  const config = { ...QUICK_RETRIES, ...(hedge && { policy: { hedge } }), ...more };
  const engine = await openTestEngine({ upstream: upstream.url, config });
  return { upstream, engine };
}

async function events(engine: Engine, request: CompletionRequest, signal = never) {
  const seen: CompletionEvent[] = [];
  for await (const event of engine.pipeline.run(request, signal)) seen.push(event);
  const last = seen.at(-1);
  if (last?.type !== 'done') throw new Error('the last event should be done');
  return { seen, outcome: last.outcome };
}

const results = ({ attempts }: CompletionOutcome) => attempts.map(({ result }) => result).sort();

/** Nothing stays held or running, and the books agree. */
async function expectClosedBooks(engine: Engine) {
  expect(engine.ledger.budgets().map(({ held }) => held)).toEqual(engine.ledger.budgets().map(() => 0));
  expect(engine.books.verify().problems).toEqual([]);
}

describe('a hedged request', () => {
  it.each(['whole', 'stream', 'held'] as const)(
    'is answered by the second candidate where the first says nothing, and pays both (CST-16, %s)',
    async (delivery) => {
      const { engine, upstream } = await open([{ ...PRIMARY, do: { hang: true } }, SECOND]);
      const { seen, outcome } = await events(engine, coding({ delivery }));
      expect(outcome).toMatchObject({ status: 'complete', text: 'From the second.', error: null });
      expect(outcome.reason).toContain('(hedging)');
      expect(results(outcome)).toEqual(['answered', 'cancelled']);
      const lost = outcome.attempts.find(({ result }) => result === 'cancelled');
      expect(lost?.cost).toMatchObject({ source: 'estimated' });
      expect(outcome.effects).toEqual([
        {
          optimisation: 'hedging',
          tokensAvoided: expect.any(Number),
          costAvoided: 0,
          ownCost: lost?.cost.amount,
        },
      ]);
      expect(outcome.effects?.[0]?.tokensAvoided).toBeLessThan(0);
      const paid = outcome.attempts.reduce((sum, { cost }) => sum + (cost.amount ?? 0), 0);
      expect(outcome.cost.amount).toBe(paid);
      expect(seen.filter(({ type }) => type === 'attempt').map((event) => 'number' in event && event.number)).toEqual([
        1, 2,
      ]);
      expect(seen.flatMap((event) => (event.type === 'text' ? [event.text] : [])).join('')).toBe(
        delivery === 'whole' ? '' : 'From the second.',
      );
      expect(upstream.requests()).toHaveLength(2);
      const { effects, totals } = await engine.reports.report(EVER);
      expect(effects).toMatchObject([{ optimisation: 'hedging', calls: 1, ownCost: lost?.cost.amount }]);
      expect(totals).toMatchObject({ calls: 1, attempts: 2, failedAttempts: 0, cost: paid });
      await expectClosedBooks(engine);
    },
  );

  it('asks nobody else where the first word comes in time', async () => {
    const { engine, upstream } = await open([{ do: { text: 'At once.', usage: USAGE } }], { afterMs: 5_000 });
    const outcome = await engine.pipeline.complete(coding(), never);
    expect(outcome).toMatchObject({ status: 'complete', attempts: [{ result: 'answered' }] });
    expect(outcome.effects).toBeUndefined();
    expect(upstream.requests()).toHaveLength(1);
  });

  it('lets the first one win where it speaks first after all, whole and without a word of the other', async () => {
    const { engine } = await open([
      { ...PRIMARY, do: { text: 'From the first.', firstTokenMs: 150, usage: USAGE } },
      { match: { primary: false }, do: { hang: true } },
    ]);
    const { seen, outcome } = await events(engine, coding({ delivery: 'stream' }));
    expect(outcome).toMatchObject({ status: 'complete', text: 'From the first.' });
    expect(results(outcome)).toEqual(['answered', 'cancelled']);
    expect(seen.flatMap((event) => (event.type === 'text' ? [event.text] : [])).join('')).toBe('From the first.');
    await expectClosedBooks(engine);
  });

  it('is decided by the first word: the winner is not interrupted however slowly it goes on', async () => {
    const { engine, upstream } = await open([
      { ...PRIMARY, do: { text: 'One two three four five six.', tokenMs: 25, usage: USAGE } },
      SECOND,
    ]);
    const outcome = await engine.pipeline.complete(coding(), never);
    expect(outcome).toMatchObject({ text: 'One two three four five six.', attempts: [{ result: 'answered' }] });
    expect(upstream.requests()).toHaveLength(1);
  });

  it('goes on with the second where the first fails meanwhile', async () => {
    const { engine } = await open([
      { ...PRIMARY, do: { delayMs: 120, status: 500, body: { error: { message: 'boom' } } } },
      { match: { primary: false }, do: { text: 'From the second.', firstTokenMs: 200, usage: USAGE } },
    ]);
    const { seen, outcome } = await events(engine, coding());
    expect(outcome).toMatchObject({ status: 'complete', text: 'From the second.' });
    expect(results(outcome)).toEqual(['answered', 'failed']);
    expect(seen.filter(({ type }) => type === 'attempt_failed')).toHaveLength(1);
    await expectClosedBooks(engine);
  });

  it('goes on with the first where the second fails, and with the plan where both do', async () => {
    const failing = { delayMs: 60, status: 500, body: { error: { message: 'boom' } } };
    const one = await open([
      { ...PRIMARY, do: { text: 'From the first.', firstTokenMs: 200, usage: USAGE } },
      { match: { primary: false }, do: { ...failing, delayMs: 0 } },
    ]);
    expect(await one.engine.pipeline.complete(coding(), never)).toMatchObject({
      status: 'complete',
      text: 'From the first.',
    });
    const both = await open([
      { ...PRIMARY, times: 1, do: failing },
      { match: { primary: false }, times: 1, do: failing },
      { do: { text: 'In the end.', usage: USAGE } },
    ]);
    const outcome = await both.engine.pipeline.complete(coding(), never);
    expect(outcome).toMatchObject({ status: 'complete', text: 'In the end.' });
    expect(results(outcome)).toEqual(['answered', 'failed', 'failed']);
    await expectClosedBooks(both.engine);
  });

  it('does not ask the second again where it failed for good', async () => {
    const { engine, upstream } = await open([
      { ...PRIMARY, times: 1, do: { delayMs: 150, status: 500, body: { error: { message: 'boom' } } } },
      { ...PRIMARY, do: { text: 'From the first, again.', usage: USAGE } },
      { do: { status: 404, body: { error: { message: 'no such model', code: 'model_not_found' } } } },
    ]);
    const outcome = await engine.pipeline.complete(coding(), never);
    expect(outcome).toMatchObject({ status: 'complete', text: 'From the first, again.' });
    const asked = upstream.requests().map(({ model }) => model);
    expect(asked.filter((model) => model !== asked[0])).toHaveLength(1);
    await expectClosedBooks(engine);
  });

  it('is not hedged beyond what a second attempt may cost, nor beyond the cap of the caller', async () => {
    const steps = [{ ...PRIMARY, do: { text: 'From the first.', firstTokenMs: 120, usage: USAGE } }, SECOND];
    const bounded = await open(steps, { afterMs: 20, maxExtraCostUsd: 0 });
    expect(await bounded.engine.pipeline.complete(coding(), never)).toMatchObject({
      attempts: [{ result: 'answered' }],
    });
    const capped = await open(steps, { afterMs: 20 });
    const plan = await capped.engine.pipeline.plan(coding());
    const cap = plan.candidates[0]?.worstCost;
    if (!cap) throw new Error('the first candidate should have a price');
    const outcome = await capped.engine.pipeline.complete(
      coding({ constraints: { sensitivity: 'normal', maxCost: cap } }),
      never,
    );
    expect(outcome).toMatchObject({ status: 'complete', attempts: [{ result: 'answered' }] });
  });

  it('asks the second only if a budget has room for both at once', async () => {
    const steps = [{ ...PRIMARY, do: { text: 'From the first.', firstTokenMs: 120, usage: USAGE } }, SECOND];
    const probe = await open(steps, null);
    const worst = (await probe.engine.pipeline.plan(coding())).candidates[0]?.worstCost ?? 0;
    const budgets = [{ scope: 'all', window: 'day', limitUsd: (worst * 1.2) / 1e9 }];
    const { engine, upstream } = await open(steps, { afterMs: 20 }, { budgets });
    const outcome = await engine.pipeline.complete(coding(), never);
    expect(outcome).toMatchObject({ status: 'complete', text: 'From the first.', attempts: [{ result: 'answered' }] });
    expect(upstream.requests()).toHaveLength(1);
    await expectClosedBooks(engine);
  });

  it('ends both where the caller cancels, or leaves, and books both', async () => {
    const hanging = [{ do: { hang: true } }] as const;
    const cancelled = await open(hanging);
    const stop = new AbortController();
    let sent = 0;
    const outcomes: CompletionOutcome[] = [];
    for await (const event of cancelled.engine.pipeline.run(coding(), stop.signal)) {
      if (event.type === 'attempt' && ++sent === 2) stop.abort();
      if (event.type === 'done') outcomes.push(event.outcome);
    }
    expect(outcomes).toMatchObject([{ status: 'cancelled' }]);
    expect(outcomes.map(results)).toEqual([['cancelled', 'cancelled']]);
    await expectClosedBooks(cancelled.engine);

    const left = await open(hanging);
    sent = 0;
    for await (const event of left.engine.pipeline.run(coding(), never)) {
      if (event.type === 'attempt' && ++sent === 2) break;
    }
    expect((await left.engine.reports.report(EVER)).totals).toMatchObject({ calls: 1, attempts: 2 });
    await expectClosedBooks(left.engine);
  });

  it('does not hold it against a deployment that it lost', async () => {
    const { engine } = await open([{ ...PRIMARY, do: { hang: true } }, SECOND]);
    for (let i = 0; i < 6; i++) await engine.pipeline.complete(coding(), never);
    expect([...engine.health().values()]).toEqual([]);
  });

  it('is off unless switched on', async () => {
    const { engine, upstream } = await open(
      [{ ...PRIMARY, do: { text: 'From the first.', firstTokenMs: 120, usage: USAGE } }, SECOND],
      null,
    );
    expect(await engine.pipeline.complete(coding(), never)).toMatchObject({ text: 'From the first.' });
    expect(upstream.requests()).toHaveLength(1);
  });
});

describe('the time after which a request is hedged', () => {
  const id = toDeploymentId('openrouter', 'm');
  const answered = (firstTokenMs: number) => {
    const attempt = watchedAttempt({ deployment: { id } });
    return [attempt, { type: 'answered' }, { firstTokenMs } as AttemptClosing] as const;
  };

  it('is the percentile of the latest answers once twenty are known, before that the fixed time', () => {
    const times = createFirstTokenTimes();
    const delay = hedgeDelay({ afterMs: 900, percentile: 0.9, maxExtraCost: null }, times);
    const onlyPercentile = hedgeDelay({ afterMs: null, percentile: 0.5, maxExtraCost: null }, times);
    for (let ms = 1; ms < 20; ms++) times.ended?.(...answered(ms));
    expect([delay(id), onlyPercentile(id)]).toEqual([900, null]);
    times.ended?.(...answered(20));
    expect([delay(id), onlyPercentile(id)]).toEqual([18, 10]);
    for (let i = 0; i < 500; i++) times.ended?.(...answered(7));
    expect(delay(id)).toBe(7);
  });

  it('is never where nothing is configured', () => {
    expect(hedgeDelay(null, createFirstTokenTimes())(id)).toBeNull();
  });
});
