import { isRecord } from '../../../lib/json-value.ts';
import type { FailureContext } from '../../map-failure.ts';
import { malformed } from '../../read-answer.ts';
import { listAt, textAt } from '../../read-json.ts';

/** The ids in an answer to `GET /models`; Gemini's prefix `models/` is dropped, since requests go without it. */
export function readModelIds(body: unknown, context: FailureContext): readonly string[] {
  const entries = Array.isArray(body)
    ? body
    : isRecord(body) && Array.isArray(body['data'])
      ? listAt(body, 'data')
      : null;
  if (!entries) throw malformed('the answer is no list of models', context);
  return entries.filter(isRecord).flatMap((entry) => textAt(entry, 'id')?.replace(/^models\//, '') ?? []);
}
