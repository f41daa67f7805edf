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

export type ThrottleState = { readonly state: 'open' } | { readonly state: 'throttled'; readonly reason: string };

export interface ThrottleDecision {
  readonly next: ThrottleState;
  /** How long the next call should wait, so that spending comes back to the pace that lasts; 0 where it need not. */
  readonly delayMs: number;
  /** `began`, `ended`: to be told; null: nothing has changed. */
  readonly changed: 'began' | 'ended' | null;
}

/** So many times the pace that would last until the window ends begins the throttle … */
const BEGINS_AT = 4;
/** … and at this it ends: lower, so that it does not flutter. */
const ENDS_AT = 1.5;
/** Below this share of the limit spending is too little to be called a spike. */
const LEAST_SHARE = 0.02;
const LONGEST_DELAY_MS = 30_000;

/**
 * Slows spending down that is far above what would last until the budget's window ends, and lets it go again when it has
 * come down. Pure: the same facts and the same state give the same decision.
 */
export function decideThrottle(pace: SpendPace, before: ThrottleState): ThrottleDecision {
  const ratio = paceRatio(pace);
  const throttled = before.state === 'throttled' ? ratio > ENDS_AT : ratio >= BEGINS_AT && isMuch(pace);
  if (!throttled) {
    return { next: { state: 'open' }, delayMs: 0, changed: before.state === 'throttled' ? 'ended' : null };
  }
  const reason = before.state === 'throttled' ? before.reason : explain(pace, ratio);
  // The more above the lasting pace, the longer: at four times some seconds, at ten times and more the longest.
  const delayMs = Math.round(Math.min(LONGEST_DELAY_MS, Math.max(0, ratio - 1) * (LONGEST_DELAY_MS / 9)));
  return { next: { state: 'throttled', reason }, delayMs, changed: before.state === 'throttled' ? null : 'began' };
}

/** Spending lately as a multiple of the pace at which what was left before it would just last. */
function paceRatio({ limit, spent, recent, recentMs, now, windowEnd }: SpendPace): number {
  const leftBefore = Math.max(0, limit - spent + recent);
  const rest = Math.max(1, windowEnd - now + recentMs);
  const lasting = (leftBefore / rest) * recentMs;
  if (recent <= 0) return 0;
  return lasting > 0 ? recent / lasting : Number.POSITIVE_INFINITY;
}

function isMuch({ recent, limit }: SpendPace): boolean {
  return recent >= limit * LEAST_SHARE;
}

function explain({ recent, recentMs, limit }: SpendPace, ratio: number): string {
  const minutes = Math.max(1, Math.round(recentMs / 60_000));
  const times = Number.isFinite(ratio) ? `${ratio.toFixed(1)} times` : 'far above';
  return `${formatUsd(nano(recent))} were spent in ${minutes} min, ${times} the pace that ${formatUsd(limit)} would last at; calls are slowed down.`;
}
