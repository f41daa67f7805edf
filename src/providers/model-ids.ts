import { ProviderFailure } from '../domain/failure.ts';
import type { FailureContext } from './map-failure.ts';
import { isRecord, listAt, parseJson, textAt } from './translate/read-json.ts';

/** The ids in an answer to `GET /models`; Gemini's prefix `models/` is dropped, since requests go without it. */
export async function readModelIds(
  read: () => Promise<Uint8Array | null>,
  context: FailureContext,
): Promise<readonly string[]> {
  const chunks: Uint8Array[] = [];
  for (let bytes = await read(); bytes !== null; bytes = await read()) chunks.push(bytes);
  const body = parseJson(Buffer.concat(chunks).toString('utf8'));
  const entries = Array.isArray(body)
    ? body
    : isRecord(body) && Array.isArray(body['data'])
      ? listAt(body, 'data')
      : null;
  if (!entries) throw new ProviderFailure('stream_malformed', context.deployment, 'the answer is no list of models');
  return entries.filter(isRecord).flatMap((entry) => textAt(entry, 'id')?.replace(/^models\//, '') ?? []);
}
