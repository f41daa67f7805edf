import type { Budget, BudgetAttributes } from '../../src/domain/budget.ts';
import type { AttemptId, CallId } from '../../src/domain/ids.ts';
import { fromUsd, nano } from '../../src/domain/money.ts';
import type { Price } from '../../src/domain/price.ts';
import { normalizeUsage } from '../../src/domain/usage.ts';
import type { AttemptClosing, AttemptOpening, CallClosing, CallOpening } from '../../src/spend/ledger.ts';

/** 21 November 2026, noon UTC: a Saturday. */
export const NOON = Date.UTC(2026, 10, 21, 12);

export const CHEAP: Price = {
  rates: { input: 150_000_000, output: 150_000_000, cacheRead: null, cacheWrite5m: null, cacheWrite1h: null },
  tiers: [],
  perRequest: nano(0),
  source: 'profile',
  asOf: '2026-11-01',
};

export const DEAR: Price = {
  ...CHEAP,
  rates: { ...CHEAP.rates, input: 3_000_000_000, output: 15_000_000_000 },
};

export function budgetOf(id: string, limitUsd: number, parts: Partial<Budget> = {}): Budget {
  const [scope = 'all', window = 'month'] = id.split('/');
  const [kind, value] = scope.split(':');
  return {
    id,
    scope: { kind: kind as Budget['scope']['kind'], value: value ?? null },
    window: window as Budget['window'],
    limit: fromUsd(limitUsd),
    thresholds: { warning: 0.8, critical: 0.95 },
    ...parts,
  };
}

export const ATTRIBUTES: BudgetAttributes = {
  provider: 'acme',
  model: 'small-1',
  task: 'coding',
  role: null,
  project: null,
  client: null,
  key: null,
  run: null,
  tags: [],
};

/** Facts of a call and its one attempt, as the pipeline would write them, told apart by `name`. */
export function callOpening(name: string, parts: Partial<CallOpening> = {}): CallOpening {
  return {
    id: `call_${name}` as CallId,
    startedAt: NOON,
    simulated: false,
    attribution: { surface: 'cli' },
    profile: 'balanced',
    task: 'coding',
    complexity: 'simple',
    rule: 'taskTypeMapping.coding',
    reason: 'coding goes to small-1',
    decision: '{"candidates":[]}',
    baseline: { model: 'big-1', price: DEAR },
    ...parts,
  };
}

export function attemptOpening(name: string, parts: Partial<AttemptOpening> = {}): AttemptOpening {
  const number = parts.number ?? 1;
  return {
    id: `attempt_${name}_${number}` as AttemptId,
    callId: `call_${name}` as CallId,
    number,
    provider: 'acme',
    model: 'small-1',
    upstreamModel: 'small-1',
    price: CHEAP,
    startedAt: NOON,
    hold: fromUsd(1),
    ...parts,
  };
}

/** An attempt that was answered at a cost in dollars. */
export function attemptClosing(name: string, usd: number, parts: Partial<AttemptClosing> = {}): AttemptClosing {
  return {
    id: `attempt_${name}_1` as AttemptId,
    result: 'answered',
    failure: null,
    httpStatus: 200,
    message: null,
    usage: normalizeUsage({ inputTokens: 1_000, outputTokens: 200 }),
    rawUsage: '{"prompt_tokens":1000,"completion_tokens":200}',
    cost: { amount: fromUsd(usd), source: 'computed' },
    charge: fromUsd(usd),
    finishReason: 'stop',
    generationId: null,
    durationMs: 12.4,
    firstTokenMs: 3.2,
    ...parts,
  };
}

export function callClosing(name: string, usd: number, parts: Partial<CallClosing> = {}): CallClosing {
  return {
    id: `call_${name}` as CallId,
    status: 'complete',
    cost: { amount: fromUsd(usd), source: 'computed' },
    baselineCost: null,
    saved: null,
    cache: 'miss',
    errorCode: null,
    durationMs: 14.2,
    ...parts,
  };
}
