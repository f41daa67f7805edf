import type { FallbackRules } from '../config/config.ts';
import type { FailureKind } from '../domain/failure.ts';

/** Which of the remaining candidates can do better than the one that failed. */
export type Where = 'anywhere' | 'other_key' | 'larger_context';

/**
 * What to do after a failed attempt. `retry`: the same candidate again. `next`: another one. `return`: all have failed,
 * so back to the one that failed first for a passing reason. `repair`: the same candidate again, told what was wrong.
 */
export type FailureDecision =
  | { readonly action: 'retry'; readonly delayMs: number }
  | { readonly action: 'next'; readonly where: Where }
  | { readonly action: 'repair' }
  | { readonly action: 'return'; readonly delayMs: number }
  | { readonly action: 'give_up' };

export interface FailedAttempt {
  readonly kind: FailureKind;
  /** What the provider asked us to wait, in ms. */
  readonly retryAfterMs: number | undefined;
  /** Retries already made on this deployment in this call. */
  readonly retries: number;
  /** Times that this call has already returned to a deployment after all had failed. */
  readonly returns: number;
  /** Whether another candidate is left that can do better than this one. */
  readonly hasNext: boolean;
  /** How long from now until the call may return to one that failed for a passing reason, in ms; null: to none. */
  readonly returnInMs: number | null;
  /** Until the call's deadline. */
  readonly remainingMs: number;
  readonly rules: FallbackRules;
  /** It is known what is wrong with the answer, and no answer of this call has been given back to its model yet. */
  readonly mayRepair?: boolean;
  /** Answers of this call that were not good enough and sent it to another model; 0 where absent. */
  readonly upgrades?: number;
  /** Answers that may still be checked after this one; any number where absent. */
  readonly checksLeft?: number;
  /** A float in [0, 1) that spreads the retries of many callers. */
  readonly jitter: number;
}

type Trigger = 'onRateLimit' | 'onError' | 'onTimeout' | 'onQualityFailure';

interface Policy {
  /** The profile's switches, one of which must be on for anything else to be tried; none: never anything else. */
  readonly triggers: readonly Trigger[];
  /** Quick retries on the same deployment, whether or not another candidate waits. */
  readonly quickRetries: number;
  /** Whether the same deployment may well serve the same request a little later. */
  readonly passing: boolean;
  readonly where: Where;
}

const error = { triggers: ['onError'], quickRetries: 0, passing: false, where: 'anywhere' } as const;
const silence = { ...error, triggers: ['onTimeout'] } as const;
const never = { ...error, triggers: [] } as const;

/**
 * One row for each way to fail. A silent route is never asked again, since it would be waited for again; a request that
 * was rejected is not repeated; a refused key is out for all that it serves.
 */
const POLICIES: Readonly<Record<FailureKind, Policy>> = {
  rate_limited: { ...error, triggers: ['onRateLimit'], passing: true },
  server_error: { ...error, quickRetries: 1, passing: true },
  connection: { ...error, quickRetries: 1, passing: true },
  timeout_connect: silence,
  timeout_first_token: silence,
  timeout_idle: silence,
  timeout_total: silence,
  bad_request: error,
  context_length: { ...error, where: 'larger_context' },
  content_refused: never,
  unauthorized: { ...error, where: 'other_key' },
  payment_required: { ...error, where: 'other_key' },
  model_not_found: error,
  stream_broken: { ...error, passing: true },
  stream_malformed: { ...error, passing: true },
  empty_answer: { ...error, triggers: ['onQualityFailure', 'onError'] },
  invalid_answer: { ...error, triggers: ['onQualityFailure'] },
  // The caller demanded the check, so whatever the profile allows at all is allowed.
  check_failed: { ...error, triggers: ['onQualityFailure', 'onError'] },
  untranslatable: error,
  cancelled: never,
  internal: never,
};

/** How often an answer that is not good enough sends a call to another model (`onQualityFailure`, QLT-03). */
export const MOST_UPGRADES = 2;

