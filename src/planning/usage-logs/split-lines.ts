/** A line of a file, without its end. */
export interface Line {
  /** From 1 on. */
  readonly number: number;
  /** null: it is longer than any line that is read. */
  readonly text: string | null;
}

/** Longer lines hold images or whole files, not usage. */
const LONGEST_LINE_BYTES = 64 * 1024 * 1024;

/**
 * The lines of a byte stream, split at line feeds only: a JSON text may hold every other line separator. Broken UTF-8
 * becomes replacement characters, so that the rest of the line can still be read.
 */
export async function* splitLines(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Line> {
  let pending: Uint8Array[] = [];
  let size = 0;
  let number = 0;
  const take = (): Line => {
    const text = size > LONGEST_LINE_BYTES ? null : new TextDecoder().decode(Buffer.concat(pending)).replace(/\r$/, '');
    pending = [];
    size = 0;
    number += 1;
    return { number, text };
  };
  const keep = (piece: Uint8Array) => {
    size += piece.byteLength;
    if (size > LONGEST_LINE_BYTES) pending = [];
    else if (piece.byteLength > 0) pending.push(piece);
  };
  for await (const chunk of bytes) {
    let from = 0;
    for (let at = chunk.indexOf(0x0a); at !== -1; at = chunk.indexOf(0x0a, from)) {
      keep(chunk.subarray(from, at));
      from = at + 1;
      yield take();
    }
    keep(chunk.subarray(from));
  }
  if (size > 0) yield take();
}
