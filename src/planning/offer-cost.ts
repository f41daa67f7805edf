import { type Price, ratesFor } from '../domain/price.ts';
import { DAYS_PER_MONTH } from './amounts.ts';
import type { GpuUse, Offer } from './offer.ts';
import {
  add,
  compare,
  greatest,
  least,
  multiply,
  ONE,
  type Ratio,
  ratio,
  subtract,
  sum,
  toRatio,
  ZERO,
} from './ratio.ts';
import type { Workload } from './workload.ts';

/** A month's cost in nano-dollars, exact: what is paid whatever is used, and what each use adds. Or why nobody can say. */
export type OfferCost =
  | { readonly kind: 'cost'; readonly fixed: Ratio; readonly usage: Ratio }
  | { readonly kind: 'unknown'; readonly reason: string };

const TOKENS_PER_RATE = 1_000_000n;
const SECONDS_PER_DAY = 86_400;
const SECONDS_PER_HOUR = 3600;

/** What an offer costs in a month that sends it this share (0 to 1) of a workload. */
export function costOfOffer(offer: Offer, workload: Workload, share: Ratio): OfferCost {
  const { price } = offer;
  switch (price.kind) {
    case 'usage':
      return usageCost(offer.name, price.price, workload, share);
    case 'flat':
      return beside(offer.name, ratio(price.monthly), price.beside, workload, share);
    case 'gpu': {
      const { use } = price;
      if (!('hours' in use) && !('secondsPerRequest' in use)) {
        const remedy = `say it with --offer "${offer.name}=gpu:USD/2s"`;
        return { kind: 'unknown', reason: `how long ${offer.name} takes for a request is not known; ${remedy}` };
      }
      const hours = gpuHours(use, workload, share);
      if (hours === null) return needsRequests(offer.name, 'is paid by the time that requests take');
      return beside(offer.name, multiply(ratio(price.hourly), hours), price.beside, workload, share);
    }
    case 'quota': {
      const beyond = shareBeyondQuota(price.perDay, price.unit, workload, share);
      if (beyond === null) return needsRequests(offer.name, 'has a quota of requests');
      if (beyond.numerator === 0n) return { kind: 'cost', fixed: ZERO, usage: ZERO };
      if (price.beyond) return usageCost(offer.name, price.beyond, workload, multiply(share, beyond));
      const reason = `${offer.name} serves ${price.perDay} ${price.unit} a day for nothing, and this is more`;
      return { kind: 'unknown', reason };
    }
  }
}

/** A fixed cost, and what each request adds to it. */
function beside(name: string, fixed: Ratio, price: Price | undefined, workload: Workload, share: Ratio): OfferCost {
  const cost: OfferCost = { kind: 'cost', fixed, usage: ZERO };
  return price ? addCosts([cost, usageCost(name, price, workload, share)]) : cost;
}

function usageCost(name: string, price: Price, workload: Workload, share: Ratio): OfferCost {
  const { requests, inputTokens, outputTokens } = workload;
  if (price.perRequest > 0 && requests === null) return needsRequests(name, 'has a price by request');
  const rates = ratesFor(price, requests === null ? 0 : inputTokens / requests);
  const tokens = ratio(
    BigInt(inputTokens) * BigInt(rates.input) + BigInt(outputTokens) * BigInt(rates.output),
    TOKENS_PER_RATE,
  );
  const whole = add(tokens, ratio(BigInt(requests ?? 0) * BigInt(price.perRequest)));
  return { kind: 'cost', fixed: ZERO, usage: multiply(whole, share) };
}

function needsRequests(name: string, because: string): OfferCost {
  return { kind: 'unknown', reason: `${name} ${because}, and how many requests there are is not said` };
}

/**
 * GPU hours a month. Between two requests the GPU waits for at most `idleSeconds`, then it is let go; requests that come
 * faster than one GPU serves them need several. null where it depends on a number of requests that is not known.
 */
export function gpuHours(use: GpuUse, { requests }: Pick<Workload, 'requests'>, share: Ratio = ONE): Ratio | null {
  if ('hours' in use) return toRatio(use.hours);
  if (requests === null) return null;
  const perDay = multiply(ratio(requests, DAYS_PER_MONTH), share);
  if (perDay.numerator === 0n) return ZERO;
  const busy = toRatio(use.secondsPerRequest);
  const gap = ratio(BigInt(SECONDS_PER_DAY) * perDay.denominator, perDay.numerator);
  const waiting = least(toRatio(use.idleSeconds), greatest(ZERO, subtract(gap, busy)));
  const secondsPerDay = multiply(perDay, add(busy, waiting));
  return multiply(secondsPerDay, ratio(DAYS_PER_MONTH, SECONDS_PER_HOUR));
}

/** The part of this share of the workload, 0 to 1, that a free quota does not cover, where every day is like the other. */
function shareBeyondQuota(
  perDay: number,
  unit: 'requests' | 'tokens',
  { requests, inputTokens, outputTokens }: Workload,
  share: Ratio,
): Ratio | null {
  const whole = unit === 'tokens' ? inputTokens + outputTokens : requests;
  if (whole === null) return null;
  const used = multiply(ratio(whole), share);
  const free = ratio(perDay * DAYS_PER_MONTH);
  if (compare(used, free) <= 0) return ZERO;
  return multiply(subtract(used, free), ratio(used.denominator, used.numerator));
}

/** Sums costs; the first that is unknown makes the sum unknown. */
export function addCosts(costs: readonly OfferCost[]): OfferCost {
  const known: { readonly fixed: Ratio; readonly usage: Ratio }[] = [];
  for (const cost of costs) {
    if (cost.kind === 'unknown') return cost;
    known.push(cost);
  }
  return { kind: 'cost', fixed: sum(known.map(({ fixed }) => fixed)), usage: sum(known.map(({ usage }) => usage)) };
}
