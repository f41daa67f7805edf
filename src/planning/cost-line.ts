import { FareboxError } from '../domain/errors.ts';
import type { NanoUsd } from '../domain/money.ts';
import { MONTHS_PER_YEAR, times, toNano } from './amounts.ts';
import type { Mix } from './mix.ts';
import type { Offer } from './offer.ts';
import { addCosts, costOfOffer } from './offer-cost.ts';
import { divide, multiply, ONE, type Ratio, ratio, sum, toRatio } from './ratio.ts';
import type { Workload } from './workload.ts';

/** What a mix costs in a month of a workload, against the baseline. Amounts that nobody can know are null. */
export interface CostLine {
  readonly mix: Mix;
  readonly cost: NanoUsd | null;
  /** The part of the cost that is paid whatever is used: fees, GPU hours. */
  readonly fixed: NanoUsd | null;
  /** Why the cost is unknown. */
  readonly reason: string | null;
  /** baseline − cost; negative where the mix is dearer. */
  readonly saved: NanoUsd | null;
  /** saved / baseline. */
  readonly savedShare: Ratio | null;
  readonly annualSavings: NanoUsd | null;
  /** baseline / cost: how many times cheaper; null also where the mix is free. */
  readonly costRatio: Ratio | null;
  /** Nano-dollars per million tokens, input and output together, at the proportion of this workload. */
  readonly perMillionTokens: Ratio | null;
  /** Nano-dollars a request, the fixed part shared out; null where the number of requests is unknown. */
  readonly perRequest: Ratio | null;
  /** Nano-dollars that one more request costs. */
  readonly marginalPerRequest: Ratio | null;
  /** Quality of the parts, weighted by share; null where one of them has none. */
  readonly quality: Ratio | null;
  /** `perMillionTokens` / quality: the blended price of a point of quality. */
  readonly perQualityPoint: Ratio | null;
}

/** A month's cost, rounded up once. Throws `invalid_amount` beyond 9 million dollars a year. */
export function costLine(mix: Mix, workload: Workload, baseline: NanoUsd): CostLine {
  const cost = addCosts(mix.parts.map(({ offer, share }) => costOfOffer(offer, workload, share)));
  const quality = blendedQuality(mix);
  if (cost.kind === 'unknown') return { ...UNKNOWN, mix, reason: cost.reason, quality };
  const total = sum([cost.fixed, cost.usage]);
  const amount = toNano(total, `cost of ${mix.name}`);
  const saved = (baseline - amount) as NanoUsd;
  const perMillionTokens = divide(multiply(total, MILLION), ratio(workload.inputTokens + workload.outputTokens));
  return {
    mix,
    cost: amount,
    fixed: toNano(cost.fixed, `fixed cost of ${mix.name}`),
    reason: null,
    saved,
    savedShare: baseline === 0 ? null : ratio(saved, baseline),
    annualSavings: times(saved, MONTHS_PER_YEAR, 'saving of a year'),
    costRatio: amount === 0 ? null : ratio(baseline, amount),
    perMillionTokens,
    perRequest: perRequest(total, workload),
    marginalPerRequest: perRequest(cost.usage, workload),
    quality,
    perQualityPoint: perMillionTokens && quality && divide(perMillionTokens, quality),
  };
}

/** What the baseline costs. Throws `invalid_amount`, and `invalid_request` where its cost is unknown. */
export function baselineCost(baseline: Offer, workload: Workload): NanoUsd {
  const cost = costOfOffer(baseline, workload, ONE);
  if (cost.kind === 'cost') return toNano(sum([cost.fixed, cost.usage]), 'cost of the baseline');
  throw new FareboxError('invalid_request', `The baseline has no cost to compare with: ${cost.reason}.`, {
    remedy: 'Say how many requests there are, or choose another baseline.',
  });
}

/**
 * The line with the lowest blended cost per point of quality among those that cost anything: what is free has no price
 * to divide, and would always win.
 */
export function lowestPerQualityPoint(lines: readonly CostLine[]): CostLine | null {
  let best: { readonly line: CostLine; readonly value: Ratio } | null = null;
  for (const line of lines) {
    const value = line.perQualityPoint;
    if (!value || value.numerator <= 0n) continue;
    if (!best || value.numerator * best.value.denominator < best.value.numerator * value.denominator)
      best = { line, value };
  }
  return best?.line ?? null;
}

const MILLION = ratio(1_000_000);
const UNKNOWN = {
  cost: null,
  fixed: null,
  saved: null,
  savedShare: null,
  annualSavings: null,
  costRatio: null,
  perMillionTokens: null,
  perRequest: null,
  marginalPerRequest: null,
  perQualityPoint: null,
} as const;

function perRequest(cost: Ratio, { requests }: Workload): Ratio | null {
  return requests === null ? null : divide(cost, ratio(requests));
}

function blendedQuality({ parts }: Mix): Ratio | null {
  const weighted: Ratio[] = [];
  for (const { offer, share } of parts) {
    if (offer.quality === null) return null;
    weighted.push(multiply(toRatio(offer.quality), share));
  }
  return sum(weighted);
}
