import type { Budget } from '../../src/domain/budget.ts';
import { fromUsd } from '../../src/domain/money.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { createLedgerBooks } from '../../src/spend/ledger-books.ts';
import { createSqliteLedger } from '../../src/spend/sqlite-ledger.ts';
import { openDatabase } from '../../src/storage/database.ts';
import { budgetOf } from './ledger-facts.ts';

/** Reached within the first seconds, so that nearly all of the time is spent at the edge. */
export const LIMIT_USD = 12;

export function soakBudgets(): readonly Budget[] {
  return [
    budgetOf('all/total', LIMIT_USD),
    budgetOf('task:coding/month', LIMIT_USD + 1),
    budgetOf('tag:soak/day', LIMIT_USD + 2),
    { ...budgetOf('all/run', 0.5), id: 'each-run' },
  ];
}

export interface SoakVerdict {
  readonly calls: number;
  readonly attempts: number;
  readonly spent: number;
  readonly limit: number;
  readonly problems: readonly string[];
}

/** Whether the ledger has kept every limit, has every settled call once, and agrees with itself. */
export async function judgeLedger(path: string, settled: ReadonlyMap<string, number>): Promise<SoakVerdict> {
  const clock = systemClock;
  const database = await openDatabase({ path, clock, fareboxVersion: '0.1.0' });
  const budgets = soakBudgets();
  const ledger = createSqliteLedger({ database, budgets, clock, simulated: false });
  const books = createLedgerBooks({ database, budgets, retention: { rows: null, decisions: null }, clock });
  ledger.recover();
  const problems: string[] = [];
  // The prices of these calls are made up, so that their costs are not usage × price.
  problems.push(...books.verify().problems);
  for (const { budget, spent, held } of ledger.budgets()) {
    if (spent > budget.limit) problems.push(`${budget.id} has spent ${spent}, beyond ${budget.limit}.`);
    if (held !== 0) problems.push(`${budget.id} still holds ${held}.`);
  }
  const runs = database.sqlite.prepare("SELECT max(spent) FROM budget_windows WHERE budget_id = 'each-run'");
  if (Number(runs.pluck().get()) > fromUsd(0.5)) problems.push('A run has spent more than its limit.');
  const booked = new Map<string, number>();
  const rows = database.sqlite.prepare(
    "SELECT c.id, a.cost FROM attempts a JOIN calls c ON c.seq = a.call_seq WHERE a.result = 'answered'",
  );
  for (const { id, cost } of rows.all() as { id: string; cost: number }[]) {
    if (booked.has(id)) problems.push(`${id} is booked twice.`);
    booked.set(id, cost);
  }
  for (const [id, cost] of settled) {
    if (booked.get(id) !== cost) problems.push(`${id} was settled at ${cost} and is booked at ${booked.get(id)}.`);
  }
  const total = [...booked.values()].reduce((sum, cost) => sum + cost, 0);
  const [all] = ledger.budgets();
  if (all && all.spent !== total) problems.push(`Booked is ${total}, the budget has ${all.spent}.`);
  const { calls, attempts } = books.verify();
  database.close();
  return { calls, attempts, spent: total, limit: fromUsd(LIMIT_USD), problems };
}
