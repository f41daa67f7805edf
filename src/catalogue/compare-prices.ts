import type { Deployment } from '../domain/deployment.ts';
import type { Price, TokenRates } from '../domain/price.ts';
import type { PriceBook } from './price-book.ts';

/** What is needed of a model to compare its price. */
export type PricedModel = Pick<Deployment, 'id' | 'provider' | 'upstreamModel' | 'price'>;

/** The price of a model here and elsewhere. Rates are nano-dollars per million tokens. */
export interface PriceComparison {
  readonly deployment: Deployment['id'];
  readonly own: Price;
  readonly listed: Price;
  readonly differences: readonly PriceDifference[];
}

export interface PriceDifference {
  readonly bucket: keyof TokenRates | 'perRequest';
  readonly own: number;
  readonly listed: number;
  /** The larger divided by the smaller; Infinity where one of them is 0. */
  readonly factor: number;
  /** What is more likely than a price: a factor that is that of another unit. */
  readonly unit: 'per_thousand' | 'per_token' | null;
}

/** A price that differs from the price list's by so much that one of the two must be wrong. */
export interface PriceFinding extends PriceDifference {
  readonly deployment: Deployment['id'];
  readonly message: string;
}

/** Beyond it one of two prices must be wrong. */
export const SUSPICIOUS_FACTOR = 10;

const BUCKETS = ['input', 'output', 'cacheRead', 'cacheWrite5m', 'cacheWrite1h'] as const;

/** Deployments whose own price (of a profile or the configuration) is more than ten times off the price list's. */
export function comparePrices(deployments: readonly Deployment[], priceBook: PriceBook): readonly PriceFinding[] {
  const listed = ({ provider, upstreamModel }: Deployment) => priceBook.find(provider, upstreamModel)?.price ?? null;
  return compareWith(
    deployments.filter(({ price }) => price?.source !== 'genai-prices'),
    listed,
  ).flatMap(({ deployment, differences }) =>
    differences
      .filter(({ bucket, factor }) => (bucket === 'input' || bucket === 'output') && factor > SUSPICIOUS_FACTOR)
      .map((difference) => ({ ...difference, deployment, message: describeDifference(deployment, difference) })),
  );
}

/**
 * Each model's price beside that of another source; those without either are left out, and what is local, free by
 * quota or paid by a fixed cost, since lists do not know those. Differences are all that is not equal.
 */
export function compareWith<Model extends PricedModel>(
  models: readonly Model[],
  listedPrice: (model: Model) => Price | null,
): readonly PriceComparison[] {
  return models.flatMap((model) => {
    const own = model.price;
    if (!own || own.source === 'local' || own.fixed) return [];
    const listed = listedPrice(model);
    return listed ? [{ deployment: model.id, own, listed, differences: differencesOf(own, listed) }] : [];
  });
}

function differencesOf(own: Price, listed: Price): readonly PriceDifference[] {
  const pairs: (readonly [PriceDifference['bucket'], number, number])[] = [
    ['perRequest', own.perRequest, listed.perRequest],
  ];
  for (const bucket of BUCKETS) {
    const [mine, theirs] = [own.rates[bucket], listed.rates[bucket]];
    // One that has no price for a bucket charges it as input, which is no difference of prices.
    if (mine !== null && theirs !== null) pairs.push([bucket, mine, theirs]);
  }
  return pairs.flatMap(([bucket, mine, theirs]) => {
    if (mine === theirs) return [];
    const low = Math.min(mine, theirs);
    const factor = low === 0 ? Number.POSITIVE_INFINITY : Math.max(mine, theirs) / low;
    return [{ bucket, own: mine, listed: theirs, factor, unit: unitOf(factor) }];
  });
}

/** Prices per thousand tokens or per token, taken for prices per million, are off by about that factor. */
function unitOf(factor: number): PriceDifference['unit'] {
  const near = (expected: number) => factor > expected / 3 && factor < expected * 3;
  if (near(1_000)) return 'per_thousand';
  return near(1_000_000) ? 'per_token' : null;
}

const UNIT_WORDS = { per_thousand: 'per thousand tokens', per_token: 'per token' } as const;

/** A difference as a sentence without its full stop. */
export function describeDifference(
  deployment: Deployment['id'],
  { bucket, own, listed, unit }: PriceDifference,
): string {
  const dollars = (amount: number) => `$${amount / 1_000_000_000}`;
  const per = bucket === 'perRequest' ? 'per request' : 'per million tokens';
  const hint = unit === null ? '' : `; one of them may be ${UNIT_WORDS[unit]}`;
  return `${deployment}: ${bucket} is priced ${dollars(own)} ${per}, the price list says ${dollars(listed)}${hint}`;
}
