import type { ConditionalPrice, ModelInfo, ModelPrice } from '@pydantic/genai-prices';
import { fromUsd, nano } from '../domain/money.ts';
import type { Price, PriceTier, TokenRates } from '../domain/price.ts';

/**
 * The day on which the list of the installed @pydantic/genai-prices 0.1.8 was published: the latest day for which it
 * can vouch. A test fails when the repository moves to another version, so that the date moves with it; where a user's
 * npm resolved a newer one, its prices are dated too early, never too late.
 */
export const PRICE_LIST = { version: '0.1.8', date: '2026-09-23' } as const;

const RATE_KEYS = {
  input: 'input_mtok',
  output: 'output_mtok',
  cacheRead: 'cache_read_mtok',
  cacheWrite5m: 'cache_write_mtok',
  cacheWrite1h: 'cache_write_1h_mtok',
} as const;

/**
 * A model's price in integers, from the list's floats in dollars, as of `now` (epoch ms). Where the price depends on
 * the hour, the dearest of the day is taken, so that a reservation covers every hour. null where the list has no
 * token prices. A model with an empty price is free only where the list's own id says so with `:free`.
 */
export function toPrice(model: ModelInfo, now: number): Price | null {
  const inForce = pricesInForce(model.prices, now);
  const prices = inForce.flatMap(({ price, since }) => {
    const converted = convert(price, since, model.id);
    return converted ? [converted] : [];
  });
  return prices.reduce<Price | null>(
    (dearest, price) => (dearest && !isDearer(price, dearest) ? dearest : price),
    null,
  );
}

interface InForce {
  readonly price: ModelPrice;
  readonly since: string | null;
}

/** The list's own rule (its last entry whose condition holds wins), asked for every hour of the day at once. */
function pricesInForce(prices: ModelInfo['prices'], now: number): readonly InForce[] {
  if (!Array.isArray(prices)) return [{ price: prices, since: null }];
  const found: InForce[] = [];
  for (const entry of [...prices].reverse() as ConditionalPrice[]) {
    const { constraint } = entry;
    if (constraint?.type === 'time_of_date') {
      found.push({ price: entry.prices, since: null });
    } else if (constraint === undefined) {
      return [...found, { price: entry.prices, since: null }];
    } else if (Date.parse(constraint.start_date) <= now) {
      return [...found, { price: entry.prices, since: constraint.start_date }];
    }
  }
  const first = prices[0];
  return first ? [...found, { price: first.prices, since: null }] : found;
}

function convert(price: ModelPrice, since: string | null, id: string): Price | null {
  // What makes vectors writes no tokens, so the list has no price for them.
  const writesNothing = /embed/i.test(id);
  const hasTokenPrices =
    price[RATE_KEYS.input] !== undefined && (price[RATE_KEYS.output] !== undefined || writesNothing);
  const isFree = Object.keys(price).length === 0 && id.endsWith(':free');
  if (!hasTokenPrices && !isFree) return null;
  return {
    rates: ratesFrom(price, 0),
    tiers: tiersOf(price),
    perRequest: nano(Math.ceil(perRequestNano(price))),
    source: 'genai-prices',
    asOf: since !== null && since > PRICE_LIST.date ? since : PRICE_LIST.date,
  };
}

/** Rates for a prompt that is longer than `inputTokens`. */
function ratesFrom(price: ModelPrice, inputTokens: number): TokenRates {
  const rate = (key: string): number | null => {
    const entry = price[key];
    if (entry === undefined) return null;
    if (typeof entry === 'number') return fromUsd(entry);
    const reached = entry.tiers.filter((tier) => tier.start <= inputTokens).sort((a, b) => b.start - a.start)[0];
    return fromUsd(reached?.price ?? entry.base);
  };
  return {
    input: rate(RATE_KEYS.input) ?? 0,
    output: rate(RATE_KEYS.output) ?? 0,
    cacheRead: rate(RATE_KEYS.cacheRead),
    cacheWrite5m: rate(RATE_KEYS.cacheWrite5m),
    cacheWrite1h: rate(RATE_KEYS.cacheWrite1h),
  };
}

/** The list's tiers hold for prompts longer than `start`. */
function tiersOf(price: ModelPrice): readonly PriceTier[] {
  const starts = new Set<number>();
  for (const key of Object.values(RATE_KEYS)) {
    const entry = price[key];
    if (typeof entry === 'object') for (const tier of entry.tiers) if (tier.start > 0) starts.add(tier.start);
  }
  return [...starts]
    .sort((a, b) => a - b)
    .map((start) => ({ fromInputTokens: start + 1, rates: ratesFrom(price, start) }));
}

function perRequestNano(price: ModelPrice): number {
  const perThousand = price['requests_kcount'];
  return typeof perThousand === 'number' ? fromUsd(perThousand) / 1000 : 0;
}

function isDearer(a: Price, b: Price): boolean {
  return a.rates.input + a.rates.output > b.rates.input + b.rates.output;
}
