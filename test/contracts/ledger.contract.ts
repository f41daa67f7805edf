import { describe, expect, it } from 'vitest';
import type { Budget } from '../../src/domain/budget.ts';
import { fromUsd, nano } from '../../src/domain/money.ts';
import type { Ledger } from '../../src/spend/ledger.ts';
import type { Reports } from '../../src/spend/reports.ts';
import { createFakeClock, type FakeClock } from '../support/fake-clock.ts';
import {
  ATTRIBUTES,
  attemptClosing,
  attemptOpening,
  budgetOf,
  callClosing,
  callOpening,
  NOON,
} from '../support/ledger-facts.ts';

export interface LedgerUnderTest {
  readonly ledger: Ledger;
  readonly reports: Reports;
  /** A ledger on the same store, as another process with these budgets would open it. `dies`: it is gone by now. */
  another(options: { readonly budgets: readonly Budget[]; readonly dies: boolean }): Ledger;
}

export type OpenLedger = (options: {
  readonly budgets: readonly Budget[];
  readonly clock: FakeClock;
  readonly simulated?: boolean;
}) => Promise<LedgerUnderTest>;

const EVER = { since: 0, until: Date.UTC(2100, 0, 1), groupBy: 'model', simulated: false } as const;

/** What every ledger must do, whatever it is written in. */
export function ledgerContract(name: string, openLedger: OpenLedger): void {
  const open = async (budgets: readonly Budget[], simulated = false) => {
    const clock = createFakeClock(NOON);
    return { clock, ...(await openLedger({ budgets, clock, simulated })) };
  };
  const spend = (ledger: Ledger, call: string, usd: number, at = NOON) => {
    const refusal = ledger.reserve(
      callOpening(call, { startedAt: at }),
      attemptOpening(call, { startedAt: at, hold: fromUsd(usd) }),
      ATTRIBUTES,
    );
    return refusal ?? ledger.settle(attemptClosing(call, usd));
  };

  describe(`${name}: reserve and settle (CST-05)`, () => {
    it('holds the worst cost and charges the real one', async () => {
      const { ledger } = await open([budgetOf('all/month', 10)]);
      expect(ledger.reserve(callOpening('a'), attemptOpening('a', { hold: fromUsd(4) }), ATTRIBUTES)).toBeNull();
      expect(ledger.budgets()).toMatchObject([{ spent: 0, held: fromUsd(4), left: fromUsd(6) }]);
      ledger.settle(attemptClosing('a', 1.5));
      expect(ledger.budgets()).toMatchObject([{ spent: fromUsd(1.5), held: 0, left: fromUsd(8.5) }]);
    });

    it('allows the last nano-dollar and not one more', async () => {
      const { ledger } = await open([budgetOf('all/month', 1)]);
      const reserve = (call: string, hold: number) =>
        ledger.reserve(callOpening(call), attemptOpening(call, { hold: nano(hold) }), ATTRIBUTES);
      expect(reserve('a', 999_999_999)).toBeNull();
      expect(reserve('b', 2)).toMatchObject({ left: 1, needed: 2 });
      expect(reserve('c', 1)).toBeNull();
      expect(reserve('d', 1)).toMatchObject({ left: 0, needed: 1 });
    });

    it('refuses in all budgets or none, and names the tightest and when it resets', async () => {
      const budgets = [budgetOf('all/month', 10), budgetOf('task:coding/day', 2), budgetOf('provider:acme/hour', 3)];
      const { ledger, reports } = await open(budgets);
      const attempt = attemptOpening('a', { hold: fromUsd(5) });
      expect(ledger.reserve(callOpening('a'), attempt, ATTRIBUTES)).toEqual({
        budgetId: 'task:coding/day',
        limit: fromUsd(2),
        left: fromUsd(2),
        needed: fromUsd(5),
        resetsAt: '2026-11-22T00:00:00.000Z',
        neverFits: true,
      });
      expect(ledger.budgets().map(({ held }) => held)).toEqual([0, 0, 0]);
      expect((await reports.report(EVER)).totals).toMatchObject({ calls: 1, attempts: 0 });
    });

    it('keeps the call of a refused attempt, so that a cheaper one may follow in it', async () => {
      const { ledger, reports } = await open([budgetOf('all/month', 1)]);
      const call = callOpening('a');
      expect(ledger.reserve(call, attemptOpening('a', { hold: fromUsd(5) }), ATTRIBUTES)).not.toBeNull();
      expect(ledger.reserve(call, attemptOpening('a', { hold: fromUsd(1) }), ATTRIBUTES)).toBeNull();
      expect((await reports.report(EVER)).totals).toMatchObject({ calls: 1, attempts: 1 });
    });

    it('lets what costs nothing pass when a budget is exhausted', async () => {
      const { ledger } = await open([budgetOf('all/month', 1)]);
      spend(ledger, 'a', 1);
      expect(ledger.reserve(callOpening('b'), attemptOpening('b', { hold: nano(0) }), ATTRIBUTES)).toBeNull();
      expect(ledger.reserve(callOpening('c'), attemptOpening('c', { hold: nano(1) }), ATTRIBUTES)).not.toBeNull();
    });

    it('settles once: the second time changes nothing', async () => {
      const { ledger } = await open([budgetOf('all/month', 10)]);
      spend(ledger, 'a', 2);
      expect(ledger.settle(attemptClosing('a', 5))).toEqual([]);
      expect(ledger.budgets()).toMatchObject([{ spent: fromUsd(2), held: 0 }]);
    });

    it('books the truth where a provider charges more than was held', async () => {
      const { ledger } = await open([budgetOf('all/month', 2)]);
      ledger.reserve(callOpening('a'), attemptOpening('a', { hold: fromUsd(1) }), ATTRIBUTES);
      ledger.settle(attemptClosing('a', 3));
      expect(ledger.budgets()).toMatchObject([{ spent: fromUsd(3), left: 0, level: 'exhausted' }]);
    });

    it('charges the hold, and shows no cost, where the cost is unknown (CST-17)', async () => {
      const { ledger, reports } = await open([budgetOf('all/month', 10)]);
      ledger.reserve(callOpening('a'), attemptOpening('a', { hold: fromUsd(4), price: null }), ATTRIBUTES);
      ledger.settle(attemptClosing('a', 4, { cost: { amount: null, source: 'unknown' }, usage: null }));
      expect(ledger.budgets()).toMatchObject([{ spent: fromUsd(4), held: 0 }]);
      expect((await reports.report(EVER)).totals).toMatchObject({ cost: 0, unknownCostAttempts: 1 });
    });

    it('pays for failed and cancelled attempts too (CST-16)', async () => {
      const { ledger, reports } = await open([budgetOf('all/month', 10)]);
      const call = callOpening('a');
      for (const [number, result] of [[1, 'failed'] as const, [2, 'cancelled'] as const, [3, 'answered'] as const]) {
        const attempt = attemptOpening('a', { number });
        ledger.reserve(call, attempt, ATTRIBUTES);
        ledger.settle(attemptClosing('a', 0.25, { id: attempt.id, result }));
      }
      ledger.finish(call, callClosing('a', 0.75));
      expect(ledger.budgets()).toMatchObject([{ spent: fromUsd(0.75) }]);
      expect((await reports.report(EVER)).totals).toMatchObject({
        calls: 1,
        attempts: 3,
        failedAttempts: 1,
        cost: fromUsd(0.75),
      });
    });
  });

  describe(`${name}: windows (CST-04)`, () => {
    it('begins anew with each window of the UTC calendar', async () => {
      const { ledger, clock } = await open([budgetOf('all/day', 1), budgetOf('all/month', 10)]);
      spend(ledger, 'a', 1);
      expect(ledger.budgets().map(({ left }) => left)).toEqual([0, fromUsd(9)]);
      clock.advance(12 * 3_600_000);
      expect(ledger.budgets().map(({ left }) => left)).toEqual([fromUsd(1), fromUsd(9)]);
    });

    it('charges a call that crosses midnight to the day on which it began', async () => {
      const { ledger, clock } = await open([budgetOf('all/day', 5)]);
      ledger.reserve(callOpening('a'), attemptOpening('a'), ATTRIBUTES);
      clock.advance(13 * 3_600_000);
      ledger.settle(attemptClosing('a', 1));
      expect(ledger.budgets()).toMatchObject([{ spent: 0, held: 0, windowStart: '2026-11-22T00:00:00.000Z' }]);
      clock.advance(-13 * 3_600_000);
      expect(ledger.budgets()).toMatchObject([{ spent: fromUsd(1), held: 0 }]);
    });

    it('never ends the window of a total budget', async () => {
      const { ledger, clock } = await open([budgetOf('all/total', 5)]);
      spend(ledger, 'a', 1);
      clock.advance(400 * 86_400_000);
      expect(ledger.budgets()).toMatchObject([
        { spent: fromUsd(1), projected: null, windowStart: null, resetsAt: null },
      ]);
    });

    it('counts what was spent and is held in the window before a budget was configured', async () => {
      const { ledger, another } = await open([]);
      spend(ledger, 'a', 2);
      spend(ledger, 'old', 7, Date.UTC(2026, 9, 31, 23));
      ledger.reserve(callOpening('b'), attemptOpening('b', { hold: fromUsd(3) }), ATTRIBUTES);
      const ofModel = { ...budgetOf('model/month', 9), scope: { kind: 'model', value: 'acme/small-1' } } as const;
      const budgets = [budgetOf('all/month', 10), ofModel];
      const later = another({ budgets, dies: false });
      expect(later.budgets()).toMatchObject([
        { spent: fromUsd(2), held: fromUsd(3), left: fromUsd(5) },
        { spent: fromUsd(2), held: fromUsd(3), left: fromUsd(4) },
      ]);
      ledger.settle(attemptClosing('b', 1));
      expect(later.budgets()).toMatchObject([
        { spent: fromUsd(3), held: 0 },
        { spent: fromUsd(3), held: 0 },
      ]);
    });

    it('tells the projection at the pace so far (CST-06)', async () => {
      const { ledger, clock } = await open([budgetOf('all/month', 100)]);
      clock.advance(Date.UTC(2026, 10, 5, 8) - NOON);
      spend(ledger, 'a', 10, clock.now());
      expect(ledger.budgets()).toMatchObject([{ projected: fromUsd(60) }]);
    });
  });

  describe(`${name}: budgets of every kind (CST-04)`, () => {
    const reserve = (
      ledger: Ledger,
      call: string,
      usd: number,
      parts: { runId?: string; sessionId?: string; number?: number } = {},
    ) => {
      const { number = 1, ...ids } = parts;
      const opening = callOpening(call, { attribution: { surface: 'mcp', ...ids } });
      const { runId: run = null, sessionId: session = null } = ids;
      return ledger.reserve(opening, attemptOpening(call, { number, hold: fromUsd(usd) }), {
        ...ATTRIBUTES,
        run,
        session,
      });
    };

    it('limits each call: all its attempts together, and no other', async () => {
      const { ledger } = await open([budgetOf('all/call', 1)]);
      const call = callOpening('a');
      expect(reserve(ledger, 'a', 0.7)).toBeNull();
      ledger.settle(attemptClosing('a', 0.7, { result: 'failed' }));
      expect(reserve(ledger, 'a', 0.4, { number: 2 })).toMatchObject({
        budgetId: 'all/call',
        left: fromUsd(0.3),
        resetsAt: null,
      });
      expect(reserve(ledger, 'a', 0.3, { number: 2 })).toBeNull();
      expect(reserve(ledger, 'b', 1)).toBeNull();
      ledger.finish(call, callClosing('a', 1));
      expect(ledger.budgetState(ATTRIBUTES)).toEqual({ left: fromUsd(1), level: 'normal' });
      expect(reserve(ledger, 'c', 1.1)).toMatchObject({ neverFits: true });
    });

    it('limits each run and each session, and what has none is not limited by it', async () => {
      const { ledger } = await open([budgetOf('all/run', 1), budgetOf('all/session', 2)]);
      expect(reserve(ledger, 'a', 0.8, { runId: 'r1', sessionId: 's1' })).toBeNull();
      expect(reserve(ledger, 'b', 0.3, { runId: 'r1', sessionId: 's1' })).toMatchObject({ budgetId: 'all/run' });
      expect(reserve(ledger, 'c', 0.9, { runId: 'r2', sessionId: 's1' })).toBeNull();
      expect(reserve(ledger, 'd', 0.9, { sessionId: 's1' })).toMatchObject({ budgetId: 'all/session' });
      expect(reserve(ledger, 'e', 1.9, { sessionId: 's2' })).toBeNull();
      // Those that name no session have one with their process.
      expect(reserve(ledger, 'f', 1.5)).toBeNull();
      expect(reserve(ledger, 'g', 0.6)).toMatchObject({ budgetId: 'all/session', left: fromUsd(0.5) });
      expect(ledger.budgetState({ ...ATTRIBUTES, run: 'r1', session: 's1' }).left).toBe(fromUsd(0.2));
    });

    it('limits what is below a swarm, from before it was configured, too', async () => {
      const { ledger, another } = await open([]);
      const call = (id: string, runId: string, swarmId?: string) =>
        callOpening(id, { attribution: { surface: 'agent', runId, ...(swarmId !== undefined && { swarmId }) } });
      const pay = (id: string, opening: ReturnType<typeof call>) => {
        const { runId: run = null, swarmId: swarm = null } = opening.attribution;
        ledger.reserve(opening, attemptOpening(id), { ...ATTRIBUTES, run, swarm });
        ledger.settle(attemptClosing(id, 0.5));
        ledger.finish(opening, callClosing(id, 0.5));
      };
      pay('a', call('a', 'member-1', 'swarm-1'));
      pay('b', call('b', 'member-2', 'swarm-1'));
      pay('c', call('c', 'swarm-1'));
      pay('d', call('d', 'other'));
      const later = another({ budgets: [budgetOf('swarm:swarm-1/total', 2)], dies: false });
      expect(later.budgets()).toMatchObject([{ spent: fromUsd(1.5) }]);
      const next = later.reserve(call('e', 'member-3', 'swarm-1'), attemptOpening('e'), {
        ...ATTRIBUTES,
        run: 'member-3',
        swarm: 'swarm-1',
      });
      expect(next).toMatchObject({ left: fromUsd(0.5) });
    });

    it('lets a soft budget tell and steer, but not refuse', async () => {
      const { ledger } = await open([budgetOf('all/day', 1, { enforcement: 'soft' }), budgetOf('all/month', 10)]);
      expect(spend(ledger, 'a', 2)).toMatchObject([{ budgetId: 'all/day', level: 'exhausted' }]);
      expect(reserve(ledger, 'b', 3)).toBeNull();
      // What is exhausted leaves only free models; a soft budget goes as far as the cheapest.
      expect(ledger.budgetState(ATTRIBUTES)).toEqual({ left: fromUsd(5), level: 'critical' });
    });

    it('applies a part only where the whole applies', async () => {
      const whole = budgetOf('project:web/day', 5);
      const { ledger } = await open([whole, budgetOf('task:coding/day', 1, { parent: whole.id })]);
      const pay = (call: string, project: string | null) =>
        ledger.reserve(callOpening(call), attemptOpening(call, { hold: fromUsd(2) }), { ...ATTRIBUTES, project });
      expect(pay('a', null)).toBeNull();
      expect(pay('b', 'web')).toMatchObject({ budgetId: 'task:coding/day' });
    });

    it('divides time by the calendar of its zone', async () => {
      const { ledger, clock } = await open([budgetOf('all/day', 1, { timeZone: 'Asia/Tokyo' })]);
      spend(ledger, 'a', 1);
      expect(ledger.budgets()).toMatchObject([{ left: 0, resetsAt: '2026-11-21T15:00:00.000Z' }]);
      clock.advance(3 * 3_600_000);
      expect(ledger.budgets()).toMatchObject([{ left: fromUsd(1), windowStart: '2026-11-21T15:00:00.000Z' }]);
    });

    it('has nothing left where a limit is lowered below what is spent', async () => {
      const { ledger, another } = await open([budgetOf('all/month', 10)]);
      spend(ledger, 'a', 5);
      const lowered = another({ budgets: [budgetOf('all/month', 3)], dies: false });
      expect(lowered.budgets()).toMatchObject([{ spent: fromUsd(5), left: 0, level: 'exhausted' }]);
      expect(lowered.reserve(callOpening('b'), attemptOpening('b'), ATTRIBUTES)).toMatchObject({ left: 0 });
    });

    it('counts on in the earlier window when the clock is moved back', async () => {
      const { ledger, clock } = await open([budgetOf('all/day', 1)]);
      spend(ledger, 'a', 0.6, clock.now());
      clock.advance(86_400_000);
      spend(ledger, 'b', 0.7, clock.now());
      clock.advance(-86_400_000);
      expect(ledger.budgets()).toMatchObject([{ spent: fromUsd(0.6) }]);
      expect(spend(ledger, 'c', 0.5, clock.now())).toMatchObject({ left: fromUsd(0.4) });
    });
  });

  describe(`${name}: alerts (CST-04)`, () => {
    it.each([
      ['budget', 50, 0.8, 0.95, 40, 47.5],
      ['balanced', 200, 0.75, 0.9, 150, 180],
      ['premium', 1000, 0.7, 0.85, 700, 850],
    ])(
      'tells each threshold of %s once, at the nano-dollar',
      async (_profile, limit, warning, critical, warn, crit) => {
        const { ledger } = await open([budgetOf('all/month', limit, { thresholds: { warning, critical } })]);
        const level = () => ledger.budgets().map((status) => status.level);
        const crossing = (name: string, usd: number) => [
          { budgetId: 'all/month', level: name, spent: fromUsd(usd), limit: fromUsd(limit) },
        ];
        expect(spend(ledger, 'a', warn - 0.000000001)).toEqual([]);
        expect(level()).toEqual(['normal']);
        expect(spend(ledger, 'b', 0.000000001)).toEqual(crossing('warning', warn));
        expect(spend(ledger, 'c', 0.000000001)).toEqual([]);
        expect(spend(ledger, 'd', crit - warn - 0.000000001)).toEqual(crossing('critical', crit));
        expect(spend(ledger, 'e', limit - crit)).toEqual(crossing('exhausted', limit));
        expect(level()).toEqual(['exhausted']);
      },
    );

    it('tells again in the next window', async () => {
      const { ledger } = await open([budgetOf('all/day', 1)]);
      expect(spend(ledger, 'a', 0.9)).toMatchObject([{ level: 'warning' }]);
      expect(spend(ledger, 'b', 0.9, NOON + 86_400_000)).toMatchObject([{ level: 'warning' }]);
    });
  });

  describe(`${name}: what a budget applies to`, () => {
    const told = {
      ...ATTRIBUTES,
      role: 'qa',
      project: 'web',
      client: 'claude-code',
      key: 'k1',
      run: 'r1',
      tags: ['x', 'y'],
    };
    it.each([
      ['all', true],
      ['provider:acme', true],
      ['provider:other', false],
      ['model:small-1', true],
      ['model:big-1', false],
      ['task:coding', true],
      ['role:qa', true],
      ['role:dev', false],
      ['project:web', true],
      ['client:claude-code', true],
      ['key:k1', true],
      ['run:r1', true],
      ['run:r2', false],
      ['tag:y', true],
      ['tag:z', false],
    ])('%s: %s', async (scope, applies) => {
      const { ledger, another } = await open([budgetOf(`${scope}/month`, 10)]);
      const { role, project, client, key, run, tags } = told;
      const attribution = { surface: 'mcp', role, project, client, key, runId: run, tags } as const;
      ledger.reserve(callOpening('a', { attribution }), attemptOpening('a'), told);
      const [status] = ledger.budgets();
      expect(status?.held).toBe(applies ? fromUsd(1) : 0);
      ledger.settle(attemptClosing('a', 0.5));
      const copy = { ...budgetOf(`${scope}/month`, 10), id: 'added later' };
      expect(another({ budgets: [copy], dies: false }).budgets()[0]?.spent).toBe(applies ? fromUsd(0.5) : 0);
    });

    it('tells the planner the least left and the worst level, of budgets that do not depend on the model', async () => {
      const budgets = [budgetOf('all/month', 10), budgetOf('task:coding/day', 1), budgetOf('model:small-1/day', 0.5)];
      const { ledger } = await open(budgets);
      expect(ledger.budgetState(ATTRIBUTES)).toEqual({ left: fromUsd(1), level: 'normal' });
      expect(ledger.budgetState({ ...ATTRIBUTES, task: 'general' })).toEqual({ left: fromUsd(10), level: 'normal' });
      ledger.reserve(callOpening('a'), attemptOpening('a'), { ...ATTRIBUTES, model: 'big-1' });
      ledger.settle(attemptClosing('a', 0.96));
      expect(ledger.budgetState(ATTRIBUTES)).toEqual({ left: fromUsd(0.04), level: 'critical' });
    });

    it('tells the planner that there is no budget', async () => {
      const { ledger } = await open([budgetOf('role:qa/day', 1)]);
      expect(ledger.budgetState(ATTRIBUTES)).toEqual({ left: null, level: 'normal' });
    });

    it('keeps simulated spending away from real budgets', async () => {
      const { ledger } = await open([budgetOf('all/month', 10)]);
      ledger.reserve(callOpening('a', { simulated: true }), attemptOpening('a', { hold: fromUsd(9) }), ATTRIBUTES);
      ledger.settle(attemptClosing('a', 9));
      expect(spend(ledger, 'b', 10)).toMatchObject([{ level: 'exhausted' }]);
      expect(ledger.budgets()).toMatchObject([{ spent: fromUsd(10) }]);
    });

    it('shows the sandbox its own copies of the budgets', async () => {
      const { ledger } = await open([budgetOf('all/month', 10)], true);
      spend(ledger, 'real', 3);
      ledger.reserve(callOpening('a', { simulated: true }), attemptOpening('a', { hold: fromUsd(9) }), ATTRIBUTES);
      ledger.settle(attemptClosing('a', 2));
      expect(ledger.budgets()).toMatchObject([{ spent: fromUsd(2) }]);
    });
  });

  describe(`${name}: calls`, () => {
    it('books an answer from the cache at no cost, without touching budgets', async () => {
      const { ledger, reports } = await open([budgetOf('all/month', 10)]);
      const call = callOpening('a');
      const closing = attemptClosing('a', 0, { result: 'cached' });
      ledger.bookCached(call, attemptOpening('a', { hold: nano(0) }), closing);
      ledger.finish(call, callClosing('a', 0, { cache: 'hit', baselineCost: fromUsd(0.006), saved: fromUsd(0.006) }));
      expect(ledger.budgets()).toMatchObject([{ spent: 0, held: 0 }]);
      expect((await reports.report(EVER)).totals).toMatchObject({
        calls: 1,
        attempts: 1,
        cacheHits: 1,
        cost: 0,
        inputTokens: 0,
        saved: fromUsd(0.006),
      });
    });

    it('writes a call that never got as far as an attempt', async () => {
      const { ledger, reports } = await open([]);
      const failed = callClosing('a', 0, { status: 'failed', errorCode: 'no_candidate' });
      ledger.finish(callOpening('a'), failed);
      expect((await reports.report(EVER)).totals).toMatchObject({ calls: 1, attempts: 0 });
    });
  });

  describe(`${name}: recovery (CST-03)`, () => {
    it('aborts what a dead process left running, gives back its holds, and counts nothing twice', async () => {
      const { ledger, another, reports } = await open([budgetOf('all/month', 10)]);
      const dead = another({ budgets: [budgetOf('all/month', 10)], dies: true });
      dead.reserve(callOpening('a'), attemptOpening('a', { hold: fromUsd(4) }), ATTRIBUTES);
      spend(dead, 'b', 1);
      ledger.reserve(callOpening('c'), attemptOpening('c', { hold: fromUsd(2) }), ATTRIBUTES);
      expect(ledger.recover()).toBe(1);
      expect(ledger.budgets()).toMatchObject([{ spent: fromUsd(1), held: fromUsd(2) }]);
      expect(ledger.recover()).toBe(0);
      expect((await reports.report(EVER)).totals).toMatchObject({
        calls: 3,
        attempts: 3,
        failedAttempts: 1,
        cost: fromUsd(1),
        unknownCostAttempts: 1,
      });
    });

    it('books the truth after all when a process comes back that was taken for dead', async () => {
      const { ledger, another, reports } = await open([budgetOf('all/month', 10)]);
      const slept = another({ budgets: [budgetOf('all/month', 10)], dies: true });
      slept.reserve(callOpening('a'), attemptOpening('a', { hold: fromUsd(4) }), ATTRIBUTES);
      ledger.recover();
      slept.settle(attemptClosing('a', 3));
      slept.finish(callOpening('a'), callClosing('a', 3));
      slept.settle(attemptClosing('a', 3));
      expect(ledger.budgets()).toMatchObject([{ spent: fromUsd(3), held: 0 }]);
      expect((await reports.report(EVER)).totals).toMatchObject({ attempts: 1, failedAttempts: 0, cost: fromUsd(3) });
    });

    it('leaves its own calls and those of living processes alone', async () => {
      const { ledger, another } = await open([budgetOf('all/month', 10)]);
      const alive = another({ budgets: [], dies: false });
      alive.reserve(callOpening('a'), attemptOpening('a'), ATTRIBUTES);
      ledger.reserve(callOpening('b'), attemptOpening('b'), ATTRIBUTES);
      expect(ledger.recover()).toBe(0);
    });
  });
}
