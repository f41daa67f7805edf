import type { BudgetAttributes, BudgetLevel, BudgetRefusal, BudgetStatus } from '../domain/budget.ts';
import type { AttemptResult, CallStatus, Cost, FinishReason } from '../domain/completion-outcome.ts';
import type { Attribution } from '../domain/completion-request.ts';
import type { OptimisationEffect } from '../domain/effect.ts';
import type { FailureKind } from '../domain/failure.ts';
import type { AttemptId, CallId } from '../domain/ids.ts';
import type { NanoUsd } from '../domain/money.ts';
import type { Baseline } from '../domain/plan.ts';
import type { Price } from '../domain/price.ts';
import type { Complexity, TaskType } from '../domain/task.ts';
import type { TokenUsage } from '../domain/usage.ts';

/** A call as it is written before anything is sent. Bodies are not part of it. */
export interface CallOpening {
  readonly id: CallId;
  readonly startedAt: number;
  readonly simulated: boolean;
  readonly attribution: Attribution;
  /** What farebox itself needed it for (`classifier`, `judge`, `shadow` …); absent: the user asked for it. */
  readonly purpose?: string;
  readonly profile: string;
  readonly task: TaskType;
  readonly complexity: Complexity;
  readonly rule: string;
  readonly reason: string;
  /** The whole decision (plan and snapshot figures) as JSON, for explanation and replay. */
  readonly decision: string;
  readonly baseline: Baseline;
}

export interface AttemptOpening {
  readonly id: AttemptId;
  readonly callId: CallId;
  /** 1, 2 … within the call. */
  readonly number: number;
  readonly provider: string;
  readonly model: string;
  readonly upstreamModel: string;
  readonly price: Price | null;
  readonly startedAt: number;
  /** Held in every budget that applies until the attempt is settled. */
  readonly hold: NanoUsd;
}

export interface AttemptClosing {
  readonly id: AttemptId;
  readonly result: AttemptResult;
  readonly failure: FailureKind | null;
  readonly httpStatus: number | null;
  /** Masked; null on success. */
  readonly message: string | null;
  readonly usage: TokenUsage | null;
  /** The provider's usage object as it came, as JSON. */
  readonly rawUsage: string | null;
  readonly cost: Cost;
  /** What budgets are charged: the cost, or where that is unknown the hold (never less than was spent). */
  readonly charge: NanoUsd;
  readonly finishReason: FinishReason | null;
  readonly generationId: string | null;
  readonly durationMs: number;
  readonly firstTokenMs: number | null;
}

export interface CallClosing {
  readonly id: CallId;
  readonly status: CallStatus;
  readonly cost: Cost;
  /** What the answering attempt's usage would have cost on the baseline; null where unknown. */
  readonly baselineCost: NanoUsd | null;
  readonly saved: NanoUsd | null;
  readonly cache: 'hit' | 'shared' | 'miss' | 'off';
  readonly errorCode: string | null;
  /** What optimisations did for it; absent: none did anything. */
  readonly effects?: readonly OptimisationEffect[];
  readonly durationMs: number;
}

/** A budget that has just crossed one of its thresholds. Told once per window. */
export interface BudgetCrossing {
  readonly budgetId: string;
  readonly level: Exclude<BudgetLevel, 'normal'>;
  readonly spent: NanoUsd;
  readonly limit: NanoUsd;
}

/**
 * The book of every call and attempt, and the budgets they are paid from. Safe with many processes on one file: each
 * method is one transaction. Methods throw `storage_unavailable` where the database cannot be used.
 */
export interface Ledger {
  /**
   * Opens an attempt (and its call, the first time): writes both rows as running and holds `attempt.hold` in every
   * budget that matches, all or nothing. Returns the refusing budget, in which case nothing but the call is written.
   */
  reserve(call: CallOpening, attempt: AttemptOpening, attributes: BudgetAttributes): BudgetRefusal | null;
  /** Closes an attempt: releases its hold, charges what it cost. Settling twice changes nothing the second time. */
  settle(attempt: AttemptClosing): readonly BudgetCrossing[];
  /** Books an answer from the cache: an attempt of cost 0 under its own call, opened and closed at once. */
  bookCached(call: CallOpening, attempt: AttemptOpening, closing: AttemptClosing): void;
  /** Closes a call; opens it first where no attempt ever did. */
  finish(call: CallOpening, closing: CallClosing): void;
  /** Keeps the text of a call, cut to a size and for 30 days. Only for those who switched that on. */
  keepBody(call: CallId, prompt: string, answer: string): void;
  /** Marks what dead processes left running as aborted and releases their holds. Returns how many attempts. */
  recover(): number;
  /** All budgets of the current windows. */
  budgets(): readonly BudgetStatus[];
  /** What the planner needs to know of budgets for a call with these attributes (provider and model not yet chosen). */
  budgetState(attributes: Omit<BudgetAttributes, 'provider' | 'model'>): {
    readonly left: NanoUsd | null;
    readonly level: BudgetLevel;
  };
}
