import type { CompletionOutcome } from '../domain/completion-outcome.ts';
import type { Message } from '../domain/completion-request.ts';
import type { Turn } from './thread.ts';

/**
 * A conversation with its newest messages: the system messages first (those of the request, else the latest ones that a
 * turn brought), then all turns in their order, then the request. As long as the system messages stay the same, each
 * request begins with the whole one before it, so that prompt caches keep working.
 */
export function assembleThread(turns: readonly Turn[], messages: readonly Message[]): readonly Message[] {
  const system = messages.some(isSystem) ? messages : turns.findLast((turn) => turn.messages.some(isSystem))?.messages;
  const kept = turns.flatMap((turn) => turn.messages);
  return pairResults([...(system ?? []).filter(isSystem), ...[...kept, ...messages].filter((m) => !isSystem(m))]);
}

/** The messages that a completed call adds to its thread. */
export function turnOf(
  messages: readonly Message[],
  { text, toolCalls, reasoningParts }: Pick<CompletionOutcome, 'text' | 'toolCalls' | 'reasoningParts'>,
): readonly Message[] {
  return [
    ...messages,
    {
      role: 'assistant',
      content: text === '' && toolCalls.length > 0 ? null : text,
      ...(toolCalls.length > 0 && { toolCalls }),
      ...(reasoningParts && { reasoning: reasoningParts }),
    },
  ];
}

function isSystem({ role }: Message): boolean {
  return role === 'system' || role === 'developer';
}

/**
 * Providers demand that the results follow right after the calls. Two calls of one thread at once may have put a turn
 * between them, and a caller may never have given a result: then the result is moved, and the tool call left out.
 */
function pairResults(messages: readonly Message[]): readonly Message[] {
  if (!messages.some(({ role }) => role === 'tool' || role === 'assistant')) return messages;
  const results = new Map<string, Message>();
  for (const message of messages) if (message.role === 'tool') results.set(message.toolCallId, message);
  const placed = new Set<Message>();
  const paired: Message[] = [];
  for (const message of messages) {
    if (placed.has(message)) continue;
    if (message.role !== 'assistant' || !message.toolCalls) {
      paired.push(message);
      continue;
    }
    const { toolCalls, ...said } = message;
    const answered = toolCalls.filter(({ id }) => results.has(id));
    if (answered.length === toolCalls.length) paired.push(message);
    else if (answered.length > 0) paired.push({ ...said, toolCalls: answered });
    else if (said.content !== null && said.content !== '') paired.push(said);
    for (const { id } of answered) {
      const result = results.get(id);
      if (!result || placed.has(result)) continue;
      placed.add(result);
      paired.push(result);
    }
  }
  return paired;
}
