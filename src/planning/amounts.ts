import { FareboxError } from '../domain/errors.ts';
import type { NanoUsd } from '../domain/money.ts';
import { ceiling, type Ratio } from './ratio.ts';

/** A month of plans has 30 days, and a year has 12 months: the convention of every figure that farebox plans with. */
export const DAYS_PER_MONTH = 30;
export const MONTHS_PER_YEAR = 12;

/** An exact number of nano-dollars as money, rounded up once. Throws `invalid_amount` beyond 9 million dollars. */
export function toNano(value: Ratio, what: string): NanoUsd {
  const whole = ceiling(value);
  if (whole > BigInt(Number.MAX_SAFE_INTEGER) || whole < -BigInt(Number.MAX_SAFE_INTEGER)) {
    throw new FareboxError(
      'invalid_amount',
      `The ${what} is more than 9 million dollars, beyond what farebox counts.`,
      {
        remedy: 'Plan for a part of the workload, or a shorter time.',
      },
    );
  }
  return Number(whole) as NanoUsd;
}

/** An amount so many times. Throws `invalid_amount` beyond 9 million dollars. */
export function times(amount: NanoUsd, factor: number, what: string): NanoUsd {
  return toNano({ numerator: BigInt(amount) * BigInt(factor), denominator: 1n }, what);
}
