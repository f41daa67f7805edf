import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createDayFinder } from '../../src/lib/day-span.ts';
import { isTimeZone } from '../../src/lib/zoned-calendar.ts';

const HOUR = 3_600_000;
const iso = (at: number) => new Date(at).toISOString();

describe('a day of a time zone (RTR-21)', () => {
  it.each([
    ['UTC', '2026-11-21T23:59:59.999Z', '2026-11-21T00:00:00.000Z', 24],
    ['America/Los_Angeles', '2026-11-21T07:59:59.000Z', '2026-11-20T08:00:00.000Z', 24],
    ['America/Los_Angeles', '2026-03-08T20:00:00.000Z', '2026-03-08T08:00:00.000Z', 23],
    ['America/Los_Angeles', '2026-11-01T20:00:00.000Z', '2026-11-01T07:00:00.000Z', 25],
    ['Asia/Kolkata', '2026-11-21T18:30:00.000Z', '2026-11-21T18:30:00.000Z', 24],
    ['Africa/Cairo', '2026-04-24T10:00:00.000Z', '2026-04-23T22:00:00.000Z', 23],
  ])('in %s that holds %s begins at %s and has %i hours', (zone, now, start, hours) => {
    const day = createDayFinder(zone)(Date.parse(now));
    expect([iso(day.start), (day.end - day.start) / HOUR]).toEqual([start, hours]);
  });

  it('holds its moment, and the next one begins where it ends', () => {
    const zones = fc.constantFrom('UTC', 'America/New_York', 'Europe/Berlin', 'Australia/Lord_Howe', 'Asia/Kathmandu');
    const moments = fc.integer({ min: Date.UTC(2024, 0), max: Date.UTC(2030, 0) });
    fc.assert(
      fc.property(zones, moments, (zone, now) => {
        const find = createDayFinder(zone);
        const day = find(now);
        expect(day.start <= now && now < day.end).toBe(true);
        expect(find(day.end).start).toBe(day.end);
        expect(find(day.start)).toEqual(day);
      }),
      { numRuns: 200 },
    );
  });

  it('is known for names of zones only', () => {
    expect(['UTC', 'Europe/Berlin', 'Europe/Atlantis', ''].map(isTimeZone)).toEqual([true, true, false, false]);
  });
});
