import { ProviderFailure } from '../domain/failure.ts';
import type { Candidate } from '../domain/plan.ts';

/**
 * What an attempt threw, as a failure. Providers and limits throw nothing but failures; where something else comes, the
 * call was cancelled or the fault is ours (`internal`): it is told as such, blames no provider, and is not retried.
 */
export function toFailure(error: unknown, { deployment }: Candidate, signal: AbortSignal): ProviderFailure {
  if (error instanceof ProviderFailure) return error;
  if (signal.aborted) {
    return new ProviderFailure('cancelled', deployment.id, 'the call was cancelled', { cause: error });
  }
  const message = error instanceof Error ? error.message : String(error);
  return new ProviderFailure('internal', deployment.id, message, { cause: error });
}
