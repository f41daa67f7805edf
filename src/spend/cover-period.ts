import { DAY_MS, firstDayOfMonth, HOUR_MS } from '../storage/rollup-sums.ts';

/** A stretch from a number, inclusive, to a number, exclusive. */
export type Stretch = readonly [from: number, to: number];

/** A period as the roll-ups and rows that add up to it: each moment in exactly one of them. */
export interface Cover {
  /** The period, epoch ms: as it was asked for, or widened to whole hours where the rows of its edges are gone. */
  readonly since: number;
  readonly until: number;
  /** Closed months since January 1970. */
  readonly months: readonly Stretch[];
  /** Days since the epoch: those that lie in no such month. */
  readonly days: readonly Stretch[];
  /** Hours since the epoch. */
  readonly hours: readonly Stretch[];
  /** Epoch ms: less than an hour each, whose rows are read. */
  readonly rows: readonly Stretch[];
}

export interface Extent {
  /** When the first and the last call began; null where there is none. */
  readonly first: number | null;
  readonly last: number | null;
  /** Rows of calls that began before are gone. */
  readonly rowsFrom: number;
  /** Months since January 1970 that have sums of their own; rising. */
  readonly closedMonths: readonly number[];
}

const DAY_HOURS = DAY_MS / HOUR_MS;

/** Covers [since, until) with whole months and days, whole hours at both ends, and rows for what is less than an hour. Pure. */
export function coverPeriod(since: number, until: number, { first, last, rowsFrom, closedMonths }: Extent): Cover {
  // Where there is nothing before or after, a whole day costs less than its parts.
  const begin = first === null || since <= first ? floorTo(since, DAY_MS) : since;
  const end = last === null || until > last ? ceilTo(until, DAY_MS) : until;
  const [from, to] = widen(begin, end, rowsFrom);
  const [firstHour, endHour] = [Math.ceil(from / HOUR_MS), Math.floor(to / HOUR_MS)];
  const asked = { since: begin === since ? from : since, until: end === until ? to : until };
  if (firstHour > endHour) return { ...asked, ...NO_DAYS, hours: [], rows: stretches([from, to]) };
  const rows = stretches([from, firstHour * HOUR_MS], [endHour * HOUR_MS, to]);
  const [firstDay, endDay] = [Math.ceil(firstHour / DAY_HOURS), Math.floor(endHour / DAY_HOURS)];
  if (firstDay >= endDay) return { ...asked, ...NO_DAYS, hours: stretches([firstHour, endHour]), rows };
  const hours = stretches([firstHour, firstDay * DAY_HOURS], [endDay * DAY_HOURS, endHour]);
  return { ...asked, ...coverDays([firstDay, endDay], closedMonths), hours, rows };
}

const NO_DAYS = { months: [], days: [] };

/** Days by the closed months that lie in them as a whole, and what is between. */
function coverDays([from, to]: Stretch, closed: readonly number[]): Pick<Cover, 'months' | 'days'> {
  const months = closed.filter((month) => firstDayOfMonth(month) >= from && firstDayOfMonth(month + 1) <= to);
  const days: Stretch[] = [];
  let next = from;
  for (const month of months) {
    days.push([next, firstDayOfMonth(month)]);
    next = firstDayOfMonth(month + 1);
  }
  return {
    months: months.map((month) => [month, month + 1] as const),
    days: stretches(...days, [next, to]),
  };
}

/** An edge that lies in an hour whose rows are gone moves to the end of that hour. */
function widen(since: number, until: number, rowsFrom: number): Stretch {
  const gone = (moment: number) => floorTo(moment, HOUR_MS) < rowsFrom;
  return [gone(since) ? floorTo(since, HOUR_MS) : since, gone(until) ? ceilTo(until, HOUR_MS) : until];
}

function stretches(...all: readonly Stretch[]): readonly Stretch[] {
  return all.filter(([from, to]) => from < to);
}

function floorTo(value: number, unit: number): number {
  return Math.floor(value / unit) * unit;
}

function ceilTo(value: number, unit: number): number {
  return Math.ceil(value / unit) * unit;
}
