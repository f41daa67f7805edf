import { fromUsd, nano } from '../../src/domain/money.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { createSqliteLedger } from '../../src/spend/sqlite-ledger.ts';
import { openDatabase } from '../../src/storage/database.ts';
import { ATTRIBUTES, attemptClosing, attemptOpening, callClosing, callOpening } from './ledger-facts.ts';
import { soakBudgets } from './soak-judge.ts';

export interface SoakScript {
  readonly path: string;
  readonly worker: string;
  /** Epoch ms. */
  readonly ends: number;
}

const CALLS = 400;

/** Run as a process of its own: makes calls as fast as it can, tells each that is settled, and may be killed anywhere. */
const { path, worker, ends } = JSON.parse(process.argv[2] ?? '{}') as SoakScript;
const clock = systemClock;
const database = await openDatabase({ path, clock, fareboxVersion: '0.1.0', busyTimeoutMs: 20_000 });
const ledger = createSqliteLedger({ database, budgets: soakBudgets(), clock, simulated: false });
ledger.recover();

for (let i = 0; i < CALLS && clock.now() < ends; i++) {
  const name = `${worker}_${i}`;
  const startedAt = clock.now();
  const call = callOpening(name, { startedAt, attribution: { surface: 'cli', runId: worker, tags: ['soak'] } });
  const attempt = attemptOpening(name, { startedAt, hold: fromUsd(0.02), price: null });
  if (ledger.reserve(call, attempt, { ...ATTRIBUTES, run: worker, tags: ['soak'] })) {
    ledger.finish(call, callClosing(name, 0, { status: 'refused', errorCode: 'budget_exceeded' }));
    continue;
  }
  const cost = nano(100_000 + i * 7_919);
  const facts = { cost: { amount: cost, source: 'computed' }, charge: cost } as const;
  ledger.settle(attemptClosing(name, 0, facts));
  process.stdout.write(`call_${name} ${cost}\n`);
  ledger.finish(call, callClosing(name, 0, { cost: facts.cost }));
}
database.close();
