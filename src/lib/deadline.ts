import { setMaxListeners } from 'node:events';

/**
 * A signal that aborts when the given one does, or after `ms` with `reason()`. `dispose` must be called when the work
 * is over, so that neither the timer nor the listener outlives it.
 */
export function withDeadline(
  signal: AbortSignal,
  ms: number,
  reason: () => unknown,
): { readonly signal: AbortSignal; dispose(): void } {
  const controller = new AbortController();
  const onAbort = () => controller.abort(signal.reason);
  const timer = setTimeout(() => controller.abort(reason()), ms);
  if (signal.aborted) onAbort();
  else listen(signal, onAbort);
  return {
    signal: controller.signal,
    dispose: () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
    },
  };
}

/** Waits for a promise unless the signal aborts first, in which case it rejects with the signal's reason. */
export async function untilAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  let onAbort = () => {};
  const aborted = new Promise<never>((_, reject) => {
    onAbort = () => reject(signal.reason);
    listen(signal, onAbort);
  });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

/** Listens once, without Node's warning of a leak: a hundred calls of one agent may rightly hang on one signal. */
export function listen(signal: AbortSignal, onAbort: () => void): void {
  setMaxListeners(0, signal);
  signal.addEventListener('abort', onAbort, { once: true });
}
