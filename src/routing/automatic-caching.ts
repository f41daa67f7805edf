import type { Deployment } from '../domain/deployment.ts';
import { ratesFor } from '../domain/price.ts';

/** Providers that document that they cache the beginning of every prompt without being asked to. */
const AUTOMATIC: ReadonlySet<string> = new Set(['openai', 'deepseek', 'groq', 'cerebras', 'gemini']);

/** The shortest prompt that providers cache. */
export const LEAST_CACHED_TOKENS = 1_024;

/**
 * Whether a deployment may be expected to cache prompts before it has ever reported so: its provider says that it does,
 * and its price says so for this model.
 */
export function cachesByItself({ provider, price }: Pick<Deployment, 'provider' | 'price'>): boolean {
  if (!price || !AUTOMATIC.has(provider)) return false;
  const { cacheRead, input } = ratesFor(price, LEAST_CACHED_TOKENS);
  return cacheRead !== null && cacheRead < input;
}
