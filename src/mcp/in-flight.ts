/** The calls that are running now: a server that shuts down aborts them and waits until they are booked. */
export interface InFlight {
  /** Runs a call with a signal that `abort` also triggers. */
  run<Result>(signal: AbortSignal, call: (signal: AbortSignal) => Promise<Result>): Promise<Result>;
  /** Resolves when no call is running. */
  settled(): Promise<void>;
  abort(reason: Error): void;
  readonly size: number;
}

export function createInFlight(): InFlight {
  const running = new Set<Promise<unknown>>();
  const lifetime = new AbortController();

  return {
    async run(signal, call) {
      const promise = call(AbortSignal.any([signal, lifetime.signal]));
      running.add(promise);
      try {
        return await promise;
      } finally {
        running.delete(promise);
      }
    },
    async settled() {
      while (running.size > 0) await Promise.allSettled(running);
    },
    abort: (reason) => lifetime.abort(reason),
    get size() {
      return running.size;
    },
  };
}
