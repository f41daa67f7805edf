import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AttemptId, CallId } from '../../src/domain/ids.ts';
import { fromUsd, nano } from '../../src/domain/money.ts';
import { normalizeUsage } from '../../src/domain/usage.ts';
import { systemClock } from '../../src/lib/clock.ts';
import type { AttemptClosing, AttemptOpening, CallOpening } from '../../src/spend/ledger.ts';
import { createSqliteLedger } from '../../src/spend/sqlite-ledger.ts';
import { openDatabase } from '../../src/storage/database.ts';
import { distribution, type Section, us } from './measure.ts';

const CALLS = 20_000;
const ATTRIBUTES = {
  provider: 'p',
  model: 'm',
  task: 'coding',
  role: null,
  project: null,
  client: null,
  key: null,
  run: null,
  tags: [],
};

/** Reserve and settle on a file in WAL mode, with the monthly budget in force. */
export async function benchLedger(): Promise<Section> {
  const home = mkdtempSync(join(tmpdir(), 'farebox-bench-'));
  const database = await openDatabase({ path: join(home, 'farebox.db'), clock: systemClock, fareboxVersion: 'bench' });
  const budget = {
    id: 'all/month',
    scope: { kind: 'all', value: null },
    window: 'month',
    limit: fromUsd(1_000_000),
    thresholds: { warning: 0.75, critical: 0.9 },
  } as const;
  const ledger = createSqliteLedger({ database, budgets: [budget], clock: systemClock, simulated: false });
  try {
    const both = await distribution(CALLS, (i) => {
      const call = openingOf(i);
      ledger.reserve(call, attemptOf(i, call), ATTRIBUTES);
      ledger.settle(closingOf(i));
    });
    return {
      title: 'Ledger: reserve + settle',
      method: `${CALLS} calls of one attempt each on a file in WAL mode, synchronous NORMAL, one by one, a monthly budget in force.`,
      rows: [
        { name: 'reserve + settle, p50', value: us(both.p50), goal: '≤ 80 µs', met: both.p50 <= 0.08 },
        { name: 'reserve + settle, p99', value: us(both.p99), goal: '≤ 1 ms', met: both.p99 <= 1 },
        { name: 'calls a second', value: both.perSecond.toFixed(0) },
      ],
    };
  } finally {
    database.close();
    rmSync(home, { recursive: true, force: true });
  }
}

function openingOf(i: number): CallOpening {
  return {
    id: `call_${i}` as CallId,
    startedAt: Date.now(),
    simulated: false,
    attribution: { surface: 'cli' },
    profile: 'balanced',
    task: 'coding',
    complexity: 'medium',
    rule: 'taskTypeMapping',
    reason: 'benchmark',
    decision: '{}',
    baseline: { model: 'b', price: null },
  };
}

function attemptOf(i: number, call: CallOpening): AttemptOpening {
  return {
    id: `att_${i}` as AttemptId,
    callId: call.id,
    number: 1,
    provider: 'p',
    model: 'm',
    upstreamModel: 'm',
    price: null,
    startedAt: call.startedAt,
    hold: nano(1_000_000),
  };
}

function closingOf(i: number): AttemptClosing {
  return {
    id: `att_${i}` as AttemptId,
    result: 'answered',
    failure: null,
    httpStatus: 200,
    message: null,
    usage: normalizeUsage({ inputTokens: 1000, outputTokens: 500 }),
    rawUsage: '{"prompt_tokens":1000,"completion_tokens":500}',
    cost: { amount: nano(345_000), source: 'computed' },
    charge: nano(345_000),
    finishReason: 'stop',
    generationId: null,
    durationMs: 5,
    firstTokenMs: 2,
  };
}
