import type { Budget } from '../domain/budget.ts';
import type { SqliteConnection } from '../storage/database.ts';
import { type BudgetAccount, openAccounts } from './budget-accounts.ts';
import { chargedBefore, isQuotaBuffer } from './charged-before.ts';
import { prepareExtent } from './extent.ts';
import { readHolds } from './in-flight.ts';
import type { Problem } from './rollup-audit.ts';

/**
 * Adds up what the present calendar windows of the budgets have spent, from rows and roll-ups, and what every window
 * holds, from what is in flight.
 */
export function auditWindows(
  sqlite: SqliteConnection,
  budgets: readonly Budget[],
  now: number,
): { readonly count: number; readonly problems: readonly Problem[] } {
  const find = sqlite.prepare<[string, number, number], number>(
    'SELECT spent FROM budget_windows WHERE budget_id = ? AND simulated = ? AND window_key = ?',
  );
  find.pluck();
  const { rowsFrom } = prepareExtent(sqlite)();
  // Roll-ups do not tell what was paid beyond a free quota, so nobody knows any more where rows are gone.
  const isPartlyGone = ({ chain }: BudgetAccount, start: number) =>
    start < rowsFrom && chain.some(({ scope }) => isQuotaBuffer(scope));
  const problems: Problem[] = [];
  let count = 0;
  for (const account of openAccounts(budgets)) {
    const window = account.windowAt({ startedAt: now, seq: null, run: null, session: null });
    if (!window?.span || isPartlyGone(account, window.span.start)) continue;
    for (const realm of [0, 1] as const) {
      const spent = find.get(account.budget.id, realm, window.key);
      if (spent === undefined) continue;
      count += 1;
      const expected = chargedBefore(sqlite, account, realm, window);
      if (spent === expected) continue;
      problems.push(
        `Budget ${account.budget.id} has ${spent} as spent in its window; the ledger adds up to ${expected}.`,
      );
    }
  }
  return { count, problems: [...problems, ...auditHolds(sqlite)] };
}

function auditHolds(sqlite: SqliteConnection): readonly Problem[] {
  const expected = new Map<string, number>();
  const running = sqlite.prepare('SELECT simulated, holds FROM in_flight').all() as {
    simulated: 0 | 1;
    holds: string;
  }[];
  for (const { simulated, holds } of running) {
    for (const { budgetId, windowKey, amount } of readHolds(holds)) {
      const key = JSON.stringify([budgetId, simulated, windowKey]);
      expected.set(key, (expected.get(key) ?? 0) + amount);
    }
  }
  const rows = sqlite.prepare('SELECT budget_id, simulated, window_key, held FROM budget_windows').all();
  return (rows as { budget_id: string; simulated: 0 | 1; window_key: number; held: number }[]).flatMap((row) => {
    const should = expected.get(JSON.stringify([row.budget_id, row.simulated, row.window_key])) ?? 0;
    return row.held === should
      ? []
      : [`Budget ${row.budget_id} holds ${row.held}; what is in flight holds ${should} of it.`];
  });
}
