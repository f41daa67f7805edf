import type { Timeouts } from '../config/config.ts';
import type { FailureKind } from '../domain/failure.ts';
import type { Clock } from '../lib/clock.ts';

/**
 * What an attempt waits for. `sending`: a connection (which the connection itself limits). `first_token`: the first
 * content. `idle`: the next event. `trailing`: what may follow the finish reason. `whole`: an answer that is not streamed.
 */
export type WaitingPhase = 'sending' | 'first_token' | 'idle' | 'trailing' | 'whole';
export type TimeoutKind = Extract<FailureKind, 'timeout_first_token' | 'timeout_idle' | 'timeout_total'> | 'trailing';

export interface Watchdog {
  /** A new phase begins, with its whole limit ahead of it. */
  enter(phase: WaitingPhase): void;
  /** Something came: the limit of this phase begins anew. */
  touch(): void;
  /** Runs a wait for the provider on the phase's clock. Time that our own reader takes is not the provider's. */
  during<T>(wait: Promise<T>): Promise<T>;
  stop(): void;
}

export interface WatchdogOptions {
  readonly clock: Clock;
  readonly timeouts: Timeouts;
  readonly trailingMs: number;
  readonly onTimeout: (kind: TimeoutKind, afterMs: number) => void;
}

/** Node's timers overflow beyond this many ms. */
const LONGEST_SLEEP = 2 ** 31 - 1;

/**
 * Watches over one attempt: a limit per phase, and one for everything together. One timer serves them all and is set anew
 * only when something is due before it, so that an answer that comes quickly costs one timer.
 */
export function createWatchdog({ clock, timeouts, trailingMs, onTimeout }: WatchdogOptions): Watchdog {
  const totalAt = clock.monotonic() + timeouts.total;
  let phase: WaitingPhase = 'sending';
  let spent = 0;
  let waitingSince: number | null = null;
  let timer = new AbortController();
  let wakesAt = Number.POSITIVE_INFINITY;
  let stopped = false;

  const limit = () => limitOf(phase, timeouts, trailingMs);
  const phaseEndsAt = () => (waitingSince === null ? Number.POSITIVE_INFINITY : waitingSince + limit() - spent);

  const watch = async (signal: AbortSignal) => {
    while (!signal.aborted) {
      const now = clock.monotonic();
      if (totalAt <= now) return onTimeout(phase === 'trailing' ? 'trailing' : 'timeout_total', timeouts.total);
      if (phaseEndsAt() <= now) return onTimeout(kindOf(phase), limit());
      // While the request is being sent, waking early for its first token saves a second timer.
      const early = phase === 'sending' ? now + timeouts.firstToken : Number.POSITIVE_INFINITY;
      wakesAt = Math.min(totalAt, phaseEndsAt(), early, now + LONGEST_SLEEP);
      await clock.sleep(Math.ceil(wakesAt - now), signal).catch(() => {});
    }
  };
  const arm = () => {
    if (stopped || Math.min(totalAt, phaseEndsAt()) >= wakesAt) return;
    timer.abort('set anew');
    timer = new AbortController();
    void watch(timer.signal);
  };
  const begin = () => {
    spent = 0;
    if (waitingSince !== null) waitingSince = clock.monotonic();
  };

  return {
    enter(next) {
      phase = next;
      begin();
      arm();
    },
    touch: begin,
    async during(wait) {
      waitingSince = clock.monotonic();
      arm();
      try {
        return await wait;
      } finally {
        spent += clock.monotonic() - waitingSince;
        waitingSince = null;
      }
    },
    stop() {
      stopped = true;
      timer.abort('over'); // a word is enough, an error would be built with its stack
    },
  };
}

function limitOf(phase: WaitingPhase, timeouts: Timeouts, trailingMs: number): number {
  switch (phase) {
    case 'first_token':
      return timeouts.firstToken;
    case 'idle':
      return timeouts.idle;
    case 'trailing':
      return trailingMs;
    case 'sending':
    case 'whole':
      return Number.POSITIVE_INFINITY;
  }
}

function kindOf(phase: WaitingPhase): TimeoutKind {
  switch (phase) {
    case 'first_token':
      return 'timeout_first_token';
    case 'idle':
      return 'timeout_idle';
    case 'trailing':
      return 'trailing';
    case 'sending':
    case 'whole':
      return 'timeout_total';
  }
}
