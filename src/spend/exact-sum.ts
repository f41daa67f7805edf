import { FareboxError } from '../domain/errors.ts';
import { type NanoUsd, nano } from '../domain/money.ts';

/** A sum that came as text, exactly; one that left SQLite's integers comes as a float and is refused as well. */
export function exactSum(sum: string): NanoUsd {
  // Fifteen digits are exact in any case; a fraction or an exponent would not be whole.
  const value = Number(sum);
  if (sum.length <= 15 && Number.isSafeInteger(value)) return value as NanoUsd;
  if (!/^-?\d+$/.test(sum)) throw new FareboxError('invalid_amount', `The sum ${sum} is too large to be exact.`);
  return nano(value);
}
