import type { CalendarWindow } from '../domain/budget.ts';
import { type NanoUsd, nano } from '../domain/money.ts';
import { createZonedCalendar, type ZonedCalendar } from '../lib/zoned-calendar.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** A window of the calendar. Epoch ms. */
export interface WindowSpan {
  /** Inclusive; 0 for `total`. */
  readonly start: number;
  /** Exclusive; null for `total`. */
  readonly end: number | null;
  /** Into how many units its size is divided, for the projection (days of a month); null for `total`. */
  readonly units: number | null;
}

/**
 * The windows of one kind in one time zone. The last one is remembered, since nearly every moment that is asked for lies
 * in it; a clock that was moved back finds the earlier one again.
 */
export function createWindows(window: CalendarWindow, zone = 'UTC'): (moment: number) => WindowSpan {
  const calendar = createZonedCalendar(zone);
  let last: WindowSpan | undefined;
  return (moment) => {
    if (!last || moment < last.start || (last.end !== null && moment >= last.end)) {
      last = spanAt(window, moment, calendar);
    }
    return last;
  };
}

/** The window in which a moment (epoch ms) lies. */
export function windowAt(window: CalendarWindow, moment: number, zone = 'UTC'): WindowSpan {
  return spanAt(window, moment, createZonedCalendar(zone));
}

function spanAt(window: CalendarWindow, moment: number, calendar: ZonedCalendar): WindowSpan {
  switch (window) {
    case 'hour': {
      const offset = calendar.offsetAt(moment);
      const start = Math.floor((moment + offset) / HOUR) * HOUR - offset;
      return { start, end: start + HOUR, units: HOUR / MINUTE };
    }
    case 'day':
      return dates(moment, calendar, 0, 1, 24);
    case 'week': {
      const { year, month, day } = calendar.dateAt(moment);
      // Weeks begin on Monday (ISO 8601).
      const sinceMonday = (new Date(Date.UTC(year, month - 1, day)).getUTCDay() + 6) % 7;
      return dates(moment, calendar, -sinceMonday, 7 - sinceMonday, 7);
    }
    case 'month': {
      const { year, month, day } = calendar.dateAt(moment);
      const days = new Date(Date.UTC(year, month, 0)).getUTCDate();
      return dates(moment, calendar, 1 - day, days + 1 - day, days);
    }
    case 'total':
      return { start: 0, end: null, units: null };
  }
}

/** From so many days after the date of a moment to so many days after it. */
function dates(moment: number, calendar: ZonedCalendar, from: number, to: number, units: number): WindowSpan {
  const { year, month, day } = calendar.dateAt(moment);
  const start = calendar.startOf({ year, month, day: day + from });
  return { start, end: calendar.startOf({ year, month, day: day + to }), units };
}

/**
 * Spend at the end of the window at the pace so far: spent / elapsed × length (for a month: by days, the present one
 * counted as whole), rounded up; null for a window without end. Capped at the largest amount that can be written.
 */
export function projectSpend(spent: NanoUsd, { start, end, units }: WindowSpan, now: number): NanoUsd | null {
  if (end === null || units === null) return null;
  // Units of equal length: of the hour by which clocks change, a month notices nothing.
  const unit = (end - start) / units;
  const elapsed = BigInt(Math.min(units, Math.max(1, Math.floor((now - start) / unit) + 1)));
  const projected = (BigInt(spent) * BigInt(units) + elapsed - 1n) / elapsed;
  return nano(Math.min(Number(projected), Number.MAX_SAFE_INTEGER));
}
