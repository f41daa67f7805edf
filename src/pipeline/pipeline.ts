import type { CompletionEvent, CompletionOutcome } from '../domain/completion-outcome.ts';
import type { CompletionRequest } from '../domain/completion-request.ts';
import type { Plan } from '../domain/plan.ts';

/** One completion, start to finish. */
export interface Pipeline {
  /** Runs a request and tells what happens; the last event is always `done`. Throws only for an invalid request. */
  run(request: CompletionRequest, signal: AbortSignal): AsyncIterable<CompletionEvent>;
  /** `run`, collected. */
  complete(request: CompletionRequest, signal: AbortSignal): Promise<CompletionOutcome>;
  /** The decision only: nothing is sent, reserved or booked. */
  plan(request: CompletionRequest): Promise<Plan>;
}
