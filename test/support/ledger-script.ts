import { fromUsd, nano } from '../../src/domain/money.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { createSqliteLedger } from '../../src/spend/sqlite-ledger.ts';
import { openDatabase } from '../../src/storage/database.ts';
import { ATTRIBUTES, attemptClosing, attemptOpening, budgetOf, callClosing, callOpening } from './ledger-facts.ts';

export interface LedgerScript {
  readonly path: string;
  readonly worker: string;
  readonly calls: number;
  readonly limitUsd: number;
  /** Reserve one call more, say so, and never settle it. */
  readonly hang: boolean;
}

export interface LedgerScriptResult {
  readonly settled: number;
  readonly refused: number;
  readonly spent: number;
  readonly crossings: readonly string[];
}

/** Run as a process of its own: makes calls of $0.01 to $0.02 as fast as it can, and tells what it spent. */
const { path, worker, calls, limitUsd, hang } = JSON.parse(process.argv[2] ?? '{}') as LedgerScript;
const clock = systemClock;
const database = await openDatabase({ path, clock, fareboxVersion: '0.1.0' });
const budgets = [budgetOf('all/total', limitUsd), budgetOf('task:coding/month', limitUsd + 1)];
const ledger = createSqliteLedger({ database, budgets, clock, simulated: false });

let spent = 0;
let settled = 0;
const crossings: string[] = [];
for (let i = 0; i < calls; i++) {
  const name = `${worker}_${i}`;
  const call = callOpening(name, { startedAt: clock.now() });
  const attempt = attemptOpening(name, { startedAt: clock.now(), hold: fromUsd(0.02) });
  if (ledger.reserve(call, attempt, ATTRIBUTES)) {
    ledger.finish(call, callClosing(name, 0, { status: 'refused', errorCode: 'budget_exceeded' }));
    continue;
  }
  const cost = nano(10_000_000 + i * 7_919);
  const facts = { cost: { amount: cost, source: 'computed' }, charge: cost } as const;
  for (const { budgetId, level } of ledger.settle(attemptClosing(name, 0, facts)))
    crossings.push(`${budgetId} ${level}`);
  ledger.finish(call, callClosing(name, 0, { cost: facts.cost }));
  spent += cost;
  settled += 1;
}
if (hang) {
  const name = `${worker}_hung`;
  ledger.reserve(
    callOpening(name, { startedAt: clock.now() }),
    attemptOpening(name, { hold: fromUsd(0.02) }),
    ATTRIBUTES,
  );
  process.stdout.write('reserved\n');
  process.stdin.resume();
} else {
  const result: LedgerScriptResult = { settled, refused: calls - settled, spent, crossings };
  process.stdout.write(JSON.stringify(result));
  database.close();
}
