import type { CompletionRequest } from '../domain/completion-request.ts';
import type { TaskProfile } from '../domain/task.ts';

/** Decides what kind of work a request is. Deterministic, no network, well under 0.1 ms. */
export interface Classifier {
  /** Name and version, for the decision record. */
  readonly name: string;
  classify(request: CompletionRequest): TaskProfile;
}
