import type { FallbackRules } from '../config/config.ts';
import type { FailureKind } from '../domain/failure.ts';

/** What to do after a failed attempt. `next` may be narrowed to deployments that can do better. */
export type FailureDecision =
  | { readonly action: 'retry'; readonly delayMs: number }
  | { readonly action: 'next'; readonly where: 'anywhere' | 'other_provider' | 'larger_context' }
  | { readonly action: 'give_up' };

export interface FailedAttempt {
  readonly kind: FailureKind;
  readonly retryAfterMs: number | undefined;
  /** Retries already made on this deployment in this call. */
  readonly retries: number;
  /** Whether another candidate is left. */
  readonly hasNext: boolean;
  readonly rules: FallbackRules;
  /** A float in [0, 1) that spreads the retries of many callers. */
  readonly jitter: number;
}

interface Policy {
  /** The profile's switch without which nothing else is tried; null: never anything else. */
  readonly trigger: 'onRateLimit' | 'onError' | 'onTimeout' | null;
  /** Quick retries on the same deployment while another candidate waits. */
  readonly quickRetries: number;
  /** Whether the same deployment may serve later, so that waiting helps where there is no other. */
  readonly transient: boolean;
  readonly where: 'anywhere' | 'other_provider' | 'larger_context';
}

const anywhere = { quickRetries: 0, transient: false, where: 'anywhere' } as const;

/** One row for each way to fail. A silent route is never asked again; a refused key is out for its whole provider. */
const POLICIES: Readonly<Record<FailureKind, Policy>> = {
  rate_limited: { trigger: 'onRateLimit', quickRetries: 0, transient: true, where: 'anywhere' },
  server_error: { trigger: 'onError', quickRetries: 1, transient: true, where: 'anywhere' },
  connection: { trigger: 'onError', quickRetries: 1, transient: true, where: 'anywhere' },
  timeout_connect: { trigger: 'onTimeout', ...anywhere },
  timeout_first_token: { trigger: 'onTimeout', ...anywhere },
  timeout_idle: { trigger: 'onTimeout', ...anywhere },
  timeout_total: { trigger: 'onTimeout', ...anywhere },
  bad_request: { trigger: 'onError', ...anywhere },
  context_length: { trigger: 'onError', quickRetries: 0, transient: false, where: 'larger_context' },
  content_refused: { trigger: null, ...anywhere },
  unauthorized: { trigger: 'onError', quickRetries: 0, transient: false, where: 'other_provider' },
  payment_required: { trigger: 'onError', quickRetries: 0, transient: false, where: 'other_provider' },
  model_not_found: { trigger: 'onError', ...anywhere },
  stream_broken: { trigger: 'onError', ...anywhere },
  stream_malformed: { trigger: 'onError', ...anywhere },
  empty_answer: { trigger: 'onError', ...anywhere },
  cancelled: { trigger: null, ...anywhere },
};

/** The longest Retry-After that is waited out on the same deployment while others could serve. */
const PATIENCE_MS = 5_000;
/** The longest that anybody is made to wait for one retry. */
const LONGEST_DELAY_MS = 30_000;

/** Decides what follows a failed attempt. Pure: the profile's rules, the kind of failure, what was tried already. */
export function decideAfterFailure(attempt: FailedAttempt): FailureDecision {
  const policy = POLICIES[attempt.kind];
  if (policy.trigger === null || !attempt.rules[policy.trigger]) return { action: 'give_up' };
  const delay = retryDelay(attempt);
  if (attempt.retries < attempt.rules.maxRetries) {
    const shortWait = attempt.kind === 'rate_limited' && attempt.retryAfterMs !== undefined && delay <= PATIENCE_MS;
    if (attempt.retries < policy.quickRetries || (shortWait && attempt.retries === 0))
      return { action: 'retry', delayMs: delay };
    if (!attempt.hasNext && policy.transient && delay <= LONGEST_DELAY_MS) return { action: 'retry', delayMs: delay };
  }
  return attempt.hasNext ? { action: 'next', where: policy.where } : { action: 'give_up' };
}

/** What the provider asked for; else the profile's delay, doubled each time, with the upper half jittered. */
function retryDelay({ retryAfterMs, retries, rules, jitter }: FailedAttempt): number {
  if (retryAfterMs !== undefined) return retryAfterMs;
  return Math.round(rules.retryDelayMs * 2 ** retries * (0.5 + jitter / 2));
}
