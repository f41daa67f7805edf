import { type NanoUsd, nano } from '../domain/money.ts';

/** Where daily spending is heading. */
export interface SpendTrend {
  /** Days that it was learned from, empty ones included. */
  readonly days: number;
  /** Spent a day, on average of all of them. */
  readonly perDay: NanoUsd;
  /** The same with recent days counting more: half the weight for each week of age. */
  readonly recentPerDay: NanoUsd;
  /** By how much a day differs from the one before, in nano-dollars, by least squares. */
  readonly slopePerDay: number;
  /** The next 30 days together by that line, and the interval in which 95 % of such sums lie; never below 0. */
  readonly next30Days: { readonly expected: NanoUsd; readonly low: NanoUsd; readonly high: NanoUsd };
}

const FEWEST_DAYS = 3;
const HORIZON = 30;
const HALF_LIFE_DAYS = 7;

/**
 * The trend of daily amounts, oldest first, each day exactly once. Null for fewer than three days. An estimate: it takes
 * days to differ from a straight line by chance alone, so weekends widen the interval.
 */
export function spendTrend(amounts: readonly NanoUsd[]): SpendTrend | null {
  const n = amounts.length;
  if (n < FEWEST_DAYS) return null;
  const mean = sumOf(amounts) / n;
  const middle = (n - 1) / 2;
  const spread = sumOf(amounts.map((_, day) => (day - middle) ** 2));
  const slope = sumOf(amounts.map((amount, day) => (day - middle) * (amount - mean))) / spread;
  const residual = sumOf(amounts.map((amount, day) => (amount - mean - slope * (day - middle)) ** 2));
  const deviation = Math.sqrt(residual / (n - 2));
  const ahead = HORIZON * (n + (HORIZON - 1) / 2 - middle);
  const expected = HORIZON * mean + slope * ahead;
  // Of a sum of new days: their own chance, that of the mean, and that of the slope.
  const error = deviation * Math.sqrt(HORIZON + HORIZON ** 2 / n + ahead ** 2 / spread);
  const reach = studentQuantile(n - 2) * error;
  return {
    days: n,
    perDay: amount(mean),
    recentPerDay: amount(recentMean(amounts)),
    slopePerDay: slope,
    next30Days: { expected: amount(expected), low: amount(expected - reach), high: amount(expected + reach) },
  };
}

function recentMean(amounts: readonly number[]): number {
  const weights = amounts.map((_, day) => 0.5 ** ((amounts.length - 1 - day) / HALF_LIFE_DAYS));
  return sumOf(amounts.map((value, day) => value * (weights[day] ?? 0))) / sumOf(weights);
}

/** The 97.5 % point of Student's distribution, to 0.5 %: exact for few degrees, then Cornish and Fisher's expansion. */
function studentQuantile(degrees: number): number {
  const exact = [12.706, 4.303, 3.182, 2.776, 2.571][degrees - 1];
  if (exact !== undefined) return exact;
  const z = 1.959964;
  return z + (z ** 3 + z) / (4 * degrees) + (5 * z ** 5 + 16 * z ** 3 + 3 * z) / (96 * degrees ** 2);
}

function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}

function amount(value: number): NanoUsd {
  return nano(Math.min(Math.max(0, Math.round(value)), Number.MAX_SAFE_INTEGER));
}
