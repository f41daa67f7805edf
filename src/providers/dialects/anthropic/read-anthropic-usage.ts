import { normalizeUsage, type TokenUsage } from '../../../domain/usage.ts';
import { numberAt, recordAt } from '../../read-json.ts';

const OF_PROMPT: readonly string[] = ['input_tokens', 'cache_read_input_tokens', 'cache_creation_input_tokens'];

/**
 * The usage that a stream has told so far: the figures are running totals, so a later one takes the place of an earlier
 * one and nothing is ever added up. What a later report leaves out, or calls null, stands as it was told before; so does
 * the prompt where a later report has nothing but zeros for it, as some who speak this dialect send them.
 */
export function mergeUsage(
  before: Readonly<Record<string, unknown>>,
  later: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const hasPrompt = OF_PROMPT.some((key) => later[key]);
  const told = Object.entries(later).filter(([key, value]) => {
    const isEmptyPrompt = value === 0 && !hasPrompt && OF_PROMPT.includes(key) && before[key] !== undefined;
    return value !== null && value !== undefined && !isEmptyPrompt;
  });
  return { ...before, ...Object.fromEntries(told) };
}

/**
 * Tokens in the buckets that are priced apart. `input_tokens` are those that were neither read from the cache nor written
 * to it, so the prompt is the sum of the three. What `cache_creation` does not tell apart was written for five minutes.
 * Null where there is no token at all.
 */
export function readAnthropicUsage(raw: Record<string, unknown>): TokenUsage | null {
  const creation = recordAt(raw, 'cache_creation') ?? {};
  const cacheReadTokens = tokensAt(raw, 'cache_read_input_tokens');
  const cacheWrite1hTokens = tokensAt(creation, 'ephemeral_1h_input_tokens');
  const written = tokensAt(raw, 'cache_creation_input_tokens') - cacheWrite1hTokens;
  const cacheWrite5mTokens = Math.max(tokensAt(creation, 'ephemeral_5m_input_tokens'), written);
  const outputTokens = tokensAt(raw, 'output_tokens');
  const inputTokens = tokensAt(raw, 'input_tokens') + cacheReadTokens + cacheWrite5mTokens + cacheWrite1hTokens;
  if (inputTokens === 0 && outputTokens === 0) return null;
  return normalizeUsage({
    inputTokens,
    cacheReadTokens,
    cacheWrite5mTokens,
    cacheWrite1hTokens,
    outputTokens,
    reasoningTokens: tokensAt(recordAt(raw, 'output_tokens_details') ?? {}, 'thinking_tokens'),
  });
}

function tokensAt(record: Record<string, unknown>, key: string): number {
  return Math.max(0, numberAt(record, key) ?? 0);
}
