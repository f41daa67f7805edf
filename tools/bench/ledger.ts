import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Budget } from '../../src/domain/budget.ts';
import type { AttemptId, CallId } from '../../src/domain/ids.ts';
import { fromUsd, nano } from '../../src/domain/money.ts';
import type { Price } from '../../src/domain/price.ts';
import { normalizeUsage } from '../../src/domain/usage.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { newId, systemRandom } from '../../src/lib/random.ts';
import type { AttemptClosing, AttemptOpening, CallClosing, CallOpening } from '../../src/spend/ledger.ts';
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

/** A decision as the planner records it: five candidates, a dozen models left out; its figures differ from call to call. */
const decisionOf = (i: number) =>
  JSON.stringify({
    v: 1,
    classifier: 'rules',
    strategy: 'balanced',
    score: (i % 97) / 100,
    input_tokens: 500 + (i % 4_001),
    because: ['code block in the last turn', `${3 + (i % 40)} files named`, 'asks for a change'],
    candidates: ['primary', 'secondary', 'tertiary', 'fallback', null].map((slot, n) => [
      `openrouter/vendor-${n}/model-${n}.${i % 3}-70b-instruct`,
      slot,
      4_096,
      100_000 + i * 31 + n,
      900_000 + i * 97 + n,
    ]),
    rejected: {
      no_tools: ['ollama/llama-3.2-3b', 'groq/gemma-2-9b-it'],
      over_max_cost: ['anthropic/claude-opus-4', 'openai/gpt-5'],
      not_configured: ['cerebras/qwen-3-235b', 'gemini/gemini-2.5-flash', 'deepseek/deepseek-chat'],
    },
    warnings: [],
  });

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
    const calls = Array.from({ length: CALLS * 1.2 }, (_, i) => openingOf(i));
    const both = await distribution(
      CALLS,
      (i) => {
        const call = calls[i] as CallOpening;
        ledger.reserve(call, attemptOf(i, call), ATTRIBUTES);
        ledger.settle(closingOf(call, i));
      },
      CALLS * 0.2,
      (i) => ledger.finish(calls[i] as CallOpening, callClosingOf(calls[i] as CallOpening)),
    );
    database.sqlite.pragma('wal_checkpoint(TRUNCATE)');
    const bytes = statSync(database.path).size / calls.length;
    // Ten budgets that all apply; what is reserved is settled and finished outside of the time taken.
    const scopes = ['all', 'provider:p', 'model:m', 'task:coding', 'all'];
    const ten = scopes.flatMap((scope, n) =>
      (['day', 'month'] as const).map((window) => {
        const [kind = 'all', value = null] = scope.split(':');
        return { ...budget, id: `${scope}/${window}/${n}`, scope: { kind, value } as Budget['scope'], window };
      }),
    );
    const crowded = createSqliteLedger({ database, budgets: ten, clock: systemClock, simulated: false });
    const again = Array.from({ length: 6_000 }, (_, i) => openingOf(i));
    const reserved = await distribution(
      5_000,
      (i) => {
        const call = again[i] as CallOpening;
        crowded.reserve(call, attemptOf(i, call), ATTRIBUTES);
      },
      1_000,
      (i) => {
        const call = again[i] as CallOpening;
        crowded.settle(closingOf(call, i));
        crowded.finish(call, callClosingOf(call));
      },
    );
    const perSecond = 1000 / reserved.p50;
    return {
      title: 'Ledger: reserve + settle',
      method: `${CALLS} calls of one attempt each on a file in WAL mode, synchronous NORMAL, one by one, a monthly budget in force.`,
      rows: [
        { name: 'reserve + settle, p50', value: us(both.p50), goal: '≤ 80 µs', met: both.p50 <= 0.08 },
        { name: 'reserve + settle, p99', value: us(both.p99), goal: '≤ 1 ms', met: both.p99 <= 1 },
        { name: 'calls a second, reserve + settle + finish', value: both.perSecond.toFixed(0) },
        {
          name: 'reservations a second with ten budgets (at the median)',
          value: perSecond.toFixed(0),
          goal: '≥ 5,000',
          met: perSecond >= 5_000,
        },
        { name: 'bytes a call in the file', value: bytes.toFixed(0), goal: '≤ 400', met: bytes <= 400 },
      ],
    };
  } finally {
    database.close();
    rmSync(home, { recursive: true, force: true });
  }
}

function openingOf(i: number): CallOpening {
  return {
    id: newId('call', Date.now(), systemRandom) as CallId,
    startedAt: Date.now(),
    simulated: false,
    attribution: { surface: 'cli' },
    profile: 'balanced',
    task: 'coding',
    complexity: 'medium',
    rule: 'taskTypeMapping',
    reason: 'benchmark',
    decision: decisionOf(i),
    baseline: { model: 'b', price: DEAR },
  };
}

function attemptOf(i: number, call: CallOpening): AttemptOpening {
  return {
    id: attemptId(call, i),
    callId: call.id,
    number: 1,
    provider: 'p',
    model: 'm',
    upstreamModel: 'm',
    price: CHEAP,
    startedAt: call.startedAt,
    hold: nano(1_000_000),
  };
}

function closingOf(call: CallOpening, i: number): AttemptClosing {
  return {
    id: attemptId(call, i),
    result: 'answered',
    failure: null,
    httpStatus: 200,
    message: null,
    usage: normalizeUsage({ inputTokens: 1000 + (i % 900), outputTokens: 500, cacheReadTokens: 256 }),
    rawUsage: usageOf(i),
    cost: { amount: nano(345_000), source: 'computed' },
    charge: nano(345_000),
    finishReason: 'stop',
    generationId: `gen-17${i}-AbCdEfGhIjKlMnOpQrSt`,
    durationMs: 5,
    firstTokenMs: 2,
  };
}

/** An id of the usual shape, which the ledger can pack. */
function attemptId({ id }: CallOpening, i: number): AttemptId {
  return `att_${id.slice(5, 23)}${i.toString().padStart(8, '0')}` as AttemptId;
}

function usageOf(i: number): string {
  return JSON.stringify({
    prompt_tokens: 1000 + (i % 900),
    completion_tokens: 500,
    total_tokens: 1500 + (i % 900),
    prompt_tokens_details: { cached_tokens: 256, audio_tokens: 0 },
    completion_tokens_details: { reasoning_tokens: 0, image_tokens: 0 },
  });
}

function callClosingOf({ id }: CallOpening): CallClosing {
  return {
    id,
    status: 'complete',
    cost: { amount: nano(345_000), source: 'computed' },
    baselineCost: nano(10_500_000),
    saved: nano(10_155_000),
    cache: 'miss',
    errorCode: null,
    durationMs: 1_200,
  };
}

const CHEAP: Price = {
  rates: { input: 150_000_000, output: 390_000_000, cacheRead: null, cacheWrite5m: null, cacheWrite1h: null },
  tiers: [],
  perRequest: nano(0),
  source: 'profile',
  asOf: '2026-11-01',
};
const DEAR: Price = { ...CHEAP, rates: { ...CHEAP.rates, input: 3_000_000_000, output: 15_000_000_000 } };
