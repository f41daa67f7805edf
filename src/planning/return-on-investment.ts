import { FareboxError } from '../domain/errors.ts';
import type { NanoUsd } from '../domain/money.ts';
import { DAYS_PER_MONTH, times } from './amounts.ts';
import { divide, multiply, type Ratio, ratio } from './ratio.ts';

/** The horizons, in months, that a return is looked at. */
export const HORIZONS = [6, 12, 24, 36] as const;

export interface ReturnOnInvestment {
  readonly investment: NanoUsd;
  readonly monthlySavings: NanoUsd;
  /** investment / monthly savings; null: never, since nothing is saved. */
  readonly breakEvenMonths: Ratio | null;
  /** The same in days, 30 to a month. */
  readonly paybackDays: Ratio | null;
  readonly horizons: readonly {
    readonly months: number;
    /** months × savings − investment. */
    readonly net: NanoUsd;
    /** net / investment; null where nothing was invested. */
    readonly roi: Ratio | null;
  }[];
}

/** Break-even and return of an investment that saves so much a month. Throws `invalid_amount` for one below 0. */
export function returnOnInvestment(investment: NanoUsd, monthlySavings: NanoUsd): ReturnOnInvestment {
  if (investment < 0) {
    throw new FareboxError('invalid_amount', 'An investment cannot be below 0.', {
      remedy: 'Give what is spent once.',
    });
  }
  const breakEvenMonths = monthlySavings > 0 ? ratio(investment, monthlySavings) : null;
  return {
    investment,
    monthlySavings,
    breakEvenMonths,
    paybackDays: breakEvenMonths && multiply(breakEvenMonths, ratio(DAYS_PER_MONTH)),
    horizons: HORIZONS.map((months) => {
      const net = (times(monthlySavings, months, `saving of ${months} months`) - investment) as NanoUsd;
      return { months, net, roi: divide(ratio(net), ratio(investment)) };
    }),
  };
}
