import { fromUsd, type NanoUsd, ZERO_USD } from '../domain/money.ts';
import { isFreeByUse, type Price } from '../domain/price.ts';

/** Something that can serve requests, at a price of any kind: a model at a list price, a subscription, a rented GPU. */
export interface Offer {
  readonly name: string;
  readonly price: OfferPrice;
  /** 0 to 100; null where nobody has measured it. */
  readonly quality: number | null;
}

/** Kinds are the domain's `PRICE_KINDS`. What a request adds to a fixed cost, where it adds anything, is `beside`. */
export type OfferPrice =
  /** By token, and perhaps by request. */
  | { readonly kind: 'usage'; readonly price: Price }
  /** A month's fee however much is used: another request costs nothing. */
  | { readonly kind: 'flat'; readonly monthly: NanoUsd; readonly beside?: Price }
  | {
      readonly kind: 'gpu';
      readonly hourly: NanoUsd;
      /** `idleSeconds` alone: nobody has said how long a request takes. */
      readonly use: GpuUse | { readonly idleSeconds: number };
      readonly beside?: Price;
    }
  /** Free up to a quota a day; what goes beyond it has a price, or (null) is not served. */
  | {
      readonly kind: 'quota';
      readonly perDay: number;
      readonly unit: 'requests' | 'tokens';
      readonly beyond: Price | null;
    };

/** How long the GPU is paid for: so many hours a month, or as long as the requests keep it up. */
export type GpuUse =
  | { readonly hours: number }
  /** A GPU that is let go once it has been idle for so long; requests come evenly over the day. */
  | { readonly secondsPerRequest: number; readonly idleSeconds: number };

/** A model's price as an offer. */
export function priceOffer(price: Price): OfferPrice {
  const { fixed, ...rest } = price;
  const beside = isFreeByUse(price) ? {} : { beside: rest };
  if (fixed?.kind === 'flat') return { kind: 'flat', monthly: fixed.monthly, ...beside };
  if (fixed?.kind !== 'gpu') return { kind: 'usage', price };
  const use = { idleSeconds: fixed.idleTimeoutMs / 1000 };
  return { kind: 'gpu', hourly: fixed.hourly, use, ...beside };
}

/** A price by token, in dollars per million. */
export function tokenPrice(inputUsd: number, outputUsd: number, perRequest: NanoUsd = ZERO_USD): Price {
  return {
    rates: {
      input: fromUsd(inputUsd),
      output: fromUsd(outputUsd),
      cacheRead: null,
      cacheWrite5m: null,
      cacheWrite1h: null,
    },
    tiers: [],
    perRequest,
    source: 'config',
    asOf: null,
  };
}

/** An offer by token, in dollars per million. */
export function tokenOffer(name: string, inputUsd: number, outputUsd: number, quality: number | null = null): Offer {
  return { name, price: { kind: 'usage', price: tokenPrice(inputUsd, outputUsd) }, quality };
}
