import type { CompletionRequest } from '../domain/completion-request.ts';
import { FareboxError } from '../domain/errors.ts';

/** The error of a call that reached its deadline, in ms. */
export function deadlineExceeded(deadlineMs: number): FareboxError {
  const limit = deadlineMs < 1000 ? `${deadlineMs} ms` : `${Math.round(deadlineMs / 100) / 10} s`;
  return new FareboxError('deadline_exceeded', `The call was given up at its deadline, after ${limit}.`, {
    remedy: 'Ask for less at once, or allow more time: `policy.deadlineMs`.',
    details: { deadline_ms: deadlineMs },
  });
}

/** How long a call may take, all attempts and waits together, in ms. */
export function deadlineOf(
  { deadlineMs }: Pick<CompletionRequest, 'deadlineMs'>,
  policy: { readonly deadlineMs: number },
): number {
  return deadlineMs ?? policy.deadlineMs;
}

export const CALLER_LEFT = new FareboxError('cancelled', 'The caller left before the answer was complete.');

/** Why a signal was aborted, as an error for the outcome; null where it was not. */
export function interruption(signal: AbortSignal): FareboxError | null {
  if (!signal.aborted) return null;
  return signal.reason instanceof FareboxError
    ? signal.reason
    : new FareboxError('cancelled', 'The call was cancelled.');
}

/** Whether the call ended at its deadline, so that its caller is still there and may have what came. */
export function isPastDeadline(signal: AbortSignal): boolean {
  return interruption(signal)?.code === 'deadline_exceeded';
}
