import { type PriceComparison, SUSPICIOUS_FACTOR } from '../../catalogue/compare-prices.ts';
import { isStale, priceAge } from '../../catalogue/price-age.ts';
import type { Deployment } from '../../domain/deployment.ts';
import { NANO_PER_USD, nano } from '../../domain/money.ts';
import { kindOf, type Price, type TokenRates } from '../../domain/price.ts';
import { isoTime } from '../../lib/clock.ts';
import type { PricePeriod } from '../../spend/price-register.ts';
import type { RepricedLine } from '../../spend/reprice.ts';
import { describeFixedPrice } from './describe-deployment.ts';
import { usdPair } from './describe-money.ts';

/** A price as programs see it: dollars, with the exact nano-dollars beside them. `now`: epoch ms, for its age. */
export function describePrice(price: Price, now: number) {
  const { rates, tiers, perRequest, fixed, source, asOf } = price;
  return {
    usd_per_million: describeRates(rates, (nanoUsd) => nanoUsd / NANO_PER_USD),
    nano_usd_per_million: describeRates(rates, (nanoUsd) => nanoUsd),
    tiers: tiers.map((tier) => ({
      from_input_tokens: tier.fromInputTokens,
      usd_per_million: describeRates(tier.rates, (nanoUsd) => nanoUsd / NANO_PER_USD),
    })),
    ...usdPair('per_request', perRequest),
    fixed_cost: fixed ? describeFixedPrice(fixed) : null,
    source,
    as_of: asOf,
    age_days: priceAge(price, now),
    stale: isStale(price, now),
  };
}

function describeRates(rates: TokenRates, amount: (nanoUsd: number) => number) {
  const optional = (rate: number | null) => (rate === null ? null : amount(rate));
  return {
    input: amount(rates.input),
    output: amount(rates.output),
    cache_read: optional(rates.cacheRead),
    cache_write_5m: optional(rates.cacheWrite5m),
    cache_write_1h: optional(rates.cacheWrite1h),
  };
}

export function describeListedPrice({ id, provider, model, price, freeQuota }: Deployment, now: number) {
  return {
    id,
    provider,
    model,
    kind: price && (freeQuota ? 'quota' : kindOf(price)),
    price: price && describePrice(price, now),
  };
}

export function describeComparison({ deployment, own, listed, differences }: PriceComparison, now: number) {
  return {
    id: deployment,
    own: describePrice(own, now),
    listed: describePrice(listed, now),
    differences: differences.map(({ bucket, own: mine, listed: theirs, factor, unit }) => ({
      bucket,
      ...usdPair('own', nano(mine)),
      ...usdPair('listed', nano(theirs)),
      // JSON has no infinity: one of the two is 0.
      factor: Number.isFinite(factor) ? factor : null,
      suspicious: factor > SUSPICIOUS_FACTOR,
      likely_unit: unit,
    })),
    suspicious: isSuspicious(differences),
    stale: isStale(own, now),
  };
}

export function isSuspicious(differences: PriceComparison['differences']): boolean {
  return differences.some(({ factor }) => factor > SUSPICIOUS_FACTOR);
}

export function describePeriod({ provider, model, since, seenAt, price, hash }: PricePeriod, now: number) {
  return {
    provider,
    model,
    effective_from: isoTime(since),
    last_seen: isoTime(seenAt),
    hash,
    kind: kindOf(price),
    price: describePrice(price, now),
  };
}

export function describeRepriced(line: RepricedLine) {
  return {
    provider: line.provider,
    model: line.model,
    attempts: line.attempts,
    ...usdPair('booked', line.booked),
    ...usdPair('repriced', line.repriced),
    ...usdPair('difference', nano(line.repriced - line.booked)),
    not_repriced_attempts: line.left,
    ...usdPair('not_repriced_booked', line.leftBooked),
  };
}
