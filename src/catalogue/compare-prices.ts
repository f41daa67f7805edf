import type { Deployment } from '../domain/deployment.ts';
import type { PriceBook } from './price-book.ts';

/** A price that differs from the price list's by so much that one of the two must be wrong. */
export interface PriceFinding {
  readonly deployment: Deployment['id'];
  readonly bucket: 'input' | 'output';
  /** Nano-dollars per million tokens. */
  readonly own: number;
  readonly listed: number;
  /** The larger divided by the smaller; Infinity where one of them is 0. */
  readonly factor: number;
  readonly message: string;
}

const SUSPICIOUS = 10;

/** Deployments whose own price (of a profile or the configuration) is more than ten times off the price list's. */
export function comparePrices(deployments: readonly Deployment[], priceBook: PriceBook): readonly PriceFinding[] {
  return deployments.flatMap((deployment) => {
    const own = deployment.price;
    const listed = priceBook.find(deployment.provider, deployment.upstreamModel)?.price;
    if (!own || !listed || own.source === 'genai-prices' || own.source === 'local') return [];
    return (['input', 'output'] as const).flatMap((bucket) =>
      compareRates(deployment.id, bucket, own.rates[bucket], listed.rates[bucket]),
    );
  });
}

function compareRates(
  deployment: Deployment['id'],
  bucket: PriceFinding['bucket'],
  own: number,
  listed: number,
): readonly PriceFinding[] {
  const low = Math.min(own, listed);
  const factor = own === listed ? 1 : low === 0 ? Number.POSITIVE_INFINITY : Math.max(own, listed) / low;
  if (factor <= SUSPICIOUS) return [];
  const dollars = (rate: number) => `$${rate / 1_000_000_000}`;
  const message = `${deployment}: ${bucket} is priced ${dollars(own)} per million tokens, the price list says ${dollars(listed)}`;
  return [{ deployment, bucket, own, listed, factor, message }];
}
