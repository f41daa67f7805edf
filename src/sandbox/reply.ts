import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { Clock } from '../lib/clock.ts';
import type { LoggedRequest } from './request-log.ts';

/** One answer on its way out, with the means to spoil it. What is written between two waits leaves in one piece. */
export interface Reply {
  readonly entry: LoggedRequest;
  head(status: number, headers: Readonly<Record<string, string>>): void;
  write(text: string): void;
  /** Sends what was written. Rejects once the client is gone. */
  flush(): Promise<void>;
  wait(ms: number): Promise<void>;
  /** Sends what was written and ends the answer. */
  end(): Promise<void>;
  /** Sends what was written and destroys the connection. */
  cut(outcome: 'cut' | 'reset'): Promise<void>;
  /** Never answers again; resolves when the client has gone. */
  silence(): Promise<void>;
  /** Whether nobody listens any more. */
  readonly gone: AbortSignal;
}

export function createReply(response: ServerResponse, entry: LoggedRequest, clock: Clock): Reply {
  const gone = new AbortController();
  const startedAt = clock.monotonic();
  let pending = '';
  let headed = false;
  const settle = (outcome: LoggedRequest['outcome']) => {
    if (entry.outcome !== 'open') return;
    entry.outcome = outcome;
    entry.durationMs = clock.monotonic() - startedAt;
  };
  response.on('close', () => {
    settle(response.writableFinished ? 'answered' : 'client_closed');
    gone.abort(new Error('the client is gone'));
  });
  response.on('error', () => {});

  const flush = async () => {
    gone.signal.throwIfAborted();
    const text = pending;
    pending = '';
    if (text === '' && headed) response.flushHeaders();
    if (text !== '' && !response.write(text)) await once(response, 'drain', { signal: gone.signal });
  };
  return {
    entry,
    gone: gone.signal,
    head(status, headers) {
      entry.status = status;
      response.writeHead(status, headers);
      headed = true;
    },
    write(text) {
      pending += text;
    },
    flush,
    async wait(ms) {
      await flush();
      if (ms > 0) await clock.sleep(ms, gone.signal);
    },
    async end() {
      gone.signal.throwIfAborted();
      const text = pending;
      pending = '';
      response.end(text);
      settle('answered');
    },
    async cut(outcome) {
      gone.signal.throwIfAborted();
      const text = pending;
      pending = '';
      // The bytes before the cut are to arrive: a destroyed socket drops what it has not sent.
      if (text !== '') await new Promise<void>((resolve) => response.write(text, () => resolve()));
      settle(outcome);
      if (outcome === 'reset') response.socket?.resetAndDestroy();
      else response.socket?.destroy();
    },
    async silence() {
      await flush();
      if (!gone.signal.aborted) await once(gone.signal, 'abort');
    },
  };
}
