/** What may be begun in any window; null: no limit. */
export interface WindowLimits {
  readonly requests: number | null;
  readonly tokens: number | null;
}

/** What others take of the same limits. */
export interface WindowShare {
  readonly requests: number;
  readonly tokens: number;
}

/** A place in the window, until it is cancelled or has left. */
export interface WindowPlace {
  readonly at: number;
  readonly tokens: number;
}

/**
 * A log of what was begun lately, which tells when the next may begin so that no window of `windowMs`, wherever it
 * starts, ever holds more than the limits. A request counts from its beginning. Its tokens count from its beginning (as
 * estimated) until one window after its end (as used): whenever the provider counts them, it counts no more than this.
 *
 * All times are ms of one clock that never runs backwards.
 */
export interface SlidingWindow {
  /** Ms until a request of so many tokens may begin; 0: now; Infinity: only the end of one in flight makes room. */
  wait(now: number, tokens: number, others?: WindowShare): number;
  /** The same for a request behind `queued` others, by the limit of requests alone. */
  waitBehind(now: number, queued: number, others?: WindowShare): number;
  begin(now: number, tokens: number): WindowPlace;
  end(now: number, place: WindowPlace, usedTokens: number): void;
  /** Gives a place back of which nothing was sent. */
  cancel(place: WindowPlace): void;
  used(now: number): WindowShare;
}

/** Where others fill a limit alone, nobody here knows when they leave: look again then. */
const LOOK_AGAIN_MS = 1_000;
const NOBODY: WindowShare = { requests: 0, tokens: 0 };

export function createSlidingWindow(limits: WindowLimits, windowMs: number): SlidingWindow {
  const begun: WindowPlace[] = [];
  /** Tokens of what has ended, by the time of its end. */
  const ended: WindowPlace[] = [];
  let inFlightTokens = 0;
  let endedTokens = 0;

  function forget(now: number): void {
    const since = now - windowMs;
    const oldBegun = countOld(begun, since);
    if (oldBegun > 0) begun.splice(0, oldBegun);
    const oldEnded = countOld(ended, since);
    if (oldEnded > 0) for (const { tokens } of ended.splice(0, oldEnded)) endedTokens -= tokens;
  }

  function requestWait(now: number, queued: number, others: WindowShare): number {
    if (limits.requests === null) return 0;
    const room = limits.requests - others.requests;
    if (room < 1) return LOOK_AGAIN_MS;
    // The one that is `room` places ahead must have left. Where that one still waits itself, count back round by round.
    const position = begun.length + queued - room;
    if (position < 0) return 0;
    const rounds = Math.max(0, Math.ceil((position + 1 - begun.length) / room));
    const ahead = begun[position - rounds * room];
    return ahead ? Math.max(0, ahead.at - now + (rounds + 1) * windowMs) : rounds * windowMs;
  }

  function tokenWait(now: number, tokens: number, others: WindowShare): number {
    if (limits.tokens === null) return 0;
    // What is larger than the limit itself begins when everything else has left; the provider has the last word.
    const needed = Math.min(tokens, limits.tokens);
    let excess = inFlightTokens + endedTokens + others.tokens + needed - limits.tokens;
    if (excess <= 0) return 0;
    for (const place of ended) {
      excess -= place.tokens;
      if (excess <= 0) return Math.max(0, place.at + windowMs - now);
    }
    return others.tokens > 0 ? LOOK_AGAIN_MS : Number.POSITIVE_INFINITY;
  }

  return {
    wait(now, tokens, others = NOBODY) {
      forget(now);
      return Math.max(requestWait(now, 0, others), tokenWait(now, tokens, others));
    },
    waitBehind(now, queued, others = NOBODY) {
      forget(now);
      return requestWait(now, queued, others);
    },
    begin(now, tokens) {
      const place = { at: now, tokens };
      begun.push(place);
      inFlightTokens += tokens;
      return place;
    },
    end(now, place, usedTokens) {
      inFlightTokens -= place.tokens;
      endedTokens += usedTokens;
      ended.push({ at: now, tokens: usedTokens });
    },
    cancel(place) {
      const index = begun.lastIndexOf(place);
      if (index >= 0) begun.splice(index, 1);
      inFlightTokens -= place.tokens;
    },
    used(now) {
      forget(now);
      return { requests: begun.length, tokens: inFlightTokens + endedTokens };
    },
  };
}

/** How many stand at the front that were there at `since` or before. */
function countOld(places: readonly WindowPlace[], since: number): number {
  let count = 0;
  for (const { at } of places) {
    if (at > since) break;
    count++;
  }
  return count;
}
