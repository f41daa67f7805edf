import { normalizeUsage, type TokenUsage } from '../../../domain/usage.ts';
import { numberAt } from '../../read-json.ts';

/**
 * Usage from `usageMetadata`; null where it counts nothing. Cached tokens are inside the prompt's; thoughts, and what
 * Google's own tools put into the prompt, are beside the figures that they belong to.
 */
export function readGeminiUsage(raw: Record<string, unknown>): TokenUsage | null {
  const count = (key: string) => numberAt(raw, key) ?? 0;
  const inputTokens = count('promptTokenCount') + count('toolUsePromptTokenCount');
  const reasoningTokens = count('thoughtsTokenCount');
  const outputTokens = count('candidatesTokenCount') + reasoningTokens;
  if (inputTokens === 0 && outputTokens === 0) return null;
  return normalizeUsage({
    inputTokens,
    cacheReadTokens: count('cachedContentTokenCount'),
    outputTokens,
    reasoningTokens,
  });
}
