import { isRecord } from '../../../lib/json-value.ts';
import { listAt, recordAt, textAt } from '../../read-json.ts';

/**
 * A whole completion as the one chunk that would stream it, so that both are read by the same code. A document that
 * parses came whole, so a missing finish reason does not mean that something is missing: it ended.
 * Null where it is no completion.
 */
export function completionAsChunk(document: unknown): Record<string, unknown> | null {
  if (!isRecord(document)) return null;
  if (document['error']) return document;
  const choice = listAt(document, 'choices')[0];
  if (!isRecord(choice)) return null;
  const message = recordAt(choice, 'message');
  if (!message) return null;
  const finishReason = textAt(choice, 'finish_reason') ?? 'stop';
  return { ...document, choices: [{ ...choice, index: 0, delta: message, finish_reason: finishReason }] };
}
