import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type NanoUsd, nano } from '../../src/domain/money.ts';
import type { AttemptClosing, AttemptOpening, CallOpening, Ledger } from '../../src/spend/ledger.ts';
import { exportLedger, importLedger } from '../../src/spend/ledger-transfer.ts';
import { processOwner } from '../../src/spend/process-owner.ts';
import { auditRollups } from '../../src/spend/rollup-audit.ts';
import { createSqliteLedger } from '../../src/spend/sqlite-ledger.ts';
import { createSqliteReports } from '../../src/spend/sqlite-reports.ts';
import { auditWindows } from '../../src/spend/window-audit.ts';
import { createFakeClock } from '../support/fake-clock.ts';
import {
  ATTRIBUTES,
  attemptClosing,
  attemptOpening,
  budgetOf,
  callClosing,
  callOpening,
  NOON,
} from '../support/ledger-facts.ts';
import { openTestDatabase } from '../support/open-test-database.ts';

const LIMITS = { all: 3, coding: 2, hour: 1 };
const budgets = [
  budgetOf('all/total', LIMITS.all),
  budgetOf('task:coding/month', LIMITS.coding),
  budgetOf('all/hour', LIMITS.hour),
];

const step = fc.oneof(
  fc.record({
    kind: fc.constant('reserve' as const),
    doomed: fc.boolean(),
    task: fc.constantFrom('coding' as const, 'general' as const),
    hold: fc.integer({ min: 0, max: 700_000_000 }),
  }),
  fc.record({
    kind: fc.constant('settle' as const),
    index: fc.nat(20),
    share: fc.double({ min: 0, max: 1, noNaN: true }),
    result: fc.constantFrom('answered' as const, 'failed' as const, 'cancelled' as const),
    unknown: fc.boolean(),
  }),
  fc.record({ kind: fc.constant('again' as const), index: fc.nat(20) }),
  fc.record({ kind: fc.constant('recover' as const) }),
  fc.record({ kind: fc.constant('wait' as const), minutes: fc.nat(90) }),
);

interface Running {
  readonly call: CallOpening;
  readonly attempt: AttemptOpening;
  readonly ledger: Ledger;
  readonly doomed: boolean;
}

/** A store, a living and a doomed process on it, and what both should have spent. */
async function openWorld() {
  const database = await openTestDatabase();
  const clock = createFakeClock(NOON);
  const deps = { database, budgets, clock, simulated: false };
  const alive = createSqliteLedger(deps);
  const reports = createSqliteReports({ database, budgets: alive.budgets, baselineModel: 'big-1' });
  const doom = (generation: number) =>
    createSqliteLedger({ ...deps, owner: { ...processOwner(), pid: 2 ** 30 + generation, startedAt: 1 } });
  return { database, clock, alive, reports, doom };
}

describe('the ledger, for any order of events (CST-05)', () => {
  it('never passes a limit, and rows, budgets and report agree', { timeout: 60_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
        const { database, clock, alive, reports, doom } = await openWorld();
        let running: Running[] = [];
        const closed: { readonly by: Ledger; readonly closing: AttemptClosing }[] = [];
        let generation = 0;
        let doomed = doom(generation);
        let known = 0;
        let charged = 0;

        const actions = {
          reserve(s: { doomed: boolean; task: 'coding' | 'general'; hold: number }, i: number) {
            const ledger = s.doomed ? doomed : alive;
            const call = callOpening(`${i}`, { startedAt: clock.now(), task: s.task });
            const attempt = attemptOpening(`${i}`, { startedAt: clock.now(), hold: nano(s.hold) });
            const refusal = ledger.reserve(call, attempt, { ...ATTRIBUTES, task: s.task });
            if (!refusal) running.push({ call, attempt, ledger, doomed: s.doomed });
            else expect(refusal.left).toBeLessThan(s.hold);
          },
          settle(s: { index: number; share: number; result: AttemptClosing['result']; unknown: boolean }) {
            const [one] = running.splice(s.index % Math.max(1, running.length), 1);
            if (!one) return;
            const amount = nano(Math.floor(one.attempt.hold * s.share));
            const charge = s.unknown ? one.attempt.hold : amount;
            const cost = s.unknown
              ? ({ amount: null, source: 'unknown' } as const)
              : ({ amount, source: 'computed' } as const);
            const closing = attemptClosing('', 0, { id: one.attempt.id, result: s.result, cost, charge });
            one.ledger.settle(closing);
            one.ledger.finish(one.call, callClosing('', 0, { id: one.call.id, cost }));
            closed.push({ by: one.ledger, closing });
            charged += charge;
            if (!s.unknown) known += amount;
          },
          again(s: { index: number }) {
            const one = closed[s.index % Math.max(1, closed.length)];
            if (one) one.by.settle({ ...one.closing, charge: nano(5_000_000_000) });
          },
          recover() {
            const dying = running.filter((each) => each.doomed);
            expect(alive.recover()).toBe(dying.length);
            running = running.filter((each) => !each.doomed);
            generation += 1;
            doomed = doom(generation);
          },
          wait: (s: { minutes: number }) => clock.advance(s.minutes * 60_000),
        };

        for (const [i, s] of steps.entries()) {
          (actions[s.kind] as (given: typeof s, index: number) => void)(s, i);
          for (const { spent, held, budget } of alive.budgets()) expect(spent + held).toBeLessThanOrEqual(budget.limit);
          const [all] = alive.budgets();
          const holding = running.reduce((sum, each) => sum + each.attempt.hold, 0);
          expect(all).toMatchObject({ spent: charged as NanoUsd, held: holding });
        }
        expect(auditRollups(database.sqlite).problems).toEqual([]);
        expect(auditWindows(database.sqlite, budgets, clock.now()).problems).toEqual([]);
        const rows = database.sqlite.prepare('SELECT coalesce(sum(charged), 0) FROM attempts').pluck().get();
        expect(rows).toBe(charged);
        const ever = { since: 0, until: Date.UTC(2100, 0, 1), groupBy: 'task', simulated: false } as const;
        expect((await reports.report(ever)).totals.cost).toBe(known);
        // What is settled counts the same when it is written again from its own export.
        alive.recover();
        const replayed = await openTestDatabase();
        const lines = [...exportLedger(database.sqlite)];
        replayed.transaction(() => importLedger(replayed.sqlite, lines))();
        expect([...exportLedger(replayed.sqlite)]).toEqual(lines);
        expect(auditRollups(replayed.sqlite).problems).toEqual([]);
        replayed.close();
        database.close();
      }),
      { numRuns: 40 },
    );
  });
});
