import type { FinishReason } from '../domain/completion-outcome.ts';
import type { FailureKind } from '../domain/failure.ts';
import { readFinishReason } from './finish-reason.ts';

/** What an answer consisted of when nothing more came. */
export interface AnswerFacts {
  readonly hasText: boolean;
  readonly hasReasoning: boolean;
  readonly hasToolCalls: boolean;
  /** The words of a refusal; empty where there was none. */
  readonly refusal: string;
  /** As the provider wrote it; null where the stream ended without one. */
  readonly finishReason: string | null;
}

export type Verdict =
  | { readonly finish: FinishReason }
  /** An answer that came over a sound connection and must not pass as one all the same. */
  | { readonly fault: FailureKind; readonly message: string };

/**
 * Whether an answer that is over may pass as one. A stream that ended without a finish reason is broken even if it said
 * `[DONE]`: proxies append that to what broke off behind them.
 */
export function judgeAnswer(answer: AnswerFacts): Verdict {
  const { hasText, hasReasoning, hasToolCalls, finishReason } = answer;
  if (finishReason === null) {
    return hasText || hasReasoning || hasToolCalls
      ? { fault: 'stream_broken', message: 'the answer broke off: the stream ended without a finish reason' }
      : { fault: 'empty_answer', message: 'the stream ended without any content' };
  }
  const meaning = readFinishReason(finishReason);
  if ('failed' in meaning) {
    return { fault: meaning.failed, message: `the answer ended with finish_reason "${finishReason.slice(0, 60)}"` };
  }
  return judgeEnded(answer, meaning.ended, finishReason);
}

function judgeEnded(answer: AnswerFacts, ended: FinishReason, finishReason: string): Verdict {
  // Several servers end an answer of tool calls with `stop`.
  if (answer.hasToolCalls) return { finish: ended === 'stop' ? 'tool_calls' : ended };
  if (ended === 'tool_calls') {
    return { fault: 'stream_malformed', message: 'the answer announced tool calls and contained none' };
  }
  if (answer.hasText) return { finish: ended };
  if (answer.refusal !== '') return { fault: 'content_refused', message: answer.refusal };
  if (ended === 'content_filter') {
    return { fault: 'content_refused', message: `the answer was withheld (finish_reason "${finishReason}")` };
  }
  if (ended === 'length' && answer.hasReasoning) return { finish: 'length' };
  return { fault: 'empty_answer', message: `the answer is empty (finish_reason "${finishReason}")` };
}
