import { isRecord } from '../lib/json-value.ts';
import { type FailureContext, failureFromAnswer } from './map-failure.ts';
import type { EmbeddingCall } from './provider.ts';
import { malformed } from './read-answer.ts';

/**
 * Vectors of an answer as they may be handed on: one for each input, all of the same length, nothing but finite numbers.
 * Throws `ProviderFailure` (`stream_malformed`) for anything else, so that nobody's text gets another text's vector.
 */
export function checkVectors(
  vectors: readonly unknown[],
  { inputs }: Pick<EmbeddingCall, 'inputs'>,
  context: FailureContext,
): readonly (readonly number[])[] {
  if (vectors.length !== inputs.length) {
    throw malformed(`${inputs.length} texts were sent, and ${vectors.length} vectors came back`, context);
  }
  const checked = vectors.filter(isVector);
  const length = checked[0]?.length;
  if (checked.length !== vectors.length || checked.some((vector) => vector.length !== length)) {
    throw malformed('a vector of the answer is missing, or is not a list of numbers like the others', context);
  }
  return checked;
}

function isVector(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.length > 0 && value.every((number) => Number.isFinite(number));
}

/** The answer as an object; throws where it is none, and for an error that came with a success status. */
export function recordOf(document: unknown, context: FailureContext): Record<string, unknown> {
  if (!isRecord(document)) throw malformed('the answer to a request for embeddings is not a JSON object', context);
  if (document['error'] !== undefined && document['error'] !== null)
    throw failureFromAnswer(document['error'], context);
  return document;
}
