import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CalendarWindow } from '../../src/domain/budget.ts';
import { fromUsd, type NanoUsd, nano } from '../../src/domain/money.ts';
import { createWindows, projectSpend, windowAt } from '../../src/spend/budget-window.ts';

const at = (iso: string) => Date.parse(iso);
const spanOf = (window: CalendarWindow, iso: string) => {
  const { start, end } = windowAt(window, at(iso));
  return [new Date(start).toISOString(), end === null ? null : new Date(end).toISOString()];
};

describe('the window of a moment', () => {
  it.each<[CalendarWindow, string, string, string]>([
    ['hour', '2026-11-21T12:59:59.999Z', '2026-11-21T12:00:00.000Z', '2026-11-21T13:00:00.000Z'],
    ['day', '2026-11-21T00:00:00.000Z', '2026-11-21T00:00:00.000Z', '2026-11-22T00:00:00.000Z'],
    ['week', '2026-11-22T23:59:59.999Z', '2026-11-16T00:00:00.000Z', '2026-11-23T00:00:00.000Z'],
    ['week', '2026-11-23T00:00:00.000Z', '2026-11-23T00:00:00.000Z', '2026-11-30T00:00:00.000Z'],
    ['month', '2028-02-29T23:59:59.999Z', '2028-02-01T00:00:00.000Z', '2028-03-01T00:00:00.000Z'],
    ['month', '2026-12-31T23:59:59.999Z', '2026-12-01T00:00:00.000Z', '2027-01-01T00:00:00.000Z'],
    // Europe changes its clocks then; UTC does not.
    ['day', '2026-03-29T01:30:00.000Z', '2026-03-29T00:00:00.000Z', '2026-03-30T00:00:00.000Z'],
  ])('%s of %s', (window, moment, start, end) => {
    expect(spanOf(window, moment)).toEqual([start, end]);
  });

  it('holds the moment and meets the next window without a gap', () => {
    const windows = fc.constantFrom<CalendarWindow>('hour', 'day', 'week', 'month');
    fc.assert(
      fc.property(windows, fc.integer({ min: 0, max: at('2100-01-01') }), (window, now) => {
        const { start, end } = windowAt(window, now);
        if (end === null) throw new Error('no end');
        expect(start <= now && now < end).toBe(true);
        expect(windowAt(window, end).start).toBe(end);
        expect(windowAt(window, start).end).toBe(end);
      }),
    );
  });
});

describe('windows in a named time zone (CST-04)', () => {
  const spanIn = (zone: string, window: CalendarWindow, iso: string) => {
    const { start, end } = windowAt(window, at(iso), zone);
    return [new Date(start).toISOString(), end === null ? null : new Date(end).toISOString()];
  };

  it.each<[string, CalendarWindow, string, string, string]>([
    ['Europe/Berlin', 'day', '2026-11-21T23:30:00Z', '2026-11-21T23:00:00.000Z', '2026-11-22T23:00:00.000Z'],
    // Days of 23 and of 25 hours.
    ['Europe/Berlin', 'day', '2026-03-29T12:00:00Z', '2026-03-28T23:00:00.000Z', '2026-03-29T22:00:00.000Z'],
    ['Europe/Berlin', 'day', '2026-10-25T00:30:00Z', '2026-10-24T22:00:00.000Z', '2026-10-25T23:00:00.000Z'],
    ['Europe/Berlin', 'week', '2026-03-29T21:59:59Z', '2026-03-22T23:00:00.000Z', '2026-03-29T22:00:00.000Z'],
    ['America/New_York', 'month', '2026-03-01T04:59:59Z', '2026-02-01T05:00:00.000Z', '2026-03-01T05:00:00.000Z'],
    ['America/New_York', 'month', '2026-03-15T12:00:00Z', '2026-03-01T05:00:00.000Z', '2026-04-01T04:00:00.000Z'],
    ['Asia/Kolkata', 'hour', '2026-11-21T12:10:00Z', '2026-11-21T11:30:00.000Z', '2026-11-21T12:30:00.000Z'],
    // Midnight did not exist there on that day.
    ['America/Sao_Paulo', 'day', '2018-11-04T12:00:00Z', '2018-11-04T03:00:00.000Z', '2018-11-05T02:00:00.000Z'],
    // The 30th of December did not exist in Samoa.
    ['Pacific/Apia', 'day', '2011-12-30T09:59:59Z', '2011-12-29T10:00:00.000Z', '2011-12-30T10:00:00.000Z'],
    ['Pacific/Apia', 'day', '2011-12-30T10:00:00Z', '2011-12-30T10:00:00.000Z', '2011-12-31T10:00:00.000Z'],
    ['Asia/Tokyo', 'month', '2028-02-29T15:00:00Z', '2028-02-29T15:00:00.000Z', '2028-03-31T15:00:00.000Z'],
  ])('%s: %s of %s', (zone, window, moment, start, end) => {
    expect(spanIn(zone, window, moment)).toEqual([start, end]);
  });

  it('hold their moment and meet the next without a gap, whatever the clocks do', () => {
    const zones = fc.constantFrom(
      'Europe/Berlin',
      'America/New_York',
      'Asia/Kolkata',
      'Pacific/Auckland',
      'Africa/Cairo',
    );
    const windows = fc.constantFrom<CalendarWindow>('hour', 'day', 'week', 'month');
    fc.assert(
      fc.property(zones, windows, fc.integer({ min: at('2015-01-01'), max: at('2035-01-01') }), (zone, window, now) => {
        const span = windowAt(window, now, zone);
        if (span.end === null) throw new Error('no end');
        expect(span.start <= now && now < span.end).toBe(true);
        expect(windowAt(window, span.end, zone).start).toBe(span.end);
        expect(windowAt(window, span.start, zone)).toEqual(span);
      }),
      { numRuns: 60 },
    );
  });

  it('are found again when the clock is moved back', () => {
    const windows = createWindows('month');
    const november = windows(at('2026-11-21'));
    expect(windows(at('2026-12-01'))).not.toEqual(november);
    expect(windows(at('2026-11-30'))).toEqual(november);
  });
});

const project = (spent: NanoUsd, window: CalendarWindow, iso: string) =>
  projectSpend(spent, windowAt(window, at(iso)), at(iso));

describe('the projection (CST-06)', () => {
  it.each([
    [10, '2026-11-05T09:00:00Z', 60],
    [31, '2026-12-31T23:00:00Z', 31],
    [1, '2026-02-01T00:00:00Z', 28],
    [1, '2028-02-01T00:00:00Z', 29],
  ])('of $%d on %s is $%d by the end of the month', (spent, moment, projected) => {
    expect(project(fromUsd(spent), 'month', moment)).toBe(fromUsd(projected));
  });

  it('goes by hours in a day, by days in a week, by minutes in an hour', () => {
    const of = (window: CalendarWindow) => project(nano(600), window, '2026-11-21T11:29:00Z');
    expect([of('day'), of('week'), of('hour'), of('total')]).toEqual([1_200, 700, 1_200, null]);
  });

  it('rounds up and stays a number that can be written', () => {
    expect(project(nano(1), 'day', '2026-11-21T06:00:00Z')).toBe(4);
    expect(project(nano(Number.MAX_SAFE_INTEGER), 'day', '2026-11-21T00:00:00Z')).toBe(Number.MAX_SAFE_INTEGER);
  });

  it('stays within the window on a day that is an hour longer', () => {
    const span = windowAt('day', at('2026-10-25T22:30:00Z'), 'Europe/Berlin');
    expect(projectSpend(nano(2_400), span, at('2026-10-25T22:30:00Z'))).toBe(2_400);
  });
});
