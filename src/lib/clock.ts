import { setTimeout as wait } from 'node:timers/promises';

/** The only source of time in farebox; tests hand in their own. */
export interface Clock {
  /** Wall-clock time in epoch ms: for records. */
  now(): number;
  /** Ms from an arbitrary start that never run backwards: for durations. */
  monotonic(): number;
  /** Resolves after `ms`, rejects with the signal's reason when aborted. `ref: false`: it does not keep the process alive. */
  sleep(ms: number, signal?: AbortSignal, options?: { readonly ref?: boolean }): Promise<void>;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  sleep: async (ms, signal, { ref = true } = {}) => {
    await wait(ms, undefined, signal ? { signal, ref } : { ref }).catch((error: unknown) => {
      throw signal?.aborted ? signal.reason : error;
    });
  },
};

/** Epoch ms as ISO 8601 in UTC. */
export function isoTime(epochMs: number): string {
  return new Date(epochMs).toISOString();
}
