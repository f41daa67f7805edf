import type { Deployment } from '../domain/deployment.ts';
import { ProviderFailure } from '../domain/failure.ts';
import type { Answer } from './answer.ts';
import type { Call } from './call.ts';

/**
 * Why a whole answer is not what was asked for, where the profile's `onQualityFailure` wants that tried elsewhere: no
 * JSON where JSON was demanded, or arguments of a tool call that are none. Null where it is, where it may be cut off by
 * its length limit (which its finish reason says), and for a caller who has seen it already.
 */
export function qualityFault({ request, profile }: Call, answer: Answer, { id }: Deployment): ProviderFailure | null {
  if (answer.toolCalls.length > 0 && !request.tools?.length && answer.text.trim() === '') {
    return new ProviderFailure('invalid_answer', id, 'it called a tool, although none was offered, and said nothing');
  }
  const judged = profile.routing.fallbackRules.onQualityFailure && request.delivery !== 'stream';
  if (!judged || answer.finishReason === 'length') return null;
  const badCall = answer.toolCalls.find((call) => call !== undefined && !isJson(call.arguments || '{}'));
  if (badCall) {
    return new ProviderFailure('invalid_answer', id, `the arguments of the call of ${badCall.name} are not JSON`);
  }
  if (!request.responseFormat || answer.toolCalls.length > 0 || isJson(withoutFence(answer.text))) return null;
  return new ProviderFailure('invalid_answer', id, 'JSON was demanded, and the answer is none');
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** Many models put demanded JSON into a code fence. */
function withoutFence(text: string): string {
  return /^\s*```(?:json)?\s*\n([\s\S]*?)\n?```\s*$/i.exec(text)?.[1] ?? text;
}
