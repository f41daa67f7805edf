import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { BudgetWindow } from '../../src/domain/budget.ts';
import { fromUsd, nano } from '../../src/domain/money.ts';
import { projectSpend, windowAt } from '../../src/spend/budget-window.ts';

const at = (iso: string) => Date.parse(iso);
const spanOf = (window: BudgetWindow, iso: string) => {
  const { start, end } = windowAt(window, at(iso));
  return [new Date(start).toISOString(), end === null ? null : new Date(end).toISOString()];
};

describe('the window of a moment', () => {
  it.each<[BudgetWindow, string, string, string]>([
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
    const windows = fc.constantFrom<BudgetWindow>('hour', 'day', 'week', 'month');
    fc.assert(
      fc.property(windows, fc.integer({ min: 0, max: at('2100-01-01') }), (window, now) => {
        const { start, end, progress } = windowAt(window, now);
        if (end === null || !progress) throw new Error('no end');
        expect(start <= now && now < end).toBe(true);
        expect(windowAt(window, end).start).toBe(end);
        expect(windowAt(window, start).end).toBe(end);
        expect(progress.elapsed >= 1 && progress.elapsed <= progress.length).toBe(true);
      }),
    );
  });
});

describe('the projection (CST-06)', () => {
  it.each([
    [10, '2026-11-05T09:00:00Z', 60],
    [31, '2026-12-31T23:00:00Z', 31],
    [1, '2026-02-01T00:00:00Z', 28],
    [1, '2028-02-01T00:00:00Z', 29],
  ])('of $%d on %s is $%d by the end of the month', (spent, moment, projected) => {
    expect(projectSpend(fromUsd(spent), windowAt('month', at(moment)))).toBe(fromUsd(projected));
  });

  it('goes by hours in a day, by days in a week, by minutes in an hour', () => {
    const project = (window: BudgetWindow) => projectSpend(nano(600), windowAt(window, at('2026-11-21T11:29:00Z')));
    expect([project('day'), project('week'), project('hour'), project('total')]).toEqual([1_200, 700, 1_200, null]);
  });

  it('rounds up and stays a number that can be written', () => {
    expect(projectSpend(nano(1), windowAt('day', at('2026-11-21T06:00:00Z')))).toBe(4);
    expect(projectSpend(nano(Number.MAX_SAFE_INTEGER), windowAt('day', at('2026-11-21T00:00:00Z')))).toBe(
      Number.MAX_SAFE_INTEGER,
    );
  });
});
