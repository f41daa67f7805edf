import type { NanoUsd } from './money.ts';
import type { TokenUsage } from './usage.ts';

/** Nano-dollars per million tokens, whole numbers: $0.15 per million is 150,000,000. */
export interface TokenRates {
  readonly input: number;
  readonly output: number;
  /** null: the provider has no such price; cached input is then charged as input. */
  readonly cacheRead: number | null;
  readonly cacheWrite5m: number | null;
  readonly cacheWrite1h: number | null;
}

/** Rates that hold from a size of prompt on, e.g. dearer beyond 200,000 tokens. */
export interface PriceTier {
  readonly fromInputTokens: number;
  readonly rates: TokenRates;
}

/** What a provider charges, in integers, with its provenance. */
export interface Price {
  readonly rates: TokenRates;
  /** Sorted by `fromInputTokens`, rising; the last tier that the prompt reaches replaces `rates` as a whole. */
  readonly tiers: readonly PriceTier[];
  /** Charged once a request, beside the tokens. */
  readonly perRequest: NanoUsd;
  readonly source: 'profile' | 'config' | 'catalogue' | 'genai-prices' | 'provider' | 'local';
  /** ISO date (YYYY-MM-DD) as of which the price was true, as far as its source says; else null. */
  readonly asOf: string | null;
}

const PER_MILLION = 1_000_000;

/** The rates that apply to a prompt of this many tokens. */
export function ratesFor(price: Price, inputTokens: number): TokenRates {
  let rates = price.rates;
  for (const tier of price.tiers) if (inputTokens >= tier.fromInputTokens) rates = tier.rates;
  return rates;
}

/**
 * Cost of a request in nano-dollars: the sum of its token buckets at their rates plus the charge per request,
 * rounded up once at the end, so that a budget can never be overspent by rounding.
 */
export function costOf(price: Price, usage: TokenUsage): NanoUsd {
  const rates = ratesFor(price, usage.inputTokens);
  const buckets: readonly (readonly [number, number])[] = [
    [usage.uncachedInputTokens, rates.input],
    [usage.cacheReadTokens, rates.cacheRead ?? rates.input],
    [usage.cacheWrite5mTokens, rates.cacheWrite5m ?? rates.input],
    [usage.cacheWrite1hTokens, rates.cacheWrite1h ?? rates.cacheWrite5m ?? rates.input],
    [usage.outputTokens, rates.output],
  ];
  let product = 0;
  for (const [tokens, rate] of buckets) product += tokens * rate;
  // Beyond 2^53 the float product is no longer exact; the same sum in big integers is.
  const tokensCost = Number.isSafeInteger(product) ? Math.ceil(product / PER_MILLION) : exactCost(buckets);
  return (tokensCost + price.perRequest) as NanoUsd;
}

function exactCost(buckets: readonly (readonly [number, number])[]): number {
  let product = 0n;
  for (const [tokens, rate] of buckets) product += BigInt(tokens) * BigInt(rate);
  return Number((product + 999_999n) / 1_000_000n);
}

/** Rates at which every bucket is as dear as the dearest that may apply: for worst cases. */
export function worstRates(price: Price, inputTokens: number): { readonly input: number; readonly output: number } {
  const reachable = [
    price.rates,
    ...price.tiers.filter((tier) => inputTokens >= tier.fromInputTokens).map((t) => t.rates),
  ];
  const inputs = reachable.flatMap((r) => [r.input, r.cacheRead ?? 0, r.cacheWrite5m ?? 0, r.cacheWrite1h ?? 0]);
  return { input: Math.max(...inputs), output: Math.max(...reachable.map((r) => r.output)) };
}

/** The most that a request of at most this many tokens can cost. */
export function worstCost(price: Price, inputTokens: number, outputTokens: number): NanoUsd {
  const rates = worstRates(price, inputTokens);
  const product = inputTokens * rates.input + outputTokens * rates.output;
  const tokensCost = Number.isSafeInteger(product)
    ? Math.ceil(product / PER_MILLION)
    : exactCost([
        [inputTokens, rates.input],
        [outputTokens, rates.output],
      ]);
  return (tokensCost + price.perRequest) as NanoUsd;
}

/** True where no use of this price can ever cost anything. */
export function isFree(price: Price): boolean {
  const all = [price.rates, ...price.tiers.map((tier) => tier.rates)];
  return (
    price.perRequest === 0 &&
    all.every((r) => !r.input && !r.output && !r.cacheRead && !r.cacheWrite5m && !r.cacheWrite1h)
  );
}
