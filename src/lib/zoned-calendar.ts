/** A date of the calendar; months and days count from 1. Out of range is carried over: the 32nd of January is the 1st of February. */
export interface CalendarDate {
  readonly year: number;
  readonly month: number;
  readonly day: number;
}

/** The calendar of one time zone. */
export interface ZonedCalendar {
  /** The local date at a moment (epoch ms). */
  dateAt(moment: number): CalendarDate;
  /** What local clocks are ahead of UTC, in ms. */
  offsetAt(moment: number): number;
  /** The first moment (epoch ms) of a date; of the next one that exists where the zone has skipped it. */
  startOf(date: CalendarDate): number;
}

const HOUR = 3_600_000;
/** No zone is further from UTC than 14 hours. */
const REACH = 16 * HOUR;

/** Whether a name is that of a time zone (`Europe/Berlin`, `UTC`). */
export function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en-US', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

/** The calendar of a zone by its IANA name; throws a RangeError for one that nobody knows. */
export function createZonedCalendar(zone: string): ZonedCalendar {
  return zone === 'UTC' ? UTC : fromIntl(zone);
}

const UTC: ZonedCalendar = {
  dateAt: toDate,
  offsetAt: () => 0,
  startOf: toEpoch,
};

function fromIntl(zone: string): ZonedCalendar {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    hourCycle: 'h23',
    ...{ year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric', second: 'numeric' },
  });
  const offsetAt = (moment: number): number => {
    const parts: Record<string, number> = {};
    for (const { type, value } of format.formatToParts(moment)) parts[type] = Number(value);
    const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
    return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(moment / 1000) * 1000;
  };
  return {
    offsetAt,
    dateAt: (moment) => toDate(moment + offsetAt(moment)),
    startOf(date) {
      // The first moment whose local clock shows this date or a later one: right through every change of the clocks,
      // also where midnight does not exist.
      const target = toEpoch(date);
      let before = target - REACH;
      let after = target + REACH;
      while (after - before > 1) {
        const middle = Math.floor((before + after) / 2);
        if (middle + offsetAt(middle) >= target) after = middle;
        else before = middle;
      }
      return after;
    },
  };
}

function toDate(local: number): CalendarDate {
  const date = new Date(local);
  return { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() };
}

function toEpoch({ year, month, day }: CalendarDate): number {
  return Date.UTC(year, month - 1, day);
}
