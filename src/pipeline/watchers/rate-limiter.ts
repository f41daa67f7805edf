import type { Deployment, DeploymentId } from '../../domain/deployment.ts';
import { ProviderFailure } from '../../domain/failure.ts';
import type { Headroom } from '../../domain/snapshot.ts';
import type { Clock } from '../../lib/clock.ts';
import type { WindowPlace } from '../../lib/sliding-window.ts';
import { SHORT_WAIT_MS } from '../../routing/prefer-free.ts';
import type { CountAttempts } from '../../spend/recent-attempts.ts';
import type { Admit, AttemptObserver, WatchedAttempt } from './attempt-observer.ts';
import { createLane, type Lane, type Waiter } from './rate-lane.ts';

/** A deployment at which calls wait for a place below its limits. */
export interface Queue {
  readonly deployment: DeploymentId;
  readonly waiting: number;
  /** What the next one would wait, in ms. */
  readonly waitMs: number;
}

/**
 * Keeps this process below the requests and tokens a minute that a provider allows a deployment, by letting attempts
 * wait in order of arrival. An attempt waits where it is expected to be short (`SHORT_WAIT_MS`), or where no other
 * candidate of its plan would begin sooner than that; else it is turned away, so that the next candidate serves.
 */
export interface RateLimiter extends AttemptObserver {
  readonly admit: Admit;
  /** What may still be sent and how long a request of so many tokens would wait, for deployments used lately. */
  headroom(deployments: readonly Deployment[], tokens: number): ReadonlyMap<DeploymentId, Headroom>;
  queues(): readonly Queue[];
}

/** Calls that may wait for one deployment. */
const LONGEST_QUEUE = 1_000;
/** The longest that a call waits where nobody else could serve it. */
const LONGEST_WAIT_MS = 240_000;
/** A provider that asks for more than this is asked again after it. */
const LONGEST_PAUSE_MS = 3_600_000;

