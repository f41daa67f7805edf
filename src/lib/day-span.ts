/** A day of a time zone's calendar, epoch ms; 23 to 25 hours long where clocks are changed. */
export interface DaySpan {
  /** Inclusive. */
  readonly start: number;
  /** Exclusive. */
  readonly end: number;
}

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** Tells the day in which a moment (epoch ms) lies, in a zone named as IANA does (`UTC`, `America/Los_Angeles`). */
export function createDayFinder(timeZone: string): (now: number) => DaySpan {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  });
  let last: DaySpan = { start: 0, end: 0 };

  /** The zone's clock at a moment, as if it were UTC. */
  function wallTime(at: number): number {
    const parts = new Map(format.formatToParts(at).map(({ type, value }) => [type, Number(value)]));
    const of = (type: Intl.DateTimeFormatPartTypes) => parts.get(type) ?? 0;
    return Date.UTC(of('year'), of('month') - 1, of('day'), of('hour'), of('minute'), of('second'));
  }

  /** The first moment at which the zone's clock shows this time or a later one. */
  function momentOf(wall: number): number {
    // An offset taken near the moment may be that of before a change; the second look corrects it.
    let at = wall - (wallTime(wall) - wall);
    at = wall - (wallTime(at) - at);
    // Where midnight itself is skipped, the day begins at the first time that exists.
    return wallTime(at) < wall ? at + HOUR : at;
  }

  return (now) => {
    if (now >= last.start && now < last.end) return last;
    const wall = wallTime(Math.floor(now / 1000) * 1000);
    const midnight = wall - (((wall % DAY) + DAY) % DAY);
    last = { start: momentOf(midnight), end: momentOf(midnight + DAY) };
    return last;
  };
}

/** Whether this machine knows a time zone of that name. */
export function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en-US', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
