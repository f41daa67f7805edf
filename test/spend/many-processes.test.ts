import { once } from 'node:events';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { fromUsd } from '../../src/domain/money.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { createSqliteLedger } from '../../src/spend/sqlite-ledger.ts';
import { createSqliteReports } from '../../src/spend/sqlite-reports.ts';
import { compileScript, resultOf, startScript } from '../support/child-script.ts';
import { budgetOf } from '../support/ledger-facts.ts';
import type { LedgerScript, LedgerScriptResult } from '../support/ledger-script.ts';
import { openTestDatabase } from '../support/open-test-database.ts';
import { tempFolder } from '../support/temp-folder.ts';

const EVER = { since: 0, until: Date.UTC(2100, 0, 1), groupBy: 'model', simulated: false } as const;

async function openBooks(path: string, limitUsd: number) {
  const database = await openTestDatabase({ path });
  const budgets = [budgetOf('all/total', limitUsd), budgetOf('task:coding/month', limitUsd + 1)];
  const ledger = createSqliteLedger({ database, budgets, clock: systemClock, simulated: false });
  const reports = createSqliteReports({ database, budgets: ledger.budgets, baselineModel: 'big-1' });
  return { database, ledger, reports };
}

async function hammer(path: string, workers: number, calls: number, limitUsd: number) {
  const script = await compileScript('ledger-script');
  const one = (worker: number) => {
    const argument: LedgerScript = { path, worker: `w${worker}`, calls, limitUsd, hang: false };
    return resultOf(startScript(script, argument)) as Promise<LedgerScriptResult>;
  };
  const results = await Promise.all(Array.from({ length: workers }, (_, worker) => one(worker)));
  const sum = (of: (result: LedgerScriptResult) => number) => results.reduce((total, each) => total + of(each), 0);
  return {
    settled: sum((each) => each.settled),
    refused: sum((each) => each.refused),
    spent: sum((each) => each.spent),
    crossings: results.flatMap((each) => each.crossings).sort(),
  };
}

describe('many processes on one file', () => {
  it('write every call once and agree to the nano-dollar: 8 × 200 (CST-02, CST-05)', { timeout: 60_000 }, async () => {
    const path = join(tempFolder(), 'farebox.db');
    const result = await hammer(path, 8, 200, 1_000);
    const { ledger, reports, database } = await openBooks(path, 1_000);
    const report = await reports.report(EVER);
    expect(result).toMatchObject({ settled: 1_600, refused: 0, crossings: [] });
    expect(report.totals).toMatchObject({ calls: 1_600, attempts: 1_600, cost: result.spent });
    expect(ledger.budgets().map(({ spent, held }) => [spent, held])).toEqual([
      [result.spent, 0],
      [result.spent, 0],
    ]);
    expect(database.sqlite.pragma('integrity_check', { simple: true })).toBe('ok');
  });

  it('never pass a limit by one nano-dollar, and tell each threshold once (CST-05)', { timeout: 60_000 }, async () => {
    const path = join(tempFolder(), 'farebox.db');
    const limit = 1.5;
    const result = await hammer(path, 4, 60, limit);
    const { ledger, reports } = await openBooks(path, limit);
    const [all] = ledger.budgets();
    expect(result.refused).toBeGreaterThan(0);
    expect(result.spent).toBeLessThanOrEqual(fromUsd(limit));
    // Every call holds two cents, so the budget is used up but for less than that.
    expect(result.spent).toBeGreaterThan(fromUsd(limit - 0.02));
    expect(all).toMatchObject({ spent: result.spent, held: 0, level: 'critical' });
    expect((await reports.report(EVER)).totals).toMatchObject({
      calls: 240,
      attempts: result.settled,
      cost: result.spent,
    });
    expect(result.crossings.filter((crossing) => crossing.startsWith('all'))).toEqual([
      'all/total critical',
      'all/total warning',
    ]);
  });

  it('lose only what was in flight when one is killed, and release its hold (CST-03)', {
    timeout: 60_000,
  }, async () => {
    const path = join(tempFolder(), 'farebox.db');
    const argument: LedgerScript = { path, worker: 'killed', calls: 5, limitUsd: 10, hang: true };
    const child = startScript(await compileScript('ledger-script'), argument);
    await once(child.stdout ?? child, 'data');
    child.kill('SIGKILL');
    await once(child, 'close');
    const { ledger, reports, database } = await openBooks(path, 10);
    expect(ledger.budgets()).toMatchObject([{ held: fromUsd(0.02) }, { held: fromUsd(0.02) }]);
    expect(ledger.recover()).toBe(1);
    const report = await reports.report(EVER);
    expect(report.totals).toMatchObject({ calls: 6, attempts: 6, failedAttempts: 1, unknownCostAttempts: 1 });
    expect(ledger.budgets()).toMatchObject([
      { held: 0, spent: report.totals.cost },
      { held: 0, spent: report.totals.cost },
    ]);
    const aborted = database.sqlite
      .prepare(
        `SELECT c.status, c.error_code, c.cost, c.cost_source, a.result, a.cost AS attempt_cost, a.charged
         FROM calls c JOIN attempts a ON a.call_id = c.id WHERE c.id = 'call_killed_hung'`,
      )
      .all();
    expect(aborted).toEqual([
      {
        status: 'failed',
        error_code: 'aborted',
        cost: null,
        cost_source: 'unknown',
        result: 'aborted',
        attempt_cost: null,
        charged: 0,
      },
    ]);
  });
});
