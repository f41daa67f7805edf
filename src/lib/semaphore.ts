/** Lets at most `limit` holders in at once; the others wait in order of arrival. */
export interface Semaphore {
  /**
   * Resolves to a function that gives the place back (safe to call twice); rejects when the signal aborts first, or at
   * once where the queue is full.
   */
  acquire(signal: AbortSignal): Promise<() => void>;
  readonly limit: number;
  readonly held: number;
  readonly waiting: number;
}

export interface QueueLimit {
  readonly longest: number;
  /** What `acquire` rejects with where so many wait already. */
  readonly full: (waiting: number) => unknown;
}

export function createSemaphore(limit: number, queueLimit?: QueueLimit): Semaphore {
  let free = limit;
  const queue: (() => void)[] = [];
  const leave = () => {
    const next = queue.shift();
    if (next) next();
    else free++;
  };
  return {
    limit,
    get held() {
      return limit - free;
    },
    get waiting() {
      return queue.length;
    },
    async acquire(signal) {
      signal.throwIfAborted();
      if (free > 0) free--;
      else if (queueLimit && queue.length >= queueLimit.longest) throw queueLimit.full(queue.length);
      else await place(queue, signal);
      let held = true;
      return () => {
        if (held) leave();
        held = false;
      };
    },
  };
}

/** Stands in the queue until called, or leaves it when the signal aborts. */
function place(queue: (() => void)[], signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const enter = () => {
      signal.removeEventListener('abort', onAbort);
      resolve();
    };
    const onAbort = () => {
      const position = queue.indexOf(enter);
      if (position >= 0) queue.splice(position, 1);
      reject(signal.reason);
    };
    queue.push(enter);
    signal.addEventListener('abort', onAbort, { once: true });
  });
}
