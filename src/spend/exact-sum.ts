import { FareboxError } from '../domain/errors.ts';
import { type NanoUsd, nano } from '../domain/money.ts';

/** A sum that came as text, exactly; one that left SQLite's integers comes as a float and is refused as well. */
export function exactSum(sum: string): NanoUsd {
  if (!/^-?\d+$/.test(sum)) throw new FareboxError('invalid_amount', `The sum ${sum} is too large to be exact.`);
  return nano(Number(sum));
}
