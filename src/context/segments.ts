import type { Message } from '../domain/completion-request.ts';

/**
 * The smallest parts of a conversation that may be shortened or left out without breaking it: a user message, or an
 * assistant message with the results of its tool calls. `fixed`: a system message, or something out of order.
 */
export interface Segment {
  readonly kind: 'user' | 'assistant' | 'fixed';
  readonly messages: readonly Message[];
}

/** A conversation in segments, in its order. */
export function toSegments(messages: readonly Message[]): readonly Segment[] {
  const segments: Segment[] = [];
  for (let at = 0; at < messages.length; at++) {
    const message = messages[at];
    if (message === undefined) continue;
    if (message.role === 'user') segments.push({ kind: 'user', messages: [message] });
    else if (message.role !== 'assistant') segments.push({ kind: 'fixed', messages: [message] });
    else {
      let end = at + 1;
      while (messages[end]?.role === 'tool') end++;
      segments.push({ kind: 'assistant', messages: messages.slice(at, end) });
      at = end - 1;
    }
  }
  return segments;
}
