import { ProviderFailure } from '../domain/failure.ts';
import type { ProviderCall } from './provider.ts';

/** A request that a dialect has no words for. `message` says what, and how to ask without it. Nothing was sent. */
export function untranslatable(call: ProviderCall, message: string): ProviderFailure {
  return new ProviderFailure('untranslatable', call.deployment.id, message);
}
