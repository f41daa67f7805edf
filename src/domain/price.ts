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

/** What is paid whatever is used, so that another request adds nothing to it. */
export type FixedCost =
  /** A subscription. */
  | { readonly kind: 'flat'; readonly monthly: NanoUsd; readonly account: string | null }
  /** A machine that is paid by the hour while it works, and after each request until it has been idle for so long. */
  | {
      readonly kind: 'gpu';
      readonly hourly: NanoUsd;
      readonly idleTimeoutMs: number;
      readonly account: string | null;
    };
// `account`: models with the same one share a subscription or machine, which is paid once; null: the model has its own.

/** How something is paid for, as configuration, reports and plans name it. */
export const PRICE_KINDS = ['usage', 'flat', 'gpu', 'quota'] as const;
export type PriceKind = (typeof PRICE_KINDS)[number];

/** What a provider charges, in integers, with its provenance. */
export interface Price {
  readonly rates: TokenRates;
  /** Sorted by `fromInputTokens`, rising; the last tier that the prompt reaches replaces `rates` as a whole. */
  readonly tiers: readonly PriceTier[];
  /** Charged once a request, beside the tokens. */
  readonly perRequest: NanoUsd;
  /** Paid beside what each request costs; it belongs to no request, and reports share it out. Absent: nothing. */
  readonly fixed?: FixedCost;
  readonly source: 'profile' | 'config' | 'catalogue' | 'genai-prices' | 'provider' | 'local' | 'free-quota';
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
  const cacheRead = rates.cacheRead ?? rates.input;
  const cacheWrite5m = rates.cacheWrite5m ?? rates.input;
  const cacheWrite1h = rates.cacheWrite1h ?? rates.cacheWrite5m ?? rates.input;
  const product =
    usage.uncachedInputTokens * rates.input +
    usage.cacheReadTokens * cacheRead +
    usage.cacheWrite5mTokens * cacheWrite5m +
    usage.cacheWrite1hTokens * cacheWrite1h +
    usage.outputTokens * rates.output;
  // Beyond 2^53 the float product is no longer exact; the same sum in big integers is.
  const tokensCost = Number.isSafeInteger(product)
    ? Math.ceil(product / PER_MILLION)
    : exactCost([
        [usage.uncachedInputTokens, rates.input],
        [usage.cacheReadTokens, cacheRead],
        [usage.cacheWrite5mTokens, cacheWrite5m],
        [usage.cacheWrite1hTokens, cacheWrite1h],
        [usage.outputTokens, rates.output],
      ]);
  return (tokensCost + price.perRequest) as NanoUsd;
}

function exactCost(buckets: readonly (readonly [number, number])[]): number {
  let product = 0n;
  for (const [tokens, rate] of buckets) product += BigInt(tokens) * BigInt(rate);
  return Number((product + 999_999n) / 1_000_000n);
}

/** Rates at which every bucket is as dear as the dearest that may apply: for worst cases. */
export function worstRates(price: Price, inputTokens: number): { readonly input: number; readonly output: number } {
  let input = dearestInput(price.rates);
  let output = price.rates.output;
  for (const { fromInputTokens, rates } of price.tiers) {
    if (inputTokens < fromInputTokens) continue;
    input = Math.max(input, dearestInput(rates));
    output = Math.max(output, rates.output);
  }
  return { input, output };
}

function dearestInput({ input, cacheRead, cacheWrite5m, cacheWrite1h }: TokenRates): number {
  return Math.max(input, cacheRead ?? 0, cacheWrite5m ?? 0, cacheWrite1h ?? 0);
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

/** True where a request adds nothing to what is paid: free models, and those that only have a fixed cost. */
export function isFreeByUse(price: Price): boolean {
  const all = [price.rates, ...price.tiers.map((tier) => tier.rates)];
  return (
    price.perRequest === 0 &&
    all.every((r) => !r.input && !r.output && !r.cacheRead && !r.cacheWrite5m && !r.cacheWrite1h)
  );
}

/**
 * True where sending a request can never make anything dearer: it is free by use, and starts no machine that is paid
 * by the hour. A subscription is paid anyway.
 */
export function isFree(price: Price): boolean {
  return isFreeByUse(price) && price.fixed?.kind !== 'gpu';
}

/** How a price is paid. A free quota is not part of a price, but of what it is offered with. */
export function kindOf(price: Price): Exclude<PriceKind, 'quota'> {
  return price.fixed?.kind ?? 'usage';
}
