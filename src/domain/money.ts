import { FareboxError } from './errors.ts';

declare const nanoUsd: unique symbol;

/**
 * An amount of US dollars as a whole number of nano-dollars (1 USD = 1,000,000,000). Always a safe integer, which
 * bounds a single amount to about 9 million dollars. Amounts are never floats, so sums are exact in any order.
 */
export type NanoUsd = number & { readonly [nanoUsd]: true };

export const NANO_PER_USD = 1_000_000_000;
export const ZERO_USD = 0 as NanoUsd;

/** A whole, safe number of nano-dollars as money; throws a `invalid_amount` error for anything else. */
export function nano(value: number): NanoUsd {
  if (!Number.isSafeInteger(value)) {
    throw new FareboxError('invalid_amount', `${value} is not a whole number of nano-dollars below 9 million dollars.`);
  }
  return value as NanoUsd;
}

/**
 * Dollars as a user or a price list writes them (0.15, 200) as nano-dollars, rounded to the nearest nano-dollar:
 * a decimal with at most nine places converts exactly although it went through a float.
 */
export function fromUsd(usd: number): NanoUsd {
  return nano(Math.round(usd * NANO_PER_USD));
}

/** Sums amounts exactly. */
export function sumUsd(amounts: Iterable<NanoUsd>): NanoUsd {
  let total = 0;
  for (const amount of amounts) total += amount;
  return nano(total);
}

/** The amount as an exact decimal string of dollars without trailing zeros: 1500000000 is "1.5", 0 is "0". */
export function toUsdString(amount: NanoUsd): string {
  const sign = amount < 0 ? '-' : '';
  const digits = Math.abs(amount).toString().padStart(10, '0');
  const fraction = digits.slice(-9).replace(/0+$/, '');
  return `${sign}${digits.slice(0, -9)}${fraction ? `.${fraction}` : ''}`;
}

/** The amount as a JSON number of dollars, for people and charts; the nano-dollar integer beside it is the exact one. */
export function toUsd(amount: NanoUsd): number {
  return amount / NANO_PER_USD;
}

/** The amount for a line of text, e.g. "$0.000123" or "$12.34": two places from a cent up, else three significant digits. */
export function formatUsd(amount: NanoUsd): string {
  if (amount === 0) return '$0';
  const usd = Math.abs(amount) / NANO_PER_USD;
  const sign = amount < 0 ? '-' : '';
  if (usd >= 0.1) return `${sign}$${usd.toFixed(2)}`;
  const places = Math.min(9, 2 - Math.floor(Math.log10(usd)));
  return `${sign}$${usd.toFixed(places).replace(/0+$/, '').replace(/\.$/, '')}`;
}
