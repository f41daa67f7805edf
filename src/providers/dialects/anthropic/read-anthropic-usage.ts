import { normalizeUsage, type TokenUsage } from '../../../domain/usage.ts';
import { numberAt, recordAt } from '../../read-json.ts';

/**
 * The usage that a stream has told so far: the figures are running totals, so a later one takes the place of an earlier
 * one and nothing is ever added up. What a later report leaves out, or calls null or 0, stands as it was told before:
 * some who speak this dialect send zeros for what they told at the beginning.
 */
export function mergeUsage(
  before: Readonly<Record<string, unknown>>,
  later: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const told = Object.entries(later).filter(
    ([key, value]) => value !== null && value !== undefined && (value !== 0 || before[key] === undefined),
  );
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
