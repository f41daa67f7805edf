import type { Deployment } from '../domain/deployment.ts';
import { type NanoUsd, ZERO_USD } from '../domain/money.ts';
import { type Price, worstCost, worstRates } from '../domain/price.ts';
import type { Complexity, TaskType } from '../domain/task.ts';

interface OutputPolicy {
  /** `max_tokens` where the caller gives none. */
  readonly cap: number;
  /** Tokens that an answer usually takes, for expected costs. */
  readonly usual: number;
}

const short = { cap: 1024, usual: 80 };
const answer = { cap: 2048, usual: 300 };
const data = { cap: 4096, usual: 400 };
const text = { cap: 4096, usual: 600 };
const work = { cap: 8192, usual: 1200 };

/** The policy of output tokens for each kind of work (OPT-07). */
const OUTPUT_POLICY: Readonly<Record<TaskType, OutputPolicy>> = {
  simple: short,
  fallback: short,
  function_calling: answer,
  question_answering: answer,
  structured: data,
  structured_output: data,
  data_extraction: data,
  json_generation: data,
  tool_use: text,
  general: text,
  analysis: { cap: 8192, usual: 900 },
  reasoning: { cap: 8192, usual: 1500 },
  research: { cap: 8192, usual: 1500 },
  coding: work,
  code_generation: work,
  code_review: { cap: 8192, usual: 800 },
  refactoring: work,
  debugging: { cap: 8192, usual: 800 },
  testing: work,
  repository_analysis: work,
  api_integration: work,
};

const EXPERT_CAP_LIMIT = 16_384;

const USUAL_SHARE: Readonly<Record<Complexity, number>> = { simple: 0.5, medium: 1, complex: 1.5, expert: 2.5 };

/** An answer that money cuts below this is not worth asking for. */
const LEAST_OUTPUT = 256;

/** The `max_tokens` for a task where the caller gives none; for expert work twice as much, up to 16,384. */
export function policyCap(task: TaskType, complexity: Complexity): number {
  const { cap } = OUTPUT_POLICY[task];
  return complexity === 'expert' ? Math.min(EXPERT_CAP_LIMIT, cap * 2) : cap;
}

/** Output tokens to expect of an answer to such a task. */
export function usualOutput(task: TaskType, complexity: Complexity): number {
  return Math.ceil(OUTPUT_POLICY[task].usual * USUAL_SHARE[complexity]);
}

export interface OutputWish {
  readonly tokens: number;
  /** The caller named the figure; then money may refuse it, but not shorten it. */
  readonly given: boolean;
}

/**
 * The output tokens that a deployment can be asked for: the wish, clipped to what the model writes at most and to what
 * its context window leaves; null where that leaves less than 256 tokens (or less than a smaller wish).
 */
export function capByModel({ capabilities }: Deployment, wish: OutputWish, inputTokens: number): number | null {
  const most = Math.min(wish.tokens, capabilities.maxOutputTokens ?? Number.POSITIVE_INFINITY);
  const room = capabilities.contextWindow - inputTokens;
  return room < leastOutput(most) ? null : Math.min(most, room);
}

export type CapByMoney =
  | { readonly type: 'fits'; readonly tokens: number; readonly worstCost: NanoUsd }
  | { readonly type: 'too_dear'; readonly tokens: number; readonly needed: NanoUsd };

/**
 * The output tokens that a limit can pay for in the worst case, at most `cap`. A wish of the caller is paid in full or
 * refused: an answer shorter than asked for would be a silent surprise. `too_dear` says what the least would cost.
 */
export function capByMoney(price: Price, inputBound: number, cap: number, given: boolean, limit: NanoUsd): CapByMoney {
  const full = worstCost(price, inputBound, cap);
  if (full <= limit) return { type: 'fits', tokens: cap, worstCost: full };
  const least = given ? cap : leastOutput(cap);
  const needed = given ? full : worstCost(price, inputBound, least);
  if (needed > limit) return { type: 'too_dear', tokens: least, needed };
  const tokens = mostPayable(price, inputBound, least, cap, limit);
  return { type: 'fits', tokens, worstCost: worstCost(price, inputBound, tokens) };
}

/** The limit solved for the output; rounding may leave one token of it unused, but never passes it. */
function mostPayable(price: Price, inputBound: number, least: number, most: number, limit: NanoUsd): number {
  const rest = limit - worstCost(price, inputBound, 0);
  const rate = worstRates(price, inputBound).output;
  let tokens = Math.min(most, Math.max(least, Math.floor((rest * 1e6) / rate)));
  while (tokens > least && worstCost(price, inputBound, tokens) > limit) tokens--;
  return tokens;
}

function leastOutput(cap: number): number {
  return Math.min(LEAST_OUTPUT, cap);
}

/** The smaller of two limits; null is no limit. */
export function tighter(a: NanoUsd | null, b: NanoUsd | null): NanoUsd | null {
  if (a === null) return b;
  if (b === null) return a;
  return Math.max(ZERO_USD, Math.min(a, b)) as NanoUsd;
}
