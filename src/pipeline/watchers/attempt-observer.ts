import type { DeploymentId } from '../../domain/deployment.ts';
import type { Candidate } from '../../domain/plan.ts';
import type { AttemptClosing } from '../../spend/ledger.ts';
import type { Call } from '../call.ts';
import type { Judgement } from '../judge.ts';
import type { AttemptEnding } from '../settle-attempt.ts';

export interface WatchedAttempt {
  readonly call: Call;
  readonly candidate: Candidate;
  /** The most tokens that it may take, input and output, as estimated. */
  readonly tokens: number;
  /** The same model is told what was wrong with its own answer. */
  readonly repairs?: boolean;
}

/**
 * Something that remembers attempts, so that the planner can be told: health, rate limits, load, warm prompt caches.
 * Called for every attempt, in the order of `PipelineDeps.observers`; must not throw.
 */
export interface AttemptObserver {
  /** Just before it is sent. */
  started?(attempt: WatchedAttempt): void;
  /** The provider took it, and says that it takes nothing more for so long. */
  limited?(attempt: WatchedAttempt, pauseMs: number): void;
  /** Once, however it ended; `judgement` where a whole answer came. */
  ended?(attempt: WatchedAttempt, ending: AttemptEnding, closing: AttemptClosing, judgement?: Judgement): void;
  /** Whether a deployment had better not be asked at this moment, whatever was planned. */
  isResting?(deployment: DeploymentId): boolean;
}

/**
 * Waits until an attempt may be sent without passing a limit of its provider; resolves to a function that gives the
 * place back, and does nothing once it was sent. Rejects with the signal's reason, or with a `ProviderFailure` (`rate_limited`) where waiting is useless.
 */
export type Admit = (attempt: WatchedAttempt, signal: AbortSignal) => Promise<() => void>;
