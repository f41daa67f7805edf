import type { Price } from '../domain/price.ts';

/** A price of which nobody has said for so long that it is true may not be. */
export const STALE_DAYS = 180;

const DAY_MS = 86_400_000;

/** Whole days since the day as of which a price was true, at `now` (epoch ms); null where its source says none. */
export function priceAge({ asOf }: Pick<Price, 'asOf'>, now: number): number | null {
  return asOf === null ? null : Math.floor((now - Date.parse(asOf)) / DAY_MS);
}

export function isStale(price: Pick<Price, 'asOf'>, now: number): boolean {
  return (priceAge(price, now) ?? 0) > STALE_DAYS;
}
