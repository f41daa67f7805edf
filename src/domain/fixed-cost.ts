import { type NanoUsd, nano } from './money.ts';

/** A stretch of time in epoch ms: from `start`, inclusive, to `stop`, exclusive. */
export interface TimeSpan {
  readonly start: number;
  readonly stop: number;
}

const HOUR_MS = 3_600_000n;

/**
 * The share of a month's fee that falls on a part of that month, by time. The shares of parts that make up a month add
 * up to the fee exactly, however it is cut: each is the difference of two sums from the month's beginning, rounded up.
 */
export function flatShare(monthly: NanoUsd, month: TimeSpan, part: TimeSpan): NanoUsd {
  const whole = BigInt(month.stop - month.start);
  return difference(month, part, (passed) => ceilDivide(BigInt(monthly) * passed, whole));
}

/** What part of a stretch costs that is paid by the hour; parts add up to the whole as with `flatShare`. */
export function hourlyShare(hourly: NanoUsd, stretch: TimeSpan, part: TimeSpan): NanoUsd {
  return difference(stretch, part, (passed) => ceilDivide(BigInt(hourly) * passed, HOUR_MS));
}

function difference(whole: TimeSpan, part: TimeSpan, upTo: (passed: bigint) => bigint): NanoUsd {
  const passedAt = (moment: number) =>
    BigInt(Math.min(Math.max(moment, whole.start), whole.stop)) - BigInt(whole.start);
  if (part.stop <= part.start) return nano(0);
  return nano(Number(upTo(passedAt(part.stop)) - upTo(passedAt(part.start))));
}

function ceilDivide(value: bigint, by: bigint): bigint {
  return (value + by - 1n) / by;
}
