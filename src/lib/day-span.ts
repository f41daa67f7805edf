import { createZonedCalendar } from './zoned-calendar.ts';

/** A day of a time zone's calendar, epoch ms; 23 to 25 hours long where clocks are changed. */
export interface DaySpan {
  /** Inclusive. */
  readonly start: number;
  /** Exclusive. */
  readonly end: number;
}

/** Tells the day in which a moment (epoch ms) lies, in a zone named as IANA does (`UTC`, `America/Los_Angeles`). */
export function createDayFinder(timeZone: string): (now: number) => DaySpan {
  const calendar = createZonedCalendar(timeZone);
  let last: DaySpan = { start: 0, end: 0 };
  return (now) => {
    if (now >= last.start && now < last.end) return last;
    const date = calendar.dateAt(now);
    last = { start: calendar.startOf(date), end: calendar.startOf({ ...date, day: date.day + 1 }) };
    return last;
  };
}
