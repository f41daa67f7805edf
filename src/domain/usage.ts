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
  /** What was wrong with the figures that it was made of; absent: nothing. */
  readonly faults?: readonly UsageFault[];
}

/** Rules that reported figures may break: what breaks one is clipped, and counted in reports. */
export const USAGE_FAULTS = ['not_a_count', 'cached_beyond_input', 'reasoning_beyond_output', 'sum_not_total'] as const;
export type UsageFault = (typeof USAGE_FAULTS)[number];

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
  /** What the provider gives as the sum of input and output; absent or 0: it gives none. */
  readonly totalTokens?: number;
}

/**
 * Usage from what a provider reported, whole numbers ≥ 0. Cached counts larger than the prompt are clipped to it and
 * reasoning is clipped to the output, so that no token is ever paid twice; `faults` says so.
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
  const faults = faultsOf(parts);
  return {
    inputTokens,
    uncachedInputTokens: inputTokens - cacheReadTokens - cacheWrite5mTokens - cacheWrite1hTokens,
    cacheReadTokens,
    cacheWrite5mTokens,
    cacheWrite1hTokens,
    outputTokens,
    reasoningTokens: Math.min(count(parts.reasoningTokens), outputTokens),
    ...(faults.length > 0 && { faults }),
  };
}

const NO_FAULTS: readonly UsageFault[] = [];

function faultsOf(parts: UsageParts): readonly UsageFault[] {
  const { inputTokens, outputTokens, cacheReadTokens = 0, cacheWrite5mTokens = 0, cacheWrite1hTokens = 0 } = parts;
  const { reasoningTokens = 0, totalTokens = 0 } = parts;
  const given = [inputTokens, outputTokens, cacheReadTokens, cacheWrite5mTokens, cacheWrite1hTokens, reasoningTokens];
  const broken = {
    not_a_count: given.some((value) => count(value) !== value),
    cached_beyond_input: cacheReadTokens + cacheWrite5mTokens + cacheWrite1hTokens > inputTokens,
    reasoning_beyond_output: reasoningTokens > outputTokens,
    sum_not_total: totalTokens > 0 && totalTokens !== inputTokens + outputTokens,
  };
  const faults = USAGE_FAULTS.filter((fault) => broken[fault]);
  return faults.length === 0 ? NO_FAULTS : faults;
}

/** A provider's figure as a whole number ≥ 0; anything else (absent, NaN, negative) counts as 0. */
function count(value: number | undefined): number {
  return value !== undefined && Number.isFinite(value) && value > 0 ? Math.min(Math.ceil(value), 1e12) : 0;
}
