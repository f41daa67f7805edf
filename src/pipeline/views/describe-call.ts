import type { Verification } from '../../domain/check.ts';
import type {
  AttemptResult,
  AttemptSummary,
  CallStatus,
  CompletionOutcome,
  CostSource,
} from '../../domain/completion-outcome.ts';
import type { OptimisationEffect } from '../../domain/effect.ts';
import type { FareboxError } from '../../domain/errors.ts';
import type { NanoUsd } from '../../domain/money.ts';
import type { TokenUsage } from '../../domain/usage.ts';
import { usdPair } from './describe-money.ts';

/** A finished call as programs see it: `ask --json`, and without the answer `_meta["farebox/call"]` of the MCP tool. */
export interface CallReport {
  readonly call_id: string;
  readonly status: CallStatus;
  readonly answer: string;
  readonly model: string | null;
  readonly provider: string | null;
  readonly profile: string;
  readonly task: string;
  readonly complexity: string;
  /** null where the cost is unknown; never 0 for want of knowledge. */
  readonly cost_usd: number | null;
  readonly cost_nano_usd: number | null;
  readonly cost_source: CostSource;
  readonly baseline: {
    readonly model: string;
    readonly cost_usd: number | null;
    readonly cost_nano_usd: number | null;
  };
  readonly saved_usd: number | null;
  readonly saved_nano_usd: number | null;
  readonly finish_reason: string | null;
  /** null where nobody answered. */
  readonly usage: UsageReport | null;
  readonly cache: CompletionOutcome['cache'];
  readonly attempts: readonly AttemptReport[];
  /** What the demanded checks said of each answer that came, in order; empty where none were demanded. */
  readonly verifications: readonly VerificationReport[];
  /** Absent where no optimisation did anything. */
  readonly effects?: readonly CallEffectReport[];
  /** Why this model. */
  readonly reason: string;
  readonly warnings: readonly string[];
  /** The conversation that it belongs to; null: none. */
  readonly thread_id: string | null;
  /** The answer was made up by the sandbox, and its cost is not real money. */
  readonly simulated: boolean;
  readonly duration_ms: number;
  readonly first_token_ms: number | null;
  readonly error: ErrorReport | null;
}

export interface UsageReport {
  readonly input_tokens: number;
  readonly output_tokens: number;
  /** Read from the provider's prompt cache; part of `input_tokens`. */
  readonly cached_input_tokens: number;
  /** Part of `output_tokens`. */
  readonly reasoning_tokens: number;
}

/** What one optimisation did for the call, against the same call without it. */
export interface CallEffectReport {
  readonly optimisation: string;
  readonly tokens_avoided: number;
  readonly cost_avoided_usd: number | null;
  readonly cost_avoided_nano_usd: number | null;
  readonly own_cost_usd: number | null;
  readonly own_cost_nano_usd: number | null;
}

export interface AttemptReport {
  readonly provider: string;
  readonly model: string;
  readonly outcome: AttemptResult;
  readonly failure: string | null;
  readonly message: string | null;
  readonly cost_usd: number | null;
  readonly cost_nano_usd: number | null;
  readonly cost_source: CostSource;
  readonly duration_ms: number;
}

export interface VerificationReport {
  readonly provider: string;
  readonly model: string;
  readonly passed: boolean;
  readonly checks: readonly {
    readonly check: string;
    readonly passed: boolean;
    readonly finding: string | null;
    readonly duration_ms: number;
  }[];
}

export interface ErrorReport {
  readonly code: string;
  readonly message: string;
  readonly remedy: string | null;
  readonly details: Readonly<Record<string, unknown>>;
}

/** Everything about a finished call in the shape of the surfaces. Pure; the only place where this shape is made. */
export function describeCall(outcome: CompletionOutcome): CallReport {
  return {
    call_id: outcome.callId,
    status: outcome.status,
    answer: outcome.text,
    model: outcome.model,
    provider: outcome.provider,
    profile: outcome.plan.profile,
    task: outcome.plan.task.task,
    complexity: outcome.plan.task.complexity,
    ...usdPair('cost', outcome.cost.amount),
    cost_source: outcome.cost.source,
    baseline: { model: outcome.baseline.model, ...usdPair('cost', outcome.baseline.cost) },
    ...usdPair('saved', outcome.saved),
    finish_reason: outcome.finishReason,
    usage: outcome.usage && describeUsage(outcome.usage),
    cache: outcome.cache,
    attempts: outcome.attempts.map(describeAttempt),
    verifications: (outcome.verifications ?? []).map(describeVerification),
    ...(outcome.effects && { effects: outcome.effects.map(describeEffect) }),
    reason: outcome.reason,
    warnings: outcome.warnings,
    thread_id: outcome.threadId ?? null,
    simulated: outcome.simulated,
    duration_ms: wholeMs(outcome.durationMs),
    first_token_ms: outcome.firstTokenMs === null ? null : wholeMs(outcome.firstTokenMs),
    error: outcome.error && describeError(outcome.error),
  };
}

function describeVerification({ provider, model, passed, results }: Verification): VerificationReport {
  const checks = results.map((result) => ({
    check: result.check,
    passed: result.passed,
    finding: result.finding,
    duration_ms: wholeMs(result.durationMs),
  }));
  return { provider, model, passed, checks };
}

function describeEffect({ optimisation, tokensAvoided, costAvoided, ownCost }: OptimisationEffect): CallEffectReport {
  return {
    optimisation,
    tokens_avoided: tokensAvoided,
    ...usdPair('cost_avoided', costAvoided),
    ...usdPair('own_cost', ownCost),
  };
}

export function describeUsage(usage: TokenUsage): UsageReport {
  return {
    input_tokens: usage.inputTokens,
    output_tokens: usage.outputTokens,
    cached_input_tokens: usage.cacheReadTokens,
    reasoning_tokens: usage.reasoningTokens,
  };
}

export function describeError(error: FareboxError): ErrorReport {
  return { code: error.code, message: error.message, remedy: error.remedy ?? null, details: error.details };
}

/** What is known to have been spent on a call: the sum of the attempts' known costs. Less than the truth where some are unknown. */
export function knownSpend(attempts: readonly AttemptSummary[]): NanoUsd {
  return attempts.reduce((total, attempt) => total + (attempt.cost.amount ?? 0), 0) as NanoUsd;
}

function describeAttempt(attempt: AttemptSummary): AttemptReport {
  return {
    provider: attempt.provider,
    model: attempt.model,
    outcome: attempt.result,
    failure: attempt.failure,
    message: attempt.message,
    ...usdPair('cost', attempt.cost.amount),
    cost_source: attempt.cost.source,
    duration_ms: wholeMs(attempt.durationMs),
  };
}

function wholeMs(ms: number): number {
  return Math.round(ms);
}