/** Failures of an answer that came whole, but is not good enough. */
const OF_QUALITY: ReadonlySet<FailureKind> = new Set<FailureKind>(['empty_answer', 'invalid_answer']);

/** Whether such a failure, where another model is asked then, counts as an upgrade. */
export function isOfQuality(kind: FailureKind): boolean {
  return OF_QUALITY.has(kind);
}

/** The longest Retry-After that is waited out on the same deployment while others could serve. */
const PATIENCE_MS = 5_000;
/** The longest that anybody is made to wait for one retry. */
const LONGEST_DELAY_MS = 30_000;
/** Nobody is asked again sooner, whatever it or the profile says. */
const SHORTEST_DELAY_MS = 1;

/** Whether the profile lets anything else be tried after such a failure. */
export function mayBeTriedElsewhere(kind: FailureKind, rules: FallbackRules): boolean {
  return POLICIES[kind].triggers.some((trigger) => rules[trigger]);
}

/** Whether a deployment that failed so may serve the same request a little later. */
export function mayPass(kind: FailureKind): boolean {
  return POLICIES[kind].passing;
}

/** Which of the other candidates can do better after such a failure. */
export function whereAfter(kind: FailureKind): Where {
  return POLICIES[kind].where;
}

/**
 * Decides what follows a failed attempt. Pure: the profile's rules, the kind of failure, what was tried already. A wait
 * that would outlast the call's deadline is never begun.
 */
export function decideAfterFailure(attempt: FailedAttempt): FailureDecision {
  const { kind, rules, retries, returns, hasNext, returnInMs, remainingMs } = attempt;
  const policy = POLICIES[kind];
  // An answer in the wrong form is mended most cheaply by who wrote it.
  if (kind === 'invalid_answer' && attempt.mayRepair) return { action: 'repair' };
  if (!mayBeTriedElsewhere(kind, rules)) return { action: 'give_up' };

  if (isOfQuality(kind) && (attempt.upgrades ?? 0) >= MOST_UPGRADES) return { action: 'give_up' };
  if (kind === 'check_failed' && (attempt.checksLeft ?? 1) <= 0) return { action: 'give_up' };

  const asked = attempt.retryAfterMs;
  const quickRetries = kind === 'rate_limited' && asked !== undefined && asked <= PATIENCE_MS ? 1 : policy.quickRetries;
  const mayRetry = retries < Math.min(quickRetries, rules.maxRetries);
  if (mayRetry && (asked ?? 0) <= (hasNext ? PATIENCE_MS : LONGEST_DELAY_MS)) {
    const delayMs = asked === undefined ? backoff(retries, attempt) : spread(asked, attempt);
    if (delayMs < remainingMs) return { action: 'retry', delayMs };
  }
  if (hasNext) return { action: 'next', where: policy.where };
  if (kind === 'check_failed' && attempt.mayRepair) return { action: 'repair' };

  // Quick retries count, so that a deployment that stands alone is retried exactly as often as the profile says.
  if (returnInMs === null || returns >= rules.maxRetries - quickRetries) return { action: 'give_up' };
  const delayMs = Math.max(spread(returnInMs, attempt), backoff(returns + quickRetries, attempt));
  if (returnInMs > LONGEST_DELAY_MS || delayMs >= remainingMs) return { action: 'give_up' };
  return { action: 'return', delayMs };
}

/** The profile's delay, doubled each time, with the upper half jittered, so that many callers do not come back at once. */
function backoff(before: number, { rules, jitter }: FailedAttempt): number {
  return Math.max(
    SHORTEST_DELAY_MS,
    Math.min(LONGEST_DELAY_MS, Math.round(rules.retryDelayMs * 2 ** before * (0.5 + jitter / 2))),
  );
}

/** A wait that was asked for, spread by up to a tenth, never shorter. */
function spread(askedMs: number, { jitter }: FailedAttempt): number {
  return Math.max(SHORTEST_DELAY_MS, Math.round(askedMs * (1 + jitter / 10)));
}
