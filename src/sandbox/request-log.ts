/** What the sandbox received and did, for tests and for people who debug their own agents. */
export interface LoggedRequest {
  /** From 1, in the order of arrival. */
  readonly number: number;
  /** Epoch ms. */
  readonly at: number;
  readonly method: string;
  readonly path: string;
  /** Credentials are replaced by `•••` and their last four characters. */
  readonly headers: Readonly<Record<string, string>>;
  /** Parsed JSON, or the text where it is none. */
  readonly body: unknown;
  readonly model: string | null;
  readonly stream: boolean;
  /** Index of the script's step that decided; null for an ordinary answer. */
  step: number | null;
  /** The status that was sent; null where none was. */
  status: number | null;
  /**
   * `open`: being served. `answered`: all that was to be sent was. `cut`, `reset`: the script broke the connection.
   * `client_closed`: the client went away first.
   */
  outcome: 'open' | 'answered' | 'cut' | 'reset' | 'client_closed';
  /** Tokens of text that were sent, and the usage that was reported. */
  sentTokens: number;
  usage: unknown;
  finishReason: string | null;
  durationMs: number | null;
}

export interface RequestLog {
  add(entry: Omit<LoggedRequest, 'number'>, bytes: number): LoggedRequest;
  entries(): readonly LoggedRequest[];
  clear(): void;
}

const MAX_ENTRIES = 20_000;
const MAX_BYTES = 64 * 1024 * 1024;

/** A log that forgets its oldest entries rather than grow without bound. Numbers go on. */
export function createRequestLog(): RequestLog {
  let kept: { readonly entry: LoggedRequest; readonly bytes: number }[] = [];
  let bytesKept = 0;
  let count = 0;
  return {
    add(facts, bytes) {
      count++;
      const entry: LoggedRequest = { number: count, ...facts };
      kept.push({ entry, bytes });
      bytesKept += bytes;
      while (kept.length > MAX_ENTRIES || (bytesKept > MAX_BYTES && kept.length > 1)) {
        bytesKept -= kept.shift()?.bytes ?? 0;
      }
      return entry;
    },
    entries: () => kept.map(({ entry }) => entry),
    clear() {
      kept = [];
      bytesKept = 0;
      count = 0;
    },
  };
}

/** Headers as they may be logged. */
export function maskHeaders(headers: Readonly<Record<string, string | readonly string[] | undefined>>) {
  const masked: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value === undefined) continue;
    const text = typeof value === 'string' ? value : value.join(', ');
    const isSecret = /^(authorization|proxy-authorization|cookie|.*api-?key)$/i.test(name);
    masked[name] = isSecret ? `•••${text.length > 12 ? text.slice(-4) : ''}` : text;
  }
  return masked;
}
