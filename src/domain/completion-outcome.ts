import type { Verification } from './check.ts';
import type { ReasoningPart, ToolCall } from './completion-request.ts';
import type { DeploymentId } from './deployment.ts';
import type { OptimisationEffect } from './effect.ts';
import type { FareboxError } from './errors.ts';
import type { FailureKind } from './failure.ts';
import type { AttemptId, CallId } from './ids.ts';
import type { NanoUsd } from './money.ts';
import type { Plan } from './plan.ts';
import type { TokenUsage } from './usage.ts';

export type FinishReason = 'stop' | 'length' | 'tool_calls' | 'content_filter';

/**
 * Where a cost comes from: the provider reported it, we computed it from reported usage, we estimated the usage, or
 * it is unknown, in which case the amount is null and never 0.
 */
export type CostSource = 'provider' | 'computed' | 'estimated' | 'unknown';

export interface Cost {
  readonly amount: NanoUsd | null;
  readonly source: CostSource;
}

/** `answered` and `cached` are the only ways an attempt succeeds. `aborted`: the process died while it ran. */
export type AttemptResult = 'answered' | 'cached' | 'incomplete' | 'failed' | 'cancelled' | 'aborted';

/** How likely a token was, as the natural logarithm, and what else was likely there. */
export interface TokenLogprob {
  readonly token: string;
  readonly logprob: number;
  readonly top: readonly { readonly token: string; readonly logprob: number }[];
}

export interface AttemptSummary {
  readonly id: AttemptId;
  readonly provider: string;
  readonly model: string;
  readonly result: AttemptResult;
  readonly failure: FailureKind | null;
  /** The provider's words on a failure, secrets masked; null on success. */
  readonly message: string | null;
  readonly cost: Cost;
  readonly durationMs: number;
  readonly firstTokenMs: number | null;
}

/**
 * How a call ended. `complete`: the whole answer. `incomplete`: it broke off or hit a limit after it had begun, and
 * what came is in `text`. `failed`, `refused` (by a budget or constraint), `cancelled`: no answer, see `error`.
 */
export type CallStatus = 'complete' | 'incomplete' | 'failed' | 'refused' | 'cancelled';

/** Everything known about a finished call. Always present, whatever went wrong. */
export interface CompletionOutcome {
  readonly callId: CallId;
  readonly status: CallStatus;
  readonly text: string;
  readonly reasoning: string;
  /** The same thinking in the stretches in which it must be given back; absent where there is none to give back. */
  readonly reasoningParts?: readonly ReasoningPart[];
  readonly logprobs?: readonly TokenLogprob[];
  readonly toolCalls: readonly ToolCall[];
  readonly finishReason: FinishReason | null;
  /** Who answered; null where nobody did. */
  readonly deployment: DeploymentId | null;
  readonly provider: string | null;
  readonly model: string | null;
  readonly plan: Plan;
  /** Of the attempt that answered; null where nobody did. */
  readonly usage: TokenUsage | null;
  /** All attempts together. Unknown as soon as one attempt's cost is unknown. */
  readonly cost: Cost;
  readonly baseline: { readonly model: string; readonly cost: NanoUsd | null };
  /** Baseline minus cost; null where either is unknown or nobody answered. Negative where the baseline is cheaper. */
  readonly saved: NanoUsd | null;
  /** `hit`: stored answer. `shared`: an identical call was already in flight. */
  readonly cache: 'hit' | 'shared' | 'miss' | 'off';
  readonly attempts: readonly AttemptSummary[];
  readonly reason: string;
  readonly warnings: readonly string[];
  /** The answer was made up by the sandbox. */
  readonly simulated: boolean;
  /** What the request's checks said of each answer that was tried, in order; absent where none were demanded. */
  readonly verifications?: readonly Verification[];
  readonly threadId?: string;
  readonly effects?: readonly OptimisationEffect[];
  readonly durationMs: number;
  readonly firstTokenMs: number | null;
  readonly error: FareboxError | null;
}

/** What happens during a call, in order. The last event is always `done`. */
export type CompletionEvent =
  | { readonly type: 'planned'; readonly callId: CallId; readonly plan: Plan }
  | { readonly type: 'attempt'; readonly number: number; readonly provider: string; readonly model: string }
  | {
      readonly type: 'attempt_failed';
      readonly provider: string;
      readonly model: string;
      readonly failure: FailureKind;
    }
  /** Liveness of an answer that is held back (`delivery: whole`): characters received so far. */
  | { readonly type: 'progress'; readonly characters: number }
  | { readonly type: 'reasoning'; readonly text: string }
  | { readonly type: 'text'; readonly text: string }
  | {
      readonly type: 'tool_call';
      readonly index: number;
      readonly id?: string;
      readonly name?: string;
      readonly arguments: string;
    }
  | { readonly type: 'done'; readonly outcome: CompletionOutcome };
