import type { NanoUsd } from '../domain/money.ts';
import type { SqliteConnection } from '../storage/database.ts';
import type { BudgetAccount, BudgetWindowAt } from './budget-accounts.ts';
import { adoptHolds, chargedBefore } from './charged-before.ts';
import type { Hold } from './in-flight.ts';

export interface WindowRow {
  readonly spent: number;
  readonly held: number;
}

/** The rows of `budget_windows`. What writes must run inside an immediate transaction, except `row`. */
export interface BudgetWindows {
  /** The row of a budget's window, opened where it is missing. */
  row(account: BudgetAccount, simulated: boolean, window: BudgetWindowAt): WindowRow;
  raiseHeld(hold: Hold, simulated: boolean): void;
  /** The same if it leaves the window within a limit; false where it does not, or where the window is not open yet. */
  raiseWithin(hold: Hold, simulated: boolean, limit: number): boolean;
  /** Releases a hold and adds to what was spent, in one. `told` is the highest severity that somebody was told of. */
  charge(hold: Hold, simulated: boolean, amount: NanoUsd): { readonly spent: number; readonly told: number };
  release(hold: Hold, simulated: boolean): void;
  tell(hold: Hold, simulated: boolean, severity: number): void;
  /** Removes a window that is over for good: that of a call. */
  drop(budgetId: string, simulated: boolean, key: number): void;
}

export function createBudgetWindows(sqlite: SqliteConnection): BudgetWindows {
  const key = 'budget_id = ? AND simulated = ? AND window_key = ?';
  const find = sqlite.prepare<[string, number, number], WindowRow>(
    `SELECT spent, held FROM budget_windows WHERE ${key}`,
  );
  const insert = sqlite.prepare(
    'INSERT INTO budget_windows (budget_id, simulated, window_key, spent, held) VALUES (?, ?, ?, ?, ?)',
  );
  const raise = sqlite.prepare(`UPDATE budget_windows SET held = held + ? WHERE ${key}`);
  const raiseWithin = sqlite.prepare(`UPDATE budget_windows SET held = held + ? WHERE ${key} AND spent + held <= ?`);
  const charge = sqlite.prepare(`UPDATE budget_windows SET spent = spent + ?, held = held - ? WHERE ${key}`);
  const after = sqlite.prepare<[string, number, number], { spent: number; told: number }>(
    `SELECT spent, told FROM budget_windows WHERE ${key}`,
  );
  const tell = sqlite.prepare(`UPDATE budget_windows SET told = ? WHERE ${key}`);
  const drop = sqlite.prepare(`DELETE FROM budget_windows WHERE ${key}`);

  // Looks again, since another process may have opened the window before this one got the write lock.
  const open = sqlite.transaction((account: BudgetAccount, realm: 0 | 1, window: BudgetWindowAt): WindowRow => {
    const existing = find.get(account.budget.id, realm, window.key);
    if (existing) return existing;
    const row = {
      spent: chargedBefore(sqlite, account, realm, window),
      held: adoptHolds(sqlite, account, realm, window),
    };
    insert.run(account.budget.id, realm, window.key, row.spent, row.held);
    return row;
  }).immediate;

  return {
    row(account, simulated, window) {
      const realm = realmOf(simulated);
      return find.get(account.budget.id, realm, window.key) ?? open(account, realm, window);
    },
    raiseHeld: (hold, simulated) => void raise.run(hold.amount, hold.budgetId, realmOf(simulated), hold.windowKey),
    raiseWithin: ({ amount, budgetId, windowKey }, simulated, limit) =>
      raiseWithin.run(amount, budgetId, realmOf(simulated), windowKey, limit - amount).changes === 1,
    charge(hold, simulated, amount) {
      const realm = realmOf(simulated);
      charge.run(amount, hold.amount, hold.budgetId, realm, hold.windowKey);
      // A statement of its own: what RETURNING returns goes through a table of its own, which costs more.
      return after.get(hold.budgetId, realm, hold.windowKey) ?? { spent: 0, told: 0 };
    },
    release: (hold, simulated) => void raise.run(-hold.amount, hold.budgetId, realmOf(simulated), hold.windowKey),
    tell: (hold, simulated, severity) => void tell.run(severity, hold.budgetId, realmOf(simulated), hold.windowKey),
    drop: (budgetId, simulated, window) => void drop.run(budgetId, realmOf(simulated), window),
  };
}

function realmOf(simulated: boolean): 0 | 1 {
  return simulated ? 1 : 0;
}
