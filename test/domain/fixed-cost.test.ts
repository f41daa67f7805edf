import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { flatShare, hourlyShare } from '../../src/domain/fixed-cost.ts';
import { fromUsd, nano } from '../../src/domain/money.ts';
import { createZonedCalendar } from '../../src/lib/zoned-calendar.ts';

const HOUR = 3_600_000;

/** The days of a month in a zone, as spans. */
function daysOf(year: number, month: number, zone: string) {
  const calendar = createZonedCalendar(zone);
  const count = new Date(Date.UTC(year, month, 0)).getUTCDate();
  const start = (day: number) => calendar.startOf({ year, month, day });
  const days = Array.from({ length: count }, (_, i) => ({ start: start(i + 1), stop: start(i + 2) }));
  return { month: { start: start(1), stop: start(count + 1) }, days };
}

describe('a fixed cost, shared out by time (UPS-09)', () => {
  it.each([
    ['a leap February', 2028, 2, 'UTC', 29],
    ['a short February', 2026, 2, 'UTC', 28],
    ['a March that loses an hour', 2026, 3, 'Europe/Berlin', 31],
    ['an October that gains one', 2026, 10, 'Europe/Berlin', 31],
    ['a November that gains one', 2026, 11, 'America/Los_Angeles', 30],
  ])('adds up to the month over the days of %s', (_title, year, month, zone, days) => {
    const { month: whole, days: parts } = daysOf(year, month, zone);
    expect(parts).toHaveLength(days);
    for (const fee of [fromUsd(20), nano(1), nano(1_000_000_007)]) {
      const shares = parts.map((part) => flatShare(fee, whole, part));
      expect(shares.reduce((sum, share) => sum + share, 0)).toBe(fee);
    }
  });

  it('adds up to the fee however the month is cut', () => {
    const { month } = daysOf(2026, 11, 'UTC');
    const moment = fc.integer({ min: month.start, max: month.stop });
    fc.assert(
      fc.property(fc.nat(9e15), fc.array(moment, { maxLength: 20 }), (fee, cuts) => {
        const edges = [month.start, ...cuts.sort((a, b) => a - b), month.stop];
        const shares = edges.slice(1).map((stop, i) => {
          return flatShare(nano(fee), month, { start: edges[i] ?? month.start, stop });
        });
        expect(shares.every((share) => share >= 0)).toBe(true);
        expect(shares.reduce((sum, share) => sum + BigInt(share), 0n)).toBe(BigInt(fee));
      }),
    );
  });

  it('is nothing outside of its month', () => {
    const { month } = daysOf(2026, 11, 'UTC');
    expect(flatShare(fromUsd(20), month, { start: 0, stop: month.start })).toBe(0);
    expect(flatShare(fromUsd(20), month, { start: month.stop, stop: month.stop + HOUR })).toBe(0);
    expect(flatShare(fromUsd(20), month, { start: month.stop, stop: month.start })).toBe(0);
  });

  it('is 892.50 dollars for 255 hours of 3.50 dollars', () => {
    const stretch = { start: 0, stop: 255 * HOUR };
    expect(hourlyShare(fromUsd(3.5), stretch, stretch)).toBe(fromUsd(892.5));
    const hours = Array.from({ length: 255 }, (_, i) => ({ start: i * HOUR, stop: (i + 1) * HOUR }));
    expect(hours.reduce((sum, hour) => sum + hourlyShare(fromUsd(3.5), stretch, hour), 0)).toBe(fromUsd(892.5));
  });
});
