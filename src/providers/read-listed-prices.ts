import { fromUsd } from '../domain/money.ts';
import type { Price } from '../domain/price.ts';
import { isRecord } from '../lib/json-value.ts';
import { listAt, recordAt, textAt } from './read-json.ts';

/** Dearer than this per million tokens is no price but another unit. */
const MOST_USD_PER_MILLION = 100_000;
const TOKENS_PER_RATE = 1_000_000;

/**
 * Prices in an answer to `GET /models`, by the provider's own id, where it lists them as OpenRouter does: `pricing` with
 * dollars per token and per request, as decimal texts. A model is left out whose `prompt` or `completion` is missing,
 * negative (it varies) or no number. `asOf`: the day of the answer.
 */
export function readListedPrices(body: unknown, asOf: string): ReadonlyMap<string, Price> {
  const prices = new Map<string, Price>();
  for (const entry of isRecord(body) ? listAt(body, 'data').filter(isRecord) : []) {
    const [id, pricing] = [textAt(entry, 'id'), recordAt(entry, 'pricing')];
    const price = pricing && readPrice(pricing, asOf);
    if (id !== undefined && price) prices.set(id, price);
  }
  return prices;
}

function readPrice(pricing: Record<string, unknown>, asOf: string): Price | null {
  const rate = (key: string) => perMillion(pricing[key]);
  const [input, output] = [rate('prompt'), rate('completion')];
  const perRequest = pricing['request'] === undefined ? 0 : dollars(pricing['request']);
  if (input === null || output === null || perRequest === null) return null;
  const cacheRates = {
    cacheRead: rate('input_cache_read'),
    cacheWrite5m: rate('input_cache_write'),
    cacheWrite1h: null,
  };
  return {
    rates: { input, output, ...cacheRates },
    tiers: [],
    perRequest: fromUsd(perRequest),
    source: 'provider',
    asOf,
  };
}

/** Dollars per token as nano-dollars per million tokens; null for anything that is no price. */
function perMillion(value: unknown): number | null {
  const usd = dollars(value);
  return usd === null || usd * TOKENS_PER_RATE > MOST_USD_PER_MILLION ? null : fromUsd(usd * TOKENS_PER_RATE);
}

function dollars(value: unknown): number | null {
  const usd = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof usd === 'number' && Number.isFinite(usd) && usd >= 0 && usd < 1_000_000 ? usd : null;
}
