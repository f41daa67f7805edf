import type { CompletionRequest } from '../domain/completion-request.ts';
import type { Deployment } from '../domain/deployment.ts';
import { ProviderFailure } from '../domain/failure.ts';
import { withoutFence } from '../lib/without-fence.ts';
import type { Answer } from './answer.ts';

interface Standards {
  readonly deployment: Pick<Deployment, 'id'>;
  /** The profile wants answers that are not what was asked for tried elsewhere. */
  readonly onQualityFailure: boolean;
}

/**
 * Why a whole answer is certainly not what was asked for: a call of a tool that was not offered, arguments of a call
 * that are no JSON, no JSON where JSON was demanded. Null where it is, and, but for the first, where the profile does not
 * care, where it may be cut off by its length limit (which its finish reason says), and for a caller who has seen it
 * already. A demanded schema is looked at elsewhere, and always.
 */
export function qualityFault(
  { tools, delivery, responseFormat }: CompletionRequest,
  answer: Answer,
  { deployment: { id }, onQualityFailure }: Standards,
): ProviderFailure | null {
  if (answer.toolCalls.length > 0 && !tools?.length && answer.text.trim() === '') {
    return new ProviderFailure('invalid_answer', id, 'it called a tool, although none was offered, and said nothing');
  }
  if (!onQualityFailure || delivery === 'stream' || answer.finishReason === 'length') return null;
  const badCall = answer.toolCalls.find((call) => call !== undefined && !isJson(call.arguments || '{}'));
  if (badCall) {
    return new ProviderFailure('invalid_answer', id, `the arguments of the call of ${badCall.name} are not JSON`);
  }
  if (responseFormat?.type !== 'json_object' || answer.toolCalls.length > 0 || isJson(withoutFence(answer.text)))
    return null;
  return new ProviderFailure('invalid_answer', id, 'JSON was demanded, and the answer is none');
}

/** Whether an answer is to be held to the demanded schema: one that was cut off is told to be incomplete instead. */
export function isFormatDemanded({ finishReason }: Answer): boolean {
  return finishReason !== 'length' && finishReason !== 'content_filter';
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
