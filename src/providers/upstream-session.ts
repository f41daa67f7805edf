import type { Dispatcher } from 'undici';
import type { Timeouts } from '../config/config.ts';
import { ProviderFailure } from '../domain/failure.ts';
import type { Clock } from '../lib/clock.ts';
import { connectionFailure } from './connection-failure.ts';
import { type ExchangeRequest, openExchange, type ResponseHead } from './http-exchange.ts';
import { type FailureContext, failureFromResponse } from './map-failure.ts';
import { createWatchdog, type TimeoutKind, type Watchdog } from './watchdog.ts';

/** One attempt's connection: an exchange under a watchdog and a caller's signal. */
export interface UpstreamSession {
  readonly watchdog: Watchdog;
  /** Resolves with the head of a success status; throws the provider's refusal for any other. */
  success(): Promise<ResponseHead>;
  /** The next bytes of the answer, null at its end. */
  read(): Promise<Uint8Array | null>;
  /** The answer is whole: what is left of it runs off unread, so that the socket can serve again. */
  complete(): void;
  /** Whatever a read threw, as a failure. */
  toFailure(error: unknown): ProviderFailure;
  /** Ends everything; closes the socket unless the answer is whole. */
  close(): void;
}

export interface SessionOptions {
  readonly dispatcher: Dispatcher;
  readonly origin: string;
  readonly request: Omit<ExchangeRequest, 'onSent' | 'maxBytes'>;
  /** Whether the answer will come in pieces, so that a first one can be waited for. */
  readonly streamed: boolean;
  readonly timeouts: Timeouts;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly context: () => FailureContext;
}

/** How long the provider may take after the finish reason to send usage and `[DONE]`, and then to end the answer. */
const TRAILING_MS = 1_000;
const MAX_ANSWER_BYTES = 256 * 1024 * 1024;
const MAX_ERROR_BYTES = 256 * 1024;

export function openSession(options: SessionOptions): UpstreamSession {
  const { clock, timeouts, signal, origin } = options;
  const onTimeout = (kind: TimeoutKind, afterMs: number) => exchange.abort(timeoutError(kind, afterMs, options));
  const watchdog = createWatchdog({ clock, timeouts, trailingMs: TRAILING_MS, onTimeout });
  const exchange = openExchange(options.dispatcher, origin, {
    ...options.request,
    maxBytes: MAX_ANSWER_BYTES,
    onSent: () => watchdog.enter(options.streamed ? 'first_token' : 'whole'),
  });
  const onAbort = () => exchange.abort(cancelled(signal, options.context()));
  signal.addEventListener('abort', onAbort, { once: true });
  if (signal.aborted) onAbort();
  let answering = false;
  let whole = false;

  const read = () => watchdog.during(exchange.read());
  const complete = () => {
    whole = true;
    if (exchange.over()) return;
    const timer = new AbortController();
    void exchange.drain().then(() => timer.abort());
    void clock.sleep(TRAILING_MS, timer.signal).then(
      () => exchange.abort(new Error('the answer did not end')),
      () => {},
    );
  };
  const refusal = async (head: ResponseHead): Promise<ProviderFailure> => {
    const body = await readText(read, MAX_ERROR_BYTES);
    complete();
    return failureFromResponse({ ...head, body }, options.context());
  };

  return {
    watchdog,
    async success() {
      const head = await watchdog.during(exchange.head());
      if (head.status < 200 || head.status >= 300) throw await refusal(head);
      const encoding = head.headers['content-encoding'] ?? '';
      if (COMPRESSED.test(encoding)) throw compressed(encoding, options.context());
      answering = true;
      return head;
    },
    read,
    complete,
    toFailure: (error) =>
      error instanceof ProviderFailure ? error : connectionFailure(error, answering, origin, options.context()),
    close() {
      watchdog.stop();
      signal.removeEventListener('abort', onAbort);
      if (!whole) exchange.abort(new Error('the reader left'));
    },
  };
}

/** Others are words such as `none`, by which servers keep proxies from compressing a stream. */
const COMPRESSED = /gzip|deflate|br|zstd|compress/i;

/** Streams are asked for as they are, since whoever compresses them holds them back. */
function compressed(encoding: string, { deployment }: FailureContext): ProviderFailure {
  return new ProviderFailure(
    'stream_malformed',
    deployment,
    `the answer is compressed (${encoding.slice(0, 20)}) although that was declined; switch it off at the server or the proxy before it`,
  );
}

/** Text of at most about `limit` bytes. What came is enough where the rest does not come: the status is known. */
async function readText(read: () => Promise<Uint8Array | null>, limit: number): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for (let bytes = await read(); bytes !== null && size < limit; bytes = await read()) {
      chunks.push(bytes);
      size += bytes.byteLength;
    }
  } catch (error) {
    if (error instanceof ProviderFailure && error.kind === 'cancelled') throw error;
  }
  return new TextDecoder().decode(Buffer.concat(chunks));
}

export function cancelled(signal: AbortSignal, context: FailureContext): ProviderFailure {
  return new ProviderFailure('cancelled', context.deployment, 'the call was cancelled', { cause: signal.reason });
}

/** An answer whose end was announced needs no failure: whoever reads it knows that it is whole. */
function timeoutError(kind: TimeoutKind, afterMs: number, options: SessionOptions): Error {
  const { deployment } = options.context();
  switch (kind) {
    case 'trailing':
      return new Error(`nothing more came within ${afterMs} ms after the answer`);
    case 'timeout_first_token':
      return new ProviderFailure(kind, deployment, `no content came within ${afterMs} ms after the request was sent`);
    case 'timeout_idle':
      return new ProviderFailure(kind, deployment, `the stream was silent for ${afterMs} ms`);
    case 'timeout_total':
      return new ProviderFailure(kind, deployment, `the answer was not complete after ${afterMs} ms`);
  }
}
