import { type NanoUsd, toUsd } from '../domain/money.ts';

/**
 * An amount as it leaves farebox: a JSON number of dollars for people and charts, and the exact integer beside it.
 * An unknown amount is null in both, never 0.
 */
export function usdPair<Name extends string>(
  name: Name,
  amount: NanoUsd | null,
): Readonly<Record<`${Name}_usd` | `${Name}_nano_usd`, number | null>> {
  return {
    [`${name}_usd`]: amount === null ? null : toUsd(amount),
    [`${name}_nano_usd`]: amount,
  } as Readonly<Record<`${Name}_usd` | `${Name}_nano_usd`, number | null>>;
}
