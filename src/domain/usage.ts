/**
 * Tokens of one attempt in the buckets that are priced differently. Invariants:
 * uncached + cache read + cache writes = input; reasoning ≤ output. `normalizeUsage` upholds them.
 */
export interface TokenUsage {
  readonly inputTokens: number;
  readonly uncachedInputTokens: number;
  readonly cacheReadTokens: number;
  readonly cacheWrite5mTokens: number;
  readonly cacheWrite1hTokens: number;
  /** All that the model wrote, reasoning included. */
  readonly outputTokens: number;
  readonly reasoningTokens: number;
}

export const NO_USAGE: TokenUsage = {
  inputTokens: 0,
  uncachedInputTokens: 0,
  cacheReadTokens: 0,
  cacheWrite5mTokens: 0,
  cacheWrite1hTokens: 0,
  outputTokens: 0,
  reasoningTokens: 0,
};

export interface UsageParts {
  /** Prompt tokens, cached ones included. */
  readonly inputTokens: number;
  readonly cacheReadTokens?: number;
  readonly cacheWrite5mTokens?: number;
  readonly cacheWrite1hTokens?: number;
  readonly outputTokens: number;
  readonly reasoningTokens?: number;
}

/**
 * Usage from what a provider reported, whole numbers ≥ 0. Cached counts larger than the prompt are clipped to it and
 * reasoning is clipped to the output, so that no token is ever paid twice.
 */
export function normalizeUsage(parts: UsageParts): TokenUsage {
  const inputTokens = count(parts.inputTokens);
  const outputTokens = count(parts.outputTokens);
  const cacheReadTokens = Math.min(count(parts.cacheReadTokens), inputTokens);
  const cacheWrite5mTokens = Math.min(count(parts.cacheWrite5mTokens), inputTokens - cacheReadTokens);
  const cacheWrite1hTokens = Math.min(
    count(parts.cacheWrite1hTokens),
    inputTokens - cacheReadTokens - cacheWrite5mTokens,
  );
  return {
    inputTokens,
    uncachedInputTokens: inputTokens - cacheReadTokens - cacheWrite5mTokens - cacheWrite1hTokens,
    cacheReadTokens,
    cacheWrite5mTokens,
    cacheWrite1hTokens,
    outputTokens,
    reasoningTokens: Math.min(count(parts.reasoningTokens), outputTokens),
  };
}

/** A provider's figure as a whole number ≥ 0; anything else (absent, NaN, negative) counts as 0. */
function count(value: number | undefined): number {
  return value !== undefined && Number.isFinite(value) && value > 0 ? Math.min(Math.ceil(value), 1e12) : 0;
}
