import { FareboxError } from '../domain/errors.ts';

export const DEADLINE_EXCEEDED = new FareboxError(
  'deadline_exceeded',
  'The call took longer than ten minutes and was given up.',
  {
    remedy: 'Ask for less at once.',
  },
);

export const CALLER_LEFT = new FareboxError('cancelled', 'The caller left before the answer was complete.');

/** Why a signal was aborted, as an error for the outcome; null where it was not. */
export function interruption(signal: AbortSignal): FareboxError | null {
  if (!signal.aborted) return null;
  return signal.reason instanceof FareboxError
    ? signal.reason
    : new FareboxError('cancelled', 'The call was cancelled.');
}
