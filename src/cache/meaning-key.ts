import { type CompletionRequest, textOf } from '../domain/completion-request.ts';
import { questionMeaning } from './question-meaning.ts';
import { cacheKey, hash } from './response-cache.ts';

/**
 * Key under which other wordings of a request's question are found; null where its answer belongs to its own words only.
 * Everything but the question must be the same to the letter (system prompt, tools, parameters, constraints, access key
 * and project), and there is but one question: what belongs to a conversation is not taken out of it.
 */
export function meaningKey(request: CompletionRequest, partition: readonly string[]): string | null {
  const question = request.messages.at(-1);
  const before = request.messages.slice(0, -1);
  if (question?.role !== 'user' || request.threadId !== undefined) return null;
  if (before.some(({ role }) => role !== 'system' && role !== 'developer')) return null;
  const { content } = question;
  if (typeof content !== 'string' && (content.length !== 1 || content[0]?.type !== 'text')) return null;
  const meaning = questionMeaning(textOf(content));
  if (meaning === null) return null;
  // Beside the meaning of the question stands the key of a request that asks nothing.
  const { project = null } = request.attribution;
  return hash([meaning, project, cacheKey({ ...request, messages: before }, partition)]);
}
