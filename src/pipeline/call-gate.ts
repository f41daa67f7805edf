import { FareboxError } from '../domain/errors.ts';
import { createSemaphore, type Semaphore } from '../lib/semaphore.ts';

/** Calls that may wait for a place under `maxConcurrency`. */
const LONGEST_QUEUE = 1_000;

/** The places for the calls of a profile that are answered at the same time; more wait in order, up to a thousand. */
export function createCallGate(profile: string, maxConcurrency: number): Semaphore {
  return createSemaphore(maxConcurrency, { longest: LONGEST_QUEUE, full: (waiting) => overloaded(profile, waiting) });
}

/** Whether a call was turned away since too many wait already. */
export function isOverload(error: unknown): error is FareboxError {
  return error instanceof FareboxError && error.code === 'overloaded';
}

function overloaded(profile: string, waiting: number): FareboxError {
  return new FareboxError('overloaded', `${waiting} calls already wait for a place under profile ${profile}.`, {
    remedy: 'Try again in a moment, or raise `optimization.parallelExecution.maxConcurrency`.',
    details: { waiting, retry_after_ms: RETRY_AFTER_MS },
  });
}

/** A guess: nobody knows how long the answers before will take. */
const RETRY_AFTER_MS = 5_000;