export function createRateLimiter(clock: Clock, count: CountAttempts | null = null): RateLimiter {
  const now = () => clock.monotonic();
  const lanes = new Map<DeploymentId, Lane>();
  const timers = new Map<Lane, AbortController>();
  const places = new WeakMap<WatchedAttempt, { readonly lane: Lane; readonly place: WindowPlace; sent: boolean }>();

  function laneOf(deployment: Deployment, always: boolean): Lane | undefined {
    const lane = lanes.get(deployment.id);
    if (lane || !(always || deployment.rateLimits)) return lane;
    // The ledger does not tell the keys of a provider apart.
    const made = createLane(deployment, now, deployment.key === undefined ? count : null);
    lanes.set(deployment.id, made);
    return made;
  }

  /** Lets in who may go, in order, and comes back when the next one may. */
  function serve(lane: Lane): void {
    timers.get(lane)?.abort();
    timers.delete(lane);
    for (let next = lane.queue[0]; next; next = lane.queue[0]) {
      const wait = lane.wait(next.attempt.tokens);
      if (wait > 0) {
        serveAfter(lane, wait);
        return;
      }
      lane.queue.shift();
      next.enter(lane.begin(next.attempt.tokens));
    }
  }

  /** The end of an attempt serves by itself, so an endless wait needs no timer. */
  function serveAfter(lane: Lane, ms: number): void {
    if (!Number.isFinite(ms)) return;
    const timer = new AbortController();
    timers.set(lane, timer);
    clock.sleep(Math.ceil(ms), timer.signal).then(
      () => serve(lane),
      () => {},
    );
  }

  /** How long an attempt is willing to wait; null: it had better go elsewhere. */
  function patienceFor({ candidate, call, tokens }: WatchedAttempt, expected: number): number | null {
    const place = call.plan.candidates.findIndex(({ deployment }) => deployment.id === candidate.deployment.id);
    const later = call.profile.routing.fallbackRules.onRateLimit ? call.plan.candidates.slice(place + 1) : [];
    const waits = later.map(({ deployment }) => lanes.get(deployment.id)?.expectedWait(tokens) ?? 0);
    if (waits.every((wait) => wait + SHORT_WAIT_MS >= expected)) {
      if (expected > SHORT_WAIT_MS || later.length === 0) return expected <= LONGEST_WAIT_MS ? LONGEST_WAIT_MS : null;
      return SHORT_WAIT_MS;
    }
    return null;
  }

  function enter(lane: Lane, attempt: WatchedAttempt, place: WindowPlace): () => void {
    places.set(attempt, { lane, place, sent: false });
    return () => {
      // What was sent keeps its place for a minute; only what was not gives it back.
      if (places.get(attempt)?.sent !== false) return;
      places.delete(attempt);
      lane.cancel(place);
      serve(lane);
    };
  }

  function queueUp(lane: Lane, attempt: WatchedAttempt, patience: number, signal: AbortSignal): Promise<() => void> {
    return new Promise((resolve, reject) => {
      const patienceTimer = new AbortController();
      const leave = (reason: unknown) => {
        settle();
        const position = lane.queue.indexOf(waiter);
        if (position >= 0) lane.queue.splice(position, 1);
        reject(reason);
        // The first in the queue may have needed more tokens than those behind.
        if (position === 0) serve(lane);
      };
      const onAbort = () => leave(signal.reason);
      const settle = () => {
        patienceTimer.abort();
        signal.removeEventListener('abort', onAbort);
      };
      const waiter: Waiter = {
        attempt,
        enter: (place) => {
          settle();
          resolve(enter(lane, attempt, place));
        },
      };
      lane.queue.push(waiter);
      signal.addEventListener('abort', onAbort, { once: true });
      clock.sleep(patience, patienceTimer.signal).then(
        () => leave(turnedAway(attempt, lane)),
        () => {},
      );
      serve(lane);
    });
  }

  return {
    async admit(attempt, signal) {
      signal.throwIfAborted();
      const lane = laneOf(attempt.candidate.deployment, false);
      if (!lane) return () => {};
      if (lane.queue.length === 0 && lane.wait(attempt.tokens) === 0) {
        return enter(lane, attempt, lane.begin(attempt.tokens));
      }
      const expected = lane.expectedWait(attempt.tokens);
      const patience = lane.queue.length < LONGEST_QUEUE ? patienceFor(attempt, expected) : null;
      if (patience === null) throw turnedAway(attempt, lane);
      return queueUp(lane, attempt, patience, signal);
    },
    started(attempt) {
      const taken = places.get(attempt);
      if (!taken) return;
      taken.sent = true;
      taken.lane.booked(taken.place);
      if (taken.lane.queue.length > 0) serve(taken.lane);
    },
    limited({ candidate: { deployment } }, pauseMs) {
      laneOf(deployment, true)?.pause(Math.min(pauseMs, LONGEST_PAUSE_MS));
    },
    ended(attempt, ending, { usage }) {
      const { deployment } = attempt.candidate;
      const failure = ending.type === 'failed' ? ending.failure : null;
      if (failure?.kind === 'rate_limited' && failure.retryAfterMs !== undefined) {
        laneOf(deployment, true)?.pause(Math.min(failure.retryAfterMs, LONGEST_PAUSE_MS));
      }
      const taken = places.get(attempt);
      if (!taken) return;
      places.delete(attempt);
      taken.lane.end(taken.place, usage ? usage.inputTokens + usage.outputTokens : 0);
      serve(taken.lane);
    },
    headroom(deployments, tokens) {
      const room = new Map<DeploymentId, Headroom>();
      if (lanes.size === 0) return room;
      for (const { id } of deployments) {
        const lane = lanes.get(id);
        if (!lane) continue;
        if (lane.isIdle()) lanes.delete(id);
        else room.set(id, { ...lane.left(), waitMs: lane.expectedWait(tokens) });
      }
      return room;
    },
    queues: () =>
      [...lanes].flatMap(([deployment, lane]) =>
        lane.queue.length === 0 ? [] : [{ deployment, waiting: lane.queue.length, waitMs: lane.expectedWait(0) }],
      ),
  };
}

function turnedAway({ candidate: { deployment }, tokens }: WatchedAttempt, lane: Lane): ProviderFailure {
  const retryAfterMs = Math.ceil(lane.expectedWait(tokens));
  const waiting = lane.queue.length === 0 ? '' : `, behind ${lane.queue.length} calls that wait already`;
  const message = `not sent: ${describeLimits(deployment)} is used up for ${Math.ceil(retryAfterMs / 1000)} s more${waiting}`;
  return new ProviderFailure('rate_limited', deployment.id, message, { retryAfterMs });
}

function describeLimits({ rateLimits }: Deployment): string {
  const limits = [
    rateLimits?.requestsPerMinute ? `${rateLimits.requestsPerMinute} requests` : '',
    rateLimits?.tokensPerMinute ? `${rateLimits.tokensPerMinute} tokens` : '',
  ].filter((part) => part !== '');
  return limits.length > 0 ? `its limit of ${limits.join(' and ')} a minute` : 'what the provider allows';
}
