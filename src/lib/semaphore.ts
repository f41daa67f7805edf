/** Lets at most `limit` holders in at once; the others wait in order of arrival. */
export interface Semaphore {
  /** Resolves to a function that gives the place back (safe to call twice); rejects when the signal aborts first. */
  acquire(signal: AbortSignal): Promise<() => void>;
  readonly waiting: number;
}

export function createSemaphore(limit: number): Semaphore {
  let free = limit;
  const queue: (() => void)[] = [];
  const leave = () => {
    const next = queue.shift();
    if (next) next();
    else free++;
  };
  return {
    get waiting() {
      return queue.length;
    },
    async acquire(signal) {
      signal.throwIfAborted();
      if (free > 0) free--;
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
