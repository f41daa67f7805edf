import { parseJson } from '../lib/json-value.ts';

/** A whole body as JSON; undefined where it is none. Throws what `read` throws. */
export async function readDocument(read: () => Promise<Uint8Array | null>): Promise<unknown> {
  const chunks: Uint8Array[] = [];
  for (let bytes = await read(); bytes !== null; bytes = await read()) chunks.push(bytes);
  return parseJson(Buffer.concat(chunks).toString('utf8'));
}
