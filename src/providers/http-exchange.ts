import type { Dispatcher } from 'undici';

export interface ExchangeRequest {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** The whole answer may have at most this many bytes; beyond them the socket is closed and `read` throws. */
  readonly maxBytes: number;
  /** Called when the request goes out on a connected socket. */
  readonly onSent?: () => void;
}

export interface ResponseHead {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
}

/** One HTTP request and its answer, read by one reader at its own pace. */
export interface Exchange {
  /** Status and headers; rejects where no answer came. */
  head(): Promise<ResponseHead>;
  /** The next bytes of the body, null at its end. What came before a fault is read before the fault is thrown. */
  read(): Promise<Uint8Array | null>;
  /** Closes the socket unless the answer is over; whoever waits, and whoever reads later, gets the reason at once. */
  abort(reason: Error): void;
  /** Reads and drops the rest of the answer, so that its socket can serve again. Resolves when the answer is over. */
  drain(): Promise<void>;
  /** Whether the whole answer has arrived, or a fault ended it. */
  over(): boolean;
}

/** Unread bytes beyond which the socket is paused. */
const HIGH_WATER = 1024 * 1024;

/**
 * Sends a request through undici's dispatch, its cheapest interface and the only one that tells a request that was sent
 * from one that still waits for a connection. An aborted request that was not sent yet is never sent.
 */
export function openExchange(dispatcher: Dispatcher, origin: string, request: ExchangeRequest): Exchange {
  const chunks: Uint8Array[] = [];
  let controller: Dispatcher.DispatchController | undefined;
  let head: ResponseHead | undefined;
  let queued = 0;
  let received = 0;
  let over = false;
  let dropping = false;
  let fault: Error | undefined;
  let aborted: Error | undefined;
  let wake: (() => void) | undefined;

  const notify = () => {
    const waiter = wake;
    wake = undefined;
    waiter?.();
  };
  const change = () =>
    new Promise<void>((resolve) => {
      wake = resolve;
    });
  const abort = (reason: Error) => {
    if (over || aborted) return;
    aborted = reason;
    chunks.length = 0;
    controller?.abort(reason);
    notify();
  };
  const receive = (chunk: Uint8Array) => {
    received += chunk.byteLength;
    if (received > request.maxBytes)
      return abort(new RangeError(`the answer is larger than ${request.maxBytes} bytes`));
    if (dropping) return;
    chunks.push(chunk);
    queued += chunk.byteLength;
    if (queued > HIGH_WATER) controller?.pause();
    notify();
  };

  dispatcher.dispatch(
    {
      origin,
      path: request.path,
      method: request.method,
      headers: request.headers,
      body: request.body ?? null,
      headersTimeout: 0,
      bodyTimeout: 0,
    },
    {
      onRequestStart(started) {
        controller = started;
        if (aborted) started.abort(aborted);
        else request.onSent?.();
      },
      onResponseStart(_controller, status, headers) {
        if (status < 200) return;
        head = { status, headers: flatten(headers) };
        notify();
      },
      onResponseData: (_controller, chunk) => receive(chunk),
      onResponseEnd() {
        over = true;
        notify();
      },
      onResponseError(_controller, error) {
        fault = error;
        over = true;
        notify();
      },
    },
  );

  return {
    async head() {
      for (;;) {
        if (aborted) throw aborted;
        if (head) return head;
        if (fault) throw fault;
        await change();
      }
    },
    async read() {
      for (;;) {
        if (aborted) throw aborted;
        const chunk = chunks.shift();
        if (chunk) {
          queued -= chunk.byteLength;
          if (queued <= HIGH_WATER / 2) controller?.resume();
          return chunk;
        }
        if (fault) throw fault;
        if (over) return null;
        await change();
      }
    },
    abort,
    async drain() {
      dropping = true;
      chunks.length = 0;
      controller?.resume();
      while (!over && !aborted) await change();
    },
    over: () => over,
  };
}

/** Header values as one string each; undici gives lists for repeated headers. */
function flatten(headers: Readonly<Record<string, string | readonly string[] | undefined>>): Record<string, string> {
  const flat: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) flat[name.toLowerCase()] = typeof value === 'string' ? value : value.join(', ');
  }
  return flat;
}
