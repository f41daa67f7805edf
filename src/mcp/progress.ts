import type { ServerContext } from '@modelcontextprotocol/server';
import type { Clock } from '../lib/clock.ts';
import type { Log } from '../telemetry/log.ts';

/** Clients give up on a silent call after 15 s or more. */
const HEARTBEAT_MS = 10_000;
const LEAST_INTERVAL_MS = 1_000;

/** Sends progress to the client, each time with a larger number; undefined where the client did not ask for it. */
export function progressOf(context: ServerContext, log: Log): ((message: string) => void) | undefined {
  const progressToken = context.mcpReq._meta?.progressToken;
  if (progressToken === undefined) return undefined;
  let progress = 0;
  return (message) => {
    progress += 1;
    context.mcpReq
      .notify({ method: 'notifications/progress', params: { progressToken, progress, message } })
      // A client that is gone also aborts the call; its missed progress is worth no more than a line.
      .catch((error: unknown) => log.debug('progress could not be sent', { error: String(error) }));
  };
}

export interface Pulse {
  /** Says something new, at once. */
  say(message: string): void;
  /** Says something that changes quickly: at most once a second, the rest is dropped. */
  update(message: string): void;
  stop(): void;
}

/** Progress that never falls silent for longer than 10 s until it is stopped. */
export function startPulse(progress: ((message: string) => void) | undefined, clock: Clock): Pulse {
  if (!progress) return { say: () => {}, update: () => {}, stop: () => {} };
  const stopped = new AbortController();
  const startedAt = clock.monotonic();
  let last = 'waiting';
  let lastAt = startedAt;

  const say = (message: string) => {
    last = message;
    lastAt = clock.monotonic();
    progress(message);
  };
  const beat = async () => {
    while (!stopped.signal.aborted) {
      await clock.sleep(HEARTBEAT_MS, stopped.signal);
      const now = clock.monotonic();
      if (now - lastAt < LEAST_INTERVAL_MS) continue;
      lastAt = now;
      progress(`${last} (${Math.round((now - startedAt) / 1000)} s)`);
    }
  };
  beat().catch(() => {}); // The only way out of the loop is the stop, which rejects the sleep.

  return {
    say,
    update: (message) => {
      if (clock.monotonic() - lastAt >= LEAST_INTERVAL_MS) say(message);
      else last = message;
    },
    stop: () => stopped.abort(),
  };
}
