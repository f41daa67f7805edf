import type { Budget } from '../domain/budget.ts';
import { type NanoUsd, nano } from '../domain/money.ts';
import type { SqliteConnection } from '../storage/database.ts';
import { SCOPE_CONDITIONS } from './budget-rules.ts';
import type { WindowSpan } from './budget-window.ts';
import { type Hold, readHolds, writeHolds } from './in-flight.ts';

export interface WindowRow {
  readonly spent: number;
  readonly held: number;
}

/** The rows of `budget_windows`. What writes must run inside an immediate transaction, except `row`. */
export interface BudgetWindows {
  /** The row of a budget's window, opened where it is missing. */
  row(budget: Budget, simulated: boolean, span: WindowSpan): WindowRow;
  raiseHeld(hold: Hold, simulated: boolean): void;
  /** Releases a hold and adds to what was spent, in one. `told` is the highest severity that somebody was told of. */
  charge(hold: Hold, simulated: boolean, amount: NanoUsd): { readonly spent: number; readonly told: number };
  release(hold: Hold, simulated: boolean): void;
  tell(hold: Hold, simulated: boolean, severity: number): void;
}

export function createBudgetWindows(sqlite: SqliteConnection): BudgetWindows {
  const key = 'budget_id = ? AND simulated = ? AND window_start = ?';
  const find = sqlite.prepare<[string, number, number], WindowRow>(
    `SELECT spent, held FROM budget_windows WHERE ${key}`,
  );
  const insert = sqlite.prepare(
    'INSERT INTO budget_windows (budget_id, simulated, window_start, spent, held) VALUES (?, ?, ?, ?, ?)',
  );
  const raise = sqlite.prepare(`UPDATE budget_windows SET held = held + ? WHERE ${key}`);
  const charge = sqlite.prepare<[number, number, string, number, number], { spent: number; told: number }>(
    `UPDATE budget_windows SET spent = spent + ?, held = held - ? WHERE ${key} RETURNING spent, told`,
  );
  const tell = sqlite.prepare(`UPDATE budget_windows SET told = ? WHERE ${key}`);

  // Looks again, since another process may have opened the window before this one got the write lock.
  const open = sqlite.transaction((budget: Budget, realm: 0 | 1, span: WindowSpan): WindowRow => {
    const existing = find.get(budget.id, realm, span.start);
    if (existing) return existing;
    const row = { spent: spentBefore(sqlite, budget, realm, span), held: adoptHolds(sqlite, budget, realm, span) };
    insert.run(budget.id, realm, span.start, row.spent, row.held);
    return row;
  }).immediate;

  return {
    row(budget, simulated, span) {
      const realm = realmOf(simulated);
      return find.get(budget.id, realm, span.start) ?? open(budget, realm, span);
    },
    raiseHeld: (hold, simulated) => void raise.run(hold.amount, hold.budgetId, realmOf(simulated), hold.windowStart),
    charge(hold, simulated, amount) {
      const row = charge.get(amount, hold.amount, hold.budgetId, realmOf(simulated), hold.windowStart);
      return row ?? { spent: 0, told: 0 };
    },
    release: (hold, simulated) => void raise.run(-hold.amount, hold.budgetId, realmOf(simulated), hold.windowStart),
    tell: (hold, simulated, severity) => void tell.run(severity, hold.budgetId, realmOf(simulated), hold.windowStart),
  };
}

function realmOf(simulated: boolean): 0 | 1 {
  return simulated ? 1 : 0;
}

/** A budget that is configured in the middle of its window also counts what its calls have cost in it before. */
function spentBefore(sqlite: SqliteConnection, { scope }: Budget, realm: 0 | 1, { start, end }: WindowSpan): number {
  const sum = sqlite.prepare(
    `SELECT coalesce(sum(a.charged), 0) FROM calls c JOIN attempts a ON a.call_id = c.id
     WHERE c.started_at >= ? AND c.started_at < ? AND c.simulated = ? AND ${SCOPE_CONDITIONS[scope.kind]}`,
  );
  return Number(sum.pluck().get(start, end ?? Number.MAX_SAFE_INTEGER, realm, scope.value));
}

/** … and takes over what its calls in flight hold, so that they are charged to it, too. Returns the sum. */
function adoptHolds(sqlite: SqliteConnection, { id, scope }: Budget, realm: 0 | 1, { start, end }: WindowSpan): number {
  const running = sqlite.prepare(
    `SELECT f.id, f.holds, a.hold AS amount FROM in_flight f
     JOIN attempts a ON a.call_id = f.call_id AND a.number = f.number JOIN calls c ON c.id = f.call_id
     WHERE f.owner IS NOT NULL AND f.call_started_at >= ? AND f.call_started_at < ? AND f.simulated = ?
       AND ${SCOPE_CONDITIONS[scope.kind]}`,
  );
  const update = sqlite.prepare('UPDATE in_flight SET holds = ? WHERE id = ?');
  let held = 0;
  const rows = running.all(start, end ?? Number.MAX_SAFE_INTEGER, realm, scope.value);
  for (const row of rows as readonly { id: string; holds: string; amount: number }[]) {
    const adopted = { budgetId: id, windowStart: start, amount: nano(row.amount) };
    update.run(writeHolds([...readHolds(row.holds), adopted]), row.id);
    held += row.amount;
  }
  return held;
}
