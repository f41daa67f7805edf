import type { Cost, CostSource } from '../domain/completion-outcome.ts';
import { type NanoUsd, nano, sumUsd, ZERO_USD } from '../domain/money.ts';
import type { Baseline } from '../domain/plan.ts';
import { costOf, isFreeByUse, type Price } from '../domain/price.ts';
import type { TokenUsage } from '../domain/usage.ts';

export interface CostFacts {
  readonly price: Price | null;
  /** null: neither reported nor estimated. */
  readonly usage: TokenUsage | null;
  /** What the provider says it charged; null where it says nothing. */
  readonly reportedCost: NanoUsd | null;
  /** `usage` is our own estimate, since the provider sent none. */
  readonly estimated: boolean;
}

const UNKNOWN: Cost = { amount: null, source: 'unknown' };

/** What an attempt cost: as the provider reported it, else usage × price; unknown, never 0, where that cannot be told. */
export function settleCost({ price, usage, reportedCost, estimated }: CostFacts): Cost {
  // A provider that reports 0 for priced tokens has not counted yet, or bills elsewhere: the careful side is ours.
  const counted = reportedCost !== 0 || !price || !usage || costOf(price, usage) === 0;
  if (reportedCost !== null && counted) return { amount: reportedCost, source: 'provider' };
  // Where a call adds nothing to what is paid, no token needs to be counted.
  if (price && isFreeByUse(price)) return { amount: ZERO_USD, source: 'computed' };
  if (!price || !usage) return UNKNOWN;
  return { amount: costOf(price, usage), source: estimated ? 'estimated' : 'computed' };
}

/** What budgets are charged for an attempt: its cost, or where that is unknown all that was held, never less than spent. */
export function chargeFor(cost: Cost, hold: NanoUsd): NanoUsd {
  return cost.amount ?? hold;
}

/** From the surest source to the least sure. */
const SOURCES: readonly CostSource[] = ['provider', 'computed', 'estimated', 'unknown'];

/** What a call cost: all its attempts together, as sure as the least sure of them, unknown as soon as one is unknown. */
export function totalCost(costs: readonly Cost[]): Cost {
  const amounts: NanoUsd[] = [];
  let rank = costs.length === 0 ? SOURCES.indexOf('computed') : 0;
  for (const { amount, source } of costs) {
    if (amount === null) return UNKNOWN;
    amounts.push(amount);
    rank = Math.max(rank, SOURCES.indexOf(source));
  }
  return { amount: sumUsd(amounts), source: SOURCES[rank] ?? 'computed' };
}

export interface Saving {
  /** What the same tokens would have cost on the baseline model; null where its price or the usage is unknown. */
  readonly baselineCost: NanoUsd | null;
  /** Baseline minus cost; null where either is unknown. Negative where the baseline is cheaper. */
  readonly saved: NanoUsd | null;
}

/**
 * What a call saved against the baseline, an estimate, since another model would have split and answered the text
 * differently. `usage` is that of the answer (of the stored one, for an answer from the cache), null where nobody
 * answered; `cost` is that of the whole call, failed attempts included.
 */
export function savedAgainst(baseline: Baseline, usage: TokenUsage | null, cost: Cost): Saving {
  if (!baseline.price || !usage) return { baselineCost: null, saved: null };
  // In the same buckets: what was cached at our provider would have been cached at the baseline's. That is the careful
  // side, as it makes the baseline cheaper.
  const baselineCost = costOf(baseline.price, usage);
  return { baselineCost, saved: cost.amount === null ? null : nano(baselineCost - cost.amount) };
}
