import { createSseDecoder, type SseEvent } from './sse-decoder.ts';

/** An answer is a stream of events or one JSON document, whatever its content type says. */
export type AnswerPart =
  | { readonly type: 'event'; readonly event: SseEvent }
  | { readonly type: 'document'; readonly text: string }
  /** Neither: how it begins. */
  | { readonly type: 'unknown'; readonly start: string };

/**
 * Tells by its first visible byte what an answer is, since servers mislabel both kinds: a JSON document begins with `{`
 * or `[`, no line of an event stream does, and markup begins with `<`. Parts come as soon as their bytes have.
 */
export async function* splitAnswer(read: () => Promise<Uint8Array | null>): AsyncGenerator<AnswerPart> {
  const start: Uint8Array[] = [];
  let kind: 'events' | 'document' | 'markup' | null = null;
  while (kind === null) {
    const bytes = await read();
    if (bytes === null) return;
    start.push(bytes);
    kind = kindOf(bytes);
  }
  if (kind === 'events') yield* splitEvents(Buffer.concat(start), read);
  else yield* wholeText(start, read, kind);
}

async function* splitEvents(start: Uint8Array, read: () => Promise<Uint8Array | null>): AsyncGenerator<AnswerPart> {
  const decoder = createSseDecoder();
  for (let bytes: Uint8Array | null = start; bytes !== null; bytes = await read()) {
    for (const event of decoder.push(bytes)) yield { type: 'event', event };
  }
  for (const event of decoder.end()) yield { type: 'event', event };
}

async function* wholeText(
  chunks: Uint8Array[],
  read: () => Promise<Uint8Array | null>,
  kind: 'document' | 'markup',
): AsyncGenerator<AnswerPart> {
  for (let bytes = await read(); bytes !== null; bytes = await read()) chunks.push(bytes);
  const text = new TextDecoder().decode(Buffer.concat(chunks));
  yield kind === 'document' ? { type: 'document', text } : { type: 'unknown', start: text.trim().slice(0, 80) };
}

/** By the first byte that is neither white space nor part of a byte order mark; null where there is none yet. */
function kindOf(bytes: Uint8Array): 'events' | 'document' | 'markup' | null {
  for (const byte of bytes) {
    if (byte === 0x20 || (byte >= 0x09 && byte <= 0x0d) || byte === 0xef || byte === 0xbb || byte === 0xbf) continue;
    if (byte === 0x7b || byte === 0x5b) return 'document';
    return byte === 0x3c ? 'markup' : 'events';
  }
  return null;
}
