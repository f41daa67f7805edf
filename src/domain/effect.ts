import type { NanoUsd } from './money.ts';

/** Everything that farebox does to make a call cheaper, as reports name it. */
export const OPTIMISATIONS = [
  'response_cache',
  'shared_flight',
  'semantic_cache',
  'prompt_cache_affinity',
  'prompt_optimisation',
  'context_compression',
  'chunking',
  'batching',
  'hedging',
  'verified_delegation',
] as const;
export type Optimisation = (typeof OPTIMISATIONS)[number];

/** What one optimisation did for one call, against the same call without it. */
export interface OptimisationEffect {
  readonly optimisation: Optimisation;
  /** Tokens that were not sent or not generated; negative where it took more. */
  readonly tokensAvoided: number;
  /** What those would have cost where the call was served; null where that is unknown. */
  readonly costAvoided: NanoUsd | null;
  /** What the optimisation itself spent (a summary, a lost race); already part of the cost of some call. */
  readonly ownCost: NanoUsd;
}
