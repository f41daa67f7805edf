import { createZonedCalendar, isTimeZone, type ZonedCalendar } from '../../lib/zoned-calendar.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const DURATION =
  /(?:in|after)\s+((?:\d+(?:\.\d+)?\s*(?:days?|hours?|hrs?|minutes?|mins?|seconds?|secs?|ms|[dhms])(?:,?\s*(?:and\s+)?)?)+)/i;
const DURATION_PART = /(\d+(?:\.\d+)?)\s*(ms|d|h|m|s)/gi;
const UNITS: Readonly<Record<string, number>> = { ms: 1, d: DAY, h: HOUR, m: MINUTE, s: SECOND };
/** `resets Apr 23 at 4pm (America/Recife)`, `try again at Aug 8th, 2026 12:30 PM`, `resets 2:10pm (Europe/Moscow)`. */
const MOMENT =
  /(?:resets?|reset|again|retry)(?:\s+(?:at|on))?\s+(?:([A-Z][a-z]{2})[a-z]*\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s*(?:(\d{4})\b)?,?\s*(?:at\s+)?)?(\d{1,2})(?::(\d{2}))?\s*([ap])\.?m\b\.?\s*(?:\(([^)]+)\))?/i;
const EPOCH = /\|(\d{10})\b|resets?_?at["']?\s*[:=]\s*(\d{10})\b/i;

/**
 * How long a limit still lasts, in ms, where a tool's words say it: as a duration, as an epoch, or as a time of day, which
 * is read in the zone that it names, else in `zone`. Undefined where nothing is said.
 */
export function readReset(words: string, now: number, zone: string): number | undefined {
  const epoch = EPOCH.exec(words);
  if (epoch) return Math.max(0, Number(epoch[1] ?? epoch[2]) * SECOND - now);
  const duration = DURATION.exec(words)?.[1];
  if (duration !== undefined) return Math.ceil(lengthOf(duration));
  const moment = MOMENT.exec(words);
  return moment ? untilMoment(moment, now, zone) : undefined;
}

function lengthOf(duration: string): number {
  let length = 0;
  for (const [, amount = '', unit = ''] of duration.matchAll(DURATION_PART)) {
    length += Number(amount) * (UNITS[unit.toLowerCase()] ?? 0);
  }
  return length;
}

function untilMoment(match: RegExpExecArray, now: number, zone: string): number | undefined {
  const [, month, day, year, hours = '', minutes = '0', half = ''] = match;
  const named = match[7] ?? zone;
  const calendar = createZonedCalendar(isTimeZone(named) ? named : zone);
  const timeOfDay = ((Number(hours) % 12) + (half.toLowerCase() === 'p' ? 12 : 0)) * HOUR + Number(minutes) * MINUTE;
  const today = calendar.dateAt(now);
  if (month === undefined) {
    const first = momentOf(calendar, today, timeOfDay);
    return (first > now ? first : momentOf(calendar, { ...today, day: today.day + 1 }, timeOfDay)) - now;
  }
  const index = MONTHS.indexOf(month.toLowerCase());
  if (index < 0) return undefined;
  const date = { year: year === undefined ? today.year : Number(year), month: index + 1, day: Number(day) };
  const first = momentOf(calendar, date, timeOfDay);
  if (first > now || year !== undefined) return Math.max(0, first - now);
  // A limit of some hours or days that names a date of the past means just now, one of long ago means next year.
  return now - first < DAY ? 0 : momentOf(calendar, { ...date, year: date.year + 1 }, timeOfDay) - now;
}

/** The moment at which local clocks show this time, however far midnight is away on a day when they change. */
function momentOf(calendar: ZonedCalendar, date: Parameters<ZonedCalendar['startOf']>[0], timeOfDay: number): number {
  const local = Date.UTC(date.year, date.month - 1, date.day) + timeOfDay;
  const guess = local - calendar.offsetAt(local);
  return local - calendar.offsetAt(guess);
}
