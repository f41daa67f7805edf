import type { AttemptResult, CallStatus, Cost, CostSource, FinishReason } from '../domain/completion-outcome.ts';
import type { Attribution } from '../domain/completion-request.ts';
import { OPTIMISATIONS, type Optimisation, type OptimisationEffect } from '../domain/effect.ts';
import type { FailureKind } from '../domain/failure.ts';
import type { AttemptId, CallId } from '../domain/ids.ts';
import { type NanoUsd, nano } from '../domain/money.ts';
import type { Complexity, TaskType } from '../domain/task.ts';
import type { TokenUsage } from '../domain/usage.ts';
import type { AttemptEnd, CallEnd } from './call-book.ts';
import type { AttemptOpening, CallOpening } from './ledger.ts';
import type { LedgerCall, Row } from './ledger-reader.ts';

export interface WrittenCall {
  readonly opening: CallOpening;
  readonly closing: CallEnd;
  /** Hash of a price in the export. */
  readonly baselinePrice: string | null;
}

export interface WrittenAttempt {
  readonly opening: AttemptOpening;
  readonly closing: AttemptEnd;
  readonly computedCost: number | null;
  readonly price: string | null;
  readonly isBeyondQuota: boolean;
}

/** A call of an export as the ledger was told of it. Throws an Error that says which column is wrong. */
export function readCall({ call, reason, decision }: LedgerCall): WrittenCall {
  const cost = costOf(call);
  const id = text(call, 'id') as CallId;
  return {
    opening: {
      id,
      startedAt: whole(call, 'started_at'),
      simulated: whole(call, 'simulated') === 1,
      attribution: attributionOf(call),
      ...(textOrNull(call, 'purpose') !== null && { purpose: text(call, 'purpose') }),
      profile: text(call, 'profile'),
      task: text(call, 'task') as TaskType,
      complexity: text(call, 'complexity') as Complexity,
      rule: text(call, 'rule'),
      reason: reason ?? '',
      decision: decision ?? '',
      baseline: { model: text(call, 'baseline_model'), price: null },
    },
    closing: {
      id,
      status: text(call, 'status') as CallStatus,
      cost,
      baselineCost: money(call, 'baseline_cost'),
      saved: money(call, 'saved'),
      cache: textOrNull(call, 'cache') as CallEnd['cache'],
      errorCode: textOrNull(call, 'error_code'),
      durationMs: wholeOrNull(call, 'duration_ms'),
    },
    baselinePrice: textOrNull(call, 'baseline_price_id'),
  };
}

/** What optimisations did for a call of an export. */
export function readEffects({ effects = [] }: LedgerCall): readonly OptimisationEffect[] {
  return effects.map((row) => {
    const optimisation = text(row, 'optimisation') as Optimisation;
    if (!OPTIMISATIONS.includes(optimisation)) throw new Error(`nobody knows the optimisation "${optimisation}"`);
    return {
      optimisation,
      tokensAvoided: whole(row, 'tokens_avoided'),
      costAvoided: money(row, 'cost_avoided'),
      ownCost: nano(whole(row, 'own_cost')),
    };
  });
}

export function readAttempt(row: Row, callId: CallId): WrittenAttempt {
  const cost = costOf(row);
  const id = text(row, 'id') as AttemptId;
  return {
    opening: {
      ...{ id, callId, number: whole(row, 'number'), provider: text(row, 'provider'), model: text(row, 'model') },
      ...{ upstreamModel: text(row, 'upstream_model'), price: null, startedAt: whole(row, 'started_at') },
      hold: nano(whole(row, 'hold')),
    },
    closing: {
      ...{
        id,
        result: text(row, 'result') as AttemptResult,
        failure: textOrNull(row, 'failure') as FailureKind | null,
      },
      ...{ httpStatus: wholeOrNull(row, 'http_status'), message: textOrNull(row, 'message'), usage: usageOf(row) },
      ...{ rawUsage: textOrNull(row, 'raw_usage'), cost, charge: nano(whole(row, 'charged')) },
      finishReason: textOrNull(row, 'finish_reason') as FinishReason | null,
      generationId: textOrNull(row, 'generation_id'),
      ...{ durationMs: wholeOrNull(row, 'duration_ms'), firstTokenMs: wholeOrNull(row, 'first_token_ms') },
    },
    computedCost: cost.source === 'provider' ? wholeOrNull(row, 'computed_cost') : null,
    price: textOrNull(row, 'price_id'),
    isBeyondQuota: row['beyond_quota'] === 1,
  };
}

function attributionOf(call: Row): Attribution {
  const given = { client: 'client', project: 'project', role: 'role', runId: 'run_id', key: 'key' } as const;
  const entries = Object.entries(given).map(([name, column]) => [name, textOrNull(call, column)] as const);
  const tags = textOrNull(call, 'tags');
  return {
    surface: text(call, 'surface') as Attribution['surface'],
    ...Object.fromEntries(entries.filter(([, value]) => value !== null)),
    ...(tags !== null && { tags: JSON.parse(tags) as string[] }),
  };
}

function costOf(row: Row): Cost {
  return { amount: money(row, 'cost'), source: text(row, 'cost_source') as CostSource };
}

function usageOf(row: Row): TokenUsage | null {
  if (row['input_tokens'] === null) return null;
  return {
    inputTokens: whole(row, 'input_tokens'),
    uncachedInputTokens: whole(row, 'uncached_input_tokens'),
    cacheReadTokens: whole(row, 'cache_read_tokens'),
    cacheWrite5mTokens: whole(row, 'cache_write_5m_tokens'),
    cacheWrite1hTokens: whole(row, 'cache_write_1h_tokens'),
    outputTokens: whole(row, 'output_tokens'),
    reasoningTokens: whole(row, 'reasoning_tokens'),
  };
}

function money(row: Row, column: string): NanoUsd | null {
  const value = wholeOrNull(row, column);
  return value === null ? null : nano(value);
}

function whole(row: Row, column: string): number {
  const value = row[column];
  if (typeof value !== 'number' || !Number.isSafeInteger(value)) throw new Error(`${column} is not a whole number`);
  return value;
}

function wholeOrNull(row: Row, column: string): number | null {
  return row[column] === null ? null : whole(row, column);
}

function text(row: Row, column: string): string {
  const value = row[column];
  if (typeof value !== 'string') throw new Error(`${column} is not a text`);
  return value;
}

function textOrNull(row: Row, column: string): string | null {
  return row[column] === null || row[column] === undefined ? null : text(row, column);
}
