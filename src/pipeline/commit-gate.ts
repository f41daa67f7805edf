import type { CompletionEvent } from '../domain/completion-outcome.ts';
import type { CompletionRequest } from '../domain/completion-request.ts';
import type { Answer } from './answer.ts';

/** Whether an answer has something that commits to it once a caller has seen it: text, or part of a tool call. */
export function hasContent({ text, toolCalls }: Pick<Answer, 'text' | 'toolCalls'>): boolean {
  return text !== '' || toolCalls.length > 0;
}

/** What a caller is shown of an attempt, and when. */
export interface CommitGate {
  /** The events to hand out for one that came; `characters` received so far are told as a sign of life instead. */
  pass(event: CompletionEvent, characters: number): readonly CompletionEvent[];
  /** What is still held when the attempt has ended well. */
  rest(): readonly CompletionEvent[];
}

/**
 * Nothing is committed before the first text or tool call: reasoning is held until then, so that an attempt that fails
 * while it thinks leaves no trace and another one can begin afresh. Who gets the answer whole sees signs of life only.
 */
export function createCommitGate(delivery: CompletionRequest['delivery']): CommitGate {
  const held: CompletionEvent[] = [];
  let committed = false;
  const release = () => held.splice(0);
  return {
    pass(event, characters) {
      if (delivery !== 'stream') return [{ type: 'progress', characters }];
      committed ||= event.type === 'text' || event.type === 'tool_call';
      held.push(event);
      return committed ? release() : [{ type: 'progress', characters }];
    },
    rest: () => (delivery === 'stream' ? release() : []),
  };
}
