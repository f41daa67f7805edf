import type { CompletionRequest } from '../domain/completion-request.ts';

/** An id for the call at this place of an answer, where the provider gives none. */
export type OwnCallId = (generationId: string | null, index: number) => string;

/**
 * Ids that tell a call from all others of its conversation, in at most 40 characters: by the answer's own id as far as
 * there is one, and by the length of the conversation, since some servers give every answer the same id.
 */
export function createOwnCallId({ messages }: Pick<CompletionRequest, 'messages'>): OwnCallId {
  return (generationId, index) => {
    const answer = (generationId ?? '').replace(/[^A-Za-z0-9]/g, '').slice(-20);
    return `call_${answer}t${messages.length}n${index}`;
  };
}
