import { pipeline, Readable } from 'node:stream';
import type { ReadableStream as WebStream } from 'node:stream/web';
import { constants, createBrotliCompress, createGzip } from 'node:zlib';
import type { MiddlewareHandler } from 'hono';
import type { ResponseCompression } from '../config/config.ts';

/** Smaller bodies gain nothing: they fit into one packet. */
const LEAST_BYTES = 1_024;
const USUAL_LEVEL = 6;
const MOST_GZIP_LEVEL = 9;
/** Never streams of events, whose every event must come at once, nor what is compressed already. */
const COMPRESSIBLE =
  /^(?:application\/(?:json|[\w.-]+\+json|javascript|xml|yaml)|image\/svg\+xml|text\/(?!event-stream))/i;

/**
 * Compresses answers that are whole, large enough and of text, by what the client accepts: brotli where it is configured
 * and accepted, else gzip. `settings` says whether and how (null: not at all); it is asked for large answers only, so that
 * nothing waits for it that must not, and where it fails the answer goes out as it is.
 */
export function compressResponses(settings: () => Promise<ResponseCompression | null>): MiddlewareHandler {
  return async (c, next) => {
    await next();
    const { res } = c;
    if (!mayCompress(c.req.method, res) || !res.body) return;
    const body = await peek(res.body as WebStream<Uint8Array>);
    const compression = body.isLarge ? await settings().catch(() => null) : null;
    const encoding = compression && chooseEncoding(c.req.header('accept-encoding') ?? '', compression);
    const headers = new Headers(res.headers);
    // Caches keep both forms apart, whichever this one is.
    if (compression) headers.append('vary', 'Accept-Encoding');
    // Or the headers of the old response would be put back.
    c.res = undefined;
    if (!compression || !encoding) {
      c.res = new Response(body.isLarge ? toWeb(Readable.from(body.all())) : body.start, {
        status: res.status,
        headers,
      });
      return;
    }
    headers.delete('content-length');
    headers.set('content-encoding', encoding);
    const packed = compressor(encoding, compression.level ?? USUAL_LEVEL);
    // Whichever end fails or leaves takes the other along; the server tells of it.
    pipeline(Readable.from(body.all()), packed, () => {});
    c.res = new Response(toWeb(packed), { status: res.status, headers });
  };
}

function toWeb(stream: Readable): ReadableStream {
  return Readable.toWeb(stream) as unknown as ReadableStream;
}

function mayCompress(method: string, { status, headers, body }: Response): boolean {
  if (method === 'HEAD' || !body || status === 206 || headers.has('content-encoding')) return false;
  if (/no-transform/i.test(headers.get('cache-control') ?? '')) return false;
  return COMPRESSIBLE.test(headers.get('content-type') ?? '');
}

type Encoding = 'br' | 'gzip';

/** The best of what is configured that the client accepts; null where it accepts none. */
export function chooseEncoding(accepted: string, { algorithm }: ResponseCompression): Encoding | null {
  const weights = new Map<string, number>();
  for (const entry of accepted.toLowerCase().split(',')) {
    const [name = '', ...parameters] = entry.split(';').map((part) => part.trim());
    const weight = parameters.find((parameter) => parameter.startsWith('q='));
    weights.set(name, weight === undefined ? 1 : Number(weight.slice(2)));
  }
  const accepts = (encoding: string) => (weights.get(encoding) ?? weights.get('*') ?? 0) > 0;
  if (algorithm === 'brotli' && accepts('br')) return 'br';
  return accepts('gzip') ? 'gzip' : null;
}

function compressor(encoding: Encoding, level: number) {
  return encoding === 'br'
    ? createBrotliCompress({ params: { [constants.BROTLI_PARAM_QUALITY]: level } })
    : createGzip({ level: Math.min(level, MOST_GZIP_LEVEL) });
}

/** Reads so much of a body that it shows whether it is large; `all` is the whole of it. */
async function peek(body: WebStream<Uint8Array>) {
  const reader = body.getReader();
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  let done = false;
  while (!done && bytes < LEAST_BYTES) {
    const step = await reader.read();
    done = step.done;
    if (step.value) {
      chunks.push(step.value);
      bytes += step.value.byteLength;
    }
  }
  async function* all() {
    try {
      yield* chunks;
      while (!done) {
        const step = await reader.read();
        done = step.done;
        if (step.value) yield step.value;
      }
    } finally {
      // A client that leaves in the middle ends what it read from.
      if (!done) await reader.cancel();
    }
  }
  return { isLarge: bytes >= LEAST_BYTES, start: Buffer.concat(chunks), all };
}
