import { formatUsd, type NanoUsd, nano } from '../domain/money.ts';

/** What the throttle knows of a budget's window and of spending lately. */
export interface SpendPace {
  readonly limit: NanoUsd;
  readonly spent: NanoUsd;
  /** Epoch ms. */
  readonly now: number;
  readonly windowStart: number;
  readonly windowEnd: number;
  /** Spent in the last `recentMs`. */
  readonly recent: NanoUsd;
  readonly recentMs: number;
}

export type ThrottleState =
  | { readonly state: 'open' }
  /** `since`: epoch ms. */
  | { readonly state: 'throttled'; readonly since: number; readonly reason: string };

export interface ThrottleDecision {
  readonly next: ThrottleState;
  /** How long the next call should wait, so that spending comes back to the pace that lasts; 0 where it need not. */
  readonly delayMs: number;
  /** `began`, `ended`: to be told; null: nothing has changed. */
  readonly changed: 'began' | 'ended' | null;
}

export interface ThrottleRule {
  /** So many times the pace that would last until the window ends begins the throttle. */
  readonly beginsAt: number;
  /** Below this share of the limit, spent lately, spending is too little to be called a spike. */
  readonly leastShare: number;
  readonly longestDelayMs: number;
}

export const THROTTLE_DEFAULTS: ThrottleRule = { beginsAt: 4, leastShare: 0.05, longestDelayMs: 10_000 };

/** Where the throttle ends, as a multiple of the lasting pace: lower than where it begins, so that it does not flutter. */
const ENDS_AT = 1.5;
/** A burst of less than a minute is no pace. */
const LEAST_SPAN_MS = 60_000;
/** At so many times the lasting pace and more, a call waits for the longest. */
const WORST_RATIO = 100;
/** So long after it began a throttle is felt in full; at its beginning a tenth of it is. */
const RAMP_MS = 300_000;
const RAMP_BEGINS_AT = 0.1;

/**
 * Slows spending down that is far above what would last until the budget's window ends, and lets it go again when it has
 * come down. Pure: the same facts and the same state give the same decision.
 */
export function decideThrottle(
  pace: SpendPace,
  before: ThrottleState,
  rule: ThrottleRule = THROTTLE_DEFAULTS,
): ThrottleDecision {
  const ratio = paceRatio(pace);
  const begins =
    ratio >= rule.beginsAt && pace.recent >= pace.limit * rule.leastShare && pace.recentMs >= LEAST_SPAN_MS;
  const throttled = before.state === 'throttled' ? ratio > ENDS_AT : begins;
  if (!throttled) {
    return { next: { state: 'open' }, delayMs: 0, changed: before.state === 'throttled' ? 'ended' : null };
  }
  const next = before.state === 'throttled' ? before : begin(pace, ratio);
  // It grows with what is spent too fast (at ten times the lasting pace half of the longest), and with how long it lasts.
  const share = Math.min(1, Math.log(Math.max(1, ratio)) / Math.log(WORST_RATIO));
  const ramp = Math.min(1, RAMP_BEGINS_AT + Math.max(0, pace.now - next.since) / RAMP_MS);
  const delayMs = Math.round(share * ramp * rule.longestDelayMs);
  return { next, delayMs, changed: next === before ? null : 'began' };
}

/** Spending lately as a multiple of the pace at which what was left before it would just last. */
function paceRatio({ limit, spent, recent, recentMs, now, windowEnd }: SpendPace): number {
  const leftBefore = Math.max(0, limit - spent + recent);
  const rest = Math.max(1, windowEnd - now + recentMs);
  const lasting = (leftBefore / rest) * recentMs;
  if (recent <= 0) return 0;
  return lasting > 0 ? recent / lasting : Number.POSITIVE_INFINITY;
}

function begin({ recent, recentMs, limit, now }: SpendPace, ratio: number): ThrottleState & { state: 'throttled' } {
  const minutes = Math.max(1, Math.round(recentMs / 60_000));
  const times = Number.isFinite(ratio) ? `${ratio.toFixed(1)} times` : 'far above';
  const reason = `${formatUsd(nano(recent))} were spent in ${minutes} min, ${times} the pace that ${formatUsd(limit)} would last at; calls are slowed down.`;
  return { state: 'throttled', since: now, reason };
}
