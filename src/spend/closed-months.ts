import type { Database, SqliteConnection } from '../storage/database.ts';
import { DAY_MS, firstDayOfMonth, monthOfDay, SUMS } from '../storage/rollup-sums.ts';

const SUM_LIST = SUMS.join(', ');
const ADDED_UP = SUMS.map((sum) => `sum(r.${sum})`).join(', ');
/** A month is left alone for so long after its end, as late calls may still be booked in it. */
const REST_MS = 2 * DAY_MS;

/** The sums of one month, from those of its days; parameters: its number, its first day, the day after its last. */
const MONTH_SUMS = `SELECT ? AS start, r.group_id, ${ADDED_UP} FROM rollup_days r
  WHERE r.start >= ? AND r.start < ? GROUP BY r.group_id`;

/** The sums of each day of all groups with the same simulated, purpose and baseline_model (t: that group). */
const DAY_TOTALS = `SELECT r.start, t.id, ${ADDED_UP} FROM rollup_days r
  JOIN report_groups g ON g.id = r.group_id
  JOIN report_groups t ON t.content = json_array('total', g.simulated, g.purpose, g.baseline_model)
  WHERE g.run IS NULL AND r.start >= ? AND r.start < ? GROUP BY r.start, t.id`;

/** Closes the months that are over: makes the sums that reports over long times read. Each in a transaction of its own. */
export function createMonthCloser({ sqlite, transaction }: Database): (now: number) => number {
  const firstDay = sqlite.prepare<[], number | null>('SELECT min(start) FROM rollup_days').pluck();
  const isClosed = sqlite.prepare('SELECT 1 FROM closed_months WHERE start = ?');
  const mark = sqlite.prepare('INSERT INTO closed_months VALUES (?)');
  const groups = sqlite.prepare(
    `INSERT INTO report_groups (content, run, simulated, purpose, baseline_model)
     SELECT DISTINCT json_array('total', g.simulated, g.purpose, g.baseline_model), NULL, g.simulated, g.purpose, g.baseline_model
     FROM report_groups g WHERE g.run IS NULL ON CONFLICT (content) DO NOTHING`,
  );
  const months = sqlite.prepare(`INSERT INTO rollup_months (start, group_id, ${SUM_LIST}) ${MONTH_SUMS}`);
  const totals = sqlite.prepare(`INSERT INTO rollup_day_totals (start, group_id, ${SUM_LIST}) ${DAY_TOTALS}`);

  const close = transaction((month: number): number => {
    if (isClosed.get(month)) return 0;
    const days = [firstDayOfMonth(month), firstDayOfMonth(month + 1)] as const;
    groups.run();
    months.run(month, ...days);
    totals.run(...days);
    mark.run(month);
    return 1;
  });

  return (now) => {
    const first = firstDay.get();
    if (typeof first !== 'number') return 0;
    const open = monthOfDay(Math.floor((now - REST_MS) / DAY_MS));
    let closed = 0;
    for (let month = monthOfDay(first); month < open; month++) if (!isClosed.get(month)) closed += close(month);
    return closed;
  };
}

/** Opens the month of a day again whose sums are about to change. Must run in the transaction that changes them. */
export function prepareReopen(sqlite: SqliteConnection): (day: number) => void {
  const remove = sqlite.prepare('DELETE FROM closed_months WHERE start = ?');
  const isClosed = sqlite.prepare('SELECT 1 FROM closed_months WHERE start = ?');
  const months = sqlite.prepare('DELETE FROM rollup_months WHERE start = ?');
  const totals = sqlite.prepare('DELETE FROM rollup_day_totals WHERE start >= ? AND start < ?');
  let last = { day: Number.NaN, month: 0 };
  return (day) => {
    if (day !== last.day) last = { day, month: monthOfDay(day) };
    const { month } = last;
    if (!isClosed.get(month)) return;
    remove.run(month);
    months.run(month);
    totals.run(firstDayOfMonth(month), firstDayOfMonth(month + 1));
  };
}

/** Adds the closed months up again; what does not agree, as sentences. */
export function auditClosedMonths(sqlite: SqliteConnection): readonly string[] {
  const differ = (made: string, table: string) => {
    const same = `SELECT start, group_id, ${SUM_LIST} FROM ${table} WHERE start >= ? AND start < ?`;
    return sqlite
      .prepare(`SELECT count(*) FROM (SELECT * FROM (${made}) EXCEPT ${same})
      UNION ALL SELECT count(*) FROM (${same} EXCEPT SELECT * FROM (${made}))`)
      .pluck();
  };
  const months = differ(MONTH_SUMS, 'rollup_months');
  const totals = differ(DAY_TOTALS, 'rollup_day_totals');
  const problems: string[] = [];
  for (const month of sqlite.prepare<[], number>('SELECT start FROM closed_months').pluck().all()) {
    const days = [firstDayOfMonth(month), firstDayOfMonth(month + 1)] as const;
    const wrong = [
      ...months.all(month, ...days, month, month + 1, month, month + 1, month, ...days),
      ...totals.all(...days, ...days, ...days, ...days),
    ].some((count) => Number(count) > 0);
    if (wrong) problems.push(`The sums of the closed month ${month} are not those of its days.`);
  }
  return problems;
}
