import type { FailureKind } from '../../../domain/failure.ts';
import { type AnswerFacts, judgeAnswer, type Verdict } from '../../judge-answer.ts';

/** Reasons of Gemini's own by which an answer was withheld, beside those that every dialect knows. */
const WITHHELD: ReadonlySet<string> = new Set([
  'LANGUAGE',
  'MODEL_ARMOR',
  'IMAGE_SAFETY',
  'IMAGE_PROHIBITED_CONTENT',
  'IMAGE_RECITATION',
]);

/** Reasons that are faults: of the model, which the next attempt may not make, or of the request. */
const FAULTS: Readonly<Record<string, FailureKind>> = {
  MALFORMED_FUNCTION_CALL: 'stream_malformed',
  MALFORMED_RESPONSE: 'stream_malformed',
  UNEXPECTED_TOOL_CALL: 'stream_malformed',
  TOO_MANY_TOOL_CALLS: 'stream_malformed',
  MISSING_THOUGHT_SIGNATURE: 'bad_request',
};

/** Whether an answer that is over may pass as one. `detail`: the model's own words on its reason; empty where none came. */
export function judgeGeminiAnswer(facts: AnswerFacts, detail: string): Verdict {
  const { finishReason } = facts;
  const fault = finishReason !== null && Object.hasOwn(FAULTS, finishReason) ? FAULTS[finishReason] : undefined;
  if (fault) {
    const words = detail === '' ? '' : `: ${detail}`;
    return { fault, message: `the answer ended with finishReason "${finishReason}"${words}` };
  }
  const withheld = finishReason !== null && WITHHELD.has(finishReason);
  return judgeAnswer({ ...facts, refusal: detail, finishReason: withheld ? 'content_filter' : finishReason });
}
