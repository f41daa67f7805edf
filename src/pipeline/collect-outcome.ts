import type { CompletionEvent, CompletionOutcome } from '../domain/completion-outcome.ts';

/** Runs a call to its end and returns how it ended. */
export async function collectOutcome(events: AsyncIterable<CompletionEvent>): Promise<CompletionOutcome> {
  for await (const event of events) if (event.type === 'done') return event.outcome;
  throw new Error('A call ended without an outcome, which `run` rules out.');
}
