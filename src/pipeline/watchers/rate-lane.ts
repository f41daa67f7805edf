import type { Deployment, RateLimits } from '../../domain/deployment.ts';
import {
  createSlidingWindow,
  type SlidingWindow,
  type WindowLimits,
  type WindowPlace,
  type WindowShare,
} from '../../lib/sliding-window.ts';
import type { CountAttempts } from '../../spend/recent-attempts.ts';
import type { WatchedAttempt } from './attempt-observer.ts';

/** A call that waits for its place. */
export interface Waiter {
  readonly attempt: WatchedAttempt;
  enter(place: WindowPlace): void;
}

/** What this process has sent to one deployment lately, and who waits to send more. */
export interface Lane {
  readonly queue: Waiter[];
  /** Ms until the first in the queue, or whoever comes to an empty one, may send so many tokens. */
  wait(tokens: number): number;
  /** Ms that somebody who comes now is expected to wait, behind all who wait already. */
  expectedWait(tokens: number): number;
  begin(tokens: number): WindowPlace;
  /** Its row is in the ledger, so that other processes know of it. */
  booked(place: WindowPlace): void;
  end(place: WindowPlace, usedTokens: number): void;
  /** Only of what was not booked. */
  cancel(place: WindowPlace): void;
  /** Nothing is sent for so long: the provider asked for it. */
  pause(ms: number): void;
  left(): { readonly requests: number; readonly tokens: number };
  /** Nothing was sent lately and nobody waits. */
  isIdle(): boolean;
}

/** A minute, and what clocks and networks may differ by: a request that travels fast must not meet one that was slow. */
const WINDOW_MS = 61_000;
/** The share of a limit that is used: the rest is for what other processes send in the same moment. */
const SHARE = 0.95;
/** Where only an answer's end makes room, nobody knows when that is; this is what is expected. */
const UNKNOWN_WAIT_MS = 1_000;
/**
 * How old, and how many requests behind (as a share of the limit), the count of other processes may be: while nobody
 * else sends, and while others do. What it is behind, it may overshoot the limit.
 */
const ALONE = { ms: 1_000, share: 0.05 };
const SHARED = { ms: 100, share: 0.01 };
const FEW = 10;
const NOBODY: WindowShare = { requests: 0, tokens: 0 };

/**
 * @param now Of the monotonic clock, in ms.
 * @param count What the ledger knows of all processes; null where nobody else shares it.
 */
export function createLane(deployment: Deployment, now: () => number, count: CountAttempts | null): Lane {
  const limits = usable(deployment.rateLimits);
  const window: SlidingWindow = createSlidingWindow(limits, WINDOW_MS);
  const queue: Waiter[] = [];
  let pausedUntil = Number.NEGATIVE_INFINITY;
  let others = NOBODY;
  let countedAt = Number.NEGATIVE_INFINITY;
  let begunSince = 0;
  /** Admitted, but not in the ledger yet. */
  let unbooked = NOBODY;
  const isShared = count !== null && (limits.requests !== null || limits.tokens !== null);

  const book = ({ tokens }: WindowPlace) => {
    unbooked = { requests: unbooked.requests - 1, tokens: unbooked.tokens - tokens };
  };
  /** How many may be begun without asking the ledger again. */
  const few = () => {
    const { share } = others.requests === 0 ? ALONE : SHARED;
    return limits.requests === null ? FEW : Math.max(1, limits.requests * share);
  };

  /** The ledger is asked often where others send too, else now and then. */
  function othersNow(tokens: number): WindowShare {
    if (!isShared || !count) return NOBODY;
    const { ms } = others.requests === 0 ? ALONE : SHARED;
    if (now() - countedAt < ms && begunSince < few()) return others;
    const all = count(deployment, WINDOW_MS);
    const own = window.used(now());
    const requests = Math.max(0, all.requests - (own.requests - unbooked.requests));
    const othersTokens = Math.max(0, all.tokens + all.running * tokens - (own.tokens - unbooked.tokens));
    others = requests === 0 ? NOBODY : { requests, tokens: othersTokens };
    countedAt = now();
    begunSince = 0;
    return others;
  }

  const paused = () => Math.max(0, pausedUntil - now());

  return {
    queue,
    wait(tokens) {
      const room = window.wait(now(), tokens, othersNow(tokens));
      // A burst must not run ahead of the ledger: other processes would not see it. Booking lets the next ones in.
      const isAhead = isShared && unbooked.requests >= few();
      return isAhead ? Number.POSITIVE_INFINITY : Math.max(paused(), room);
    },
    expectedWait(tokens) {
      const behind = queue.length;
      const own = window.wait(now(), tokens, othersNow(tokens));
      const known = Number.isFinite(own) ? own : UNKNOWN_WAIT_MS;
      return Math.max(paused(), known, window.waitBehind(now(), behind, others));
    },
    begin(tokens) {
      begunSince++;
      unbooked = { requests: unbooked.requests + 1, tokens: unbooked.tokens + tokens };
      return window.begin(now(), tokens);
    },
    booked: book,
    end: (place, usedTokens) => window.end(now(), place, usedTokens),
    cancel(place) {
      book(place);
      window.cancel(place);
    },
    pause(ms) {
      pausedUntil = Math.max(pausedUntil, now() + ms);
    },
    left() {
      const used = window.used(now());
      const rest = (limit: number | null, taken: number) => Math.max(0, (limit ?? Number.POSITIVE_INFINITY) - taken);
      return {
        requests: rest(limits.requests, used.requests + others.requests),
        tokens: rest(limits.tokens, used.tokens + others.tokens),
      };
    },
    isIdle() {
      const used = window.used(now());
      return queue.length === 0 && paused() === 0 && used.requests === 0 && used.tokens === 0;
    },
  };
}

/** What is used of a provider's limits. */
function usable(limits: RateLimits | null): WindowLimits {
  const share = (limit: number | null) => (limit === null ? null : Math.max(1, Math.floor(limit * SHARE)));
  return {
    requests: share(limits?.requestsPerMinute ?? null),
    tokens: share(limits?.tokensPerMinute ?? null),
  };
}
