import type { SqliteConnection } from '../storage/database.ts';
import { ATTEMPT_SUMS, CALL_SUMS, DAY_MS, firstDayOfMonth, HOUR_MS, SUMS, type Sum } from '../storage/rollup-sums.ts';
import { RUN_TREE } from './budget-rules.ts';
import { type Cover, coverPeriod, type Stretch } from './cover-period.ts';
import { exactSum } from './exact-sum.ts';
import { prepareExtent } from './extent.ts';
import type { ReportGroup, ReportQuery } from './reports.ts';

/** Sums of one group. */
export interface GroupSums {
  /** Text (a JSON list, for `tag`), the number of a day since the epoch, or null for none. */
  readonly group: string | number | null;
  readonly simulated: boolean;
  readonly purpose: string | null;
  readonly baselineModel: string | null;
  readonly sums: Readonly<Record<Sum, number>>;
}

export interface ReportFacts {
  readonly groups: readonly GroupSums[];
  /** The period as it could be told: see `Cover`. */
  readonly since: number;
  readonly until: number;
}

/**
 * Reads what a report is made of: roll-ups for whole days and hours, rows for less than an hour at either end and for a
 * single run (which an index finds), and what is in flight. To be run inside one transaction. A group may come in
 * several parts, which add up.
 */
export function createReportRows(sqlite: SqliteConnection): (query: ReportQuery) => ReportFacts {
  const extent = prepareExtent(sqlite);
  return (query) => {
    const { since, until, runId } = query;
    const asked: Cover = { since, until, months: [], days: [], hours: [], rows: [[since, until]] };
    // A run is small and is found by its index, so its rows are read whatever the period.
    const cover = runId === undefined ? coverPeriod(since, until, extent()) : asked;
    const groups = [
      ...readDays(sqlite, cover, query.groupBy),
      ...cover.hours.flatMap((hours) => readRollup(sqlite, 'rollup_hours', hours, query.groupBy)),
      ...cover.rows.flatMap((stretch) => readFacts(sqlite, stretch, query)),
      ...readInFlight(sqlite, query),
    ];
    return { groups, since: cover.since, until: cover.until };
  };
}

type Table = 'rollup_day_totals' | 'rollup_months' | 'rollup_days' | 'rollup_hours';

/** Whole days. By day, the totals of those in closed months are enough; else the sums of the months are. */
function readDays(sqlite: SqliteConnection, { months, days }: Cover, groupBy: ReportGroup): readonly GroupSums[] {
  const closed = months.flatMap(([month, end]) =>
    groupBy === 'day'
      ? readRollup(sqlite, 'rollup_day_totals', [firstDayOfMonth(month), firstDayOfMonth(end)], 'day')
      : readRollup(sqlite, 'rollup_months', [month, end], groupBy),
  );
  return [...closed, ...days.flatMap((stretch) => readRollup(sqlite, 'rollup_days', stretch, groupBy))];
}

function readRollup(sqlite: SqliteConnection, table: Table, stretch: Stretch, groupBy: ReportGroup) {
  if (groupBy !== 'run') return sumRollup(sqlite, table, stretch, groupBy, 'g.run IS NULL');
  // Runs have groups of their own; what belongs to none is all that there is, without them.
  const runs = sumRollup(sqlite, table, stretch, 'run', 'g.run IS NOT NULL');
  const rest = sumRollup(sqlite, table, stretch, 'run', 'g.run IS NULL');
  return [...runs, ...rest, ...withoutRuns(runs)];
}

function sumRollup(
  sqlite: SqliteConnection,
  table: Table,
  [from, to]: Stretch,
  groupBy: ReportGroup,
  which: string,
): readonly GroupSums[] {
  const byDay = groupBy === 'day';
  const day = table === 'rollup_hours' ? `start / ${DAY_MS / HOUR_MS}` : 'start';
  // First by group, of which there are few, so that names are looked up once for each and not for each hour.
  const sql = `SELECT ${byDay ? 'r.day' : groupColumn(groupBy, 'g')} AS "group", ${APART.replaceAll('?', 'g')},
      ${SUMS.map((sum) => `CAST(sum(r.${sum}) AS TEXT) AS ${sum}`).join(', ')}
    FROM (SELECT group_id, ${byDay ? `${day} AS day, ` : ''}${SUMS.map((sum) => `sum(${sum}) AS ${sum}`).join(', ')}
          FROM ${table} WHERE start >= ? AND start < ? GROUP BY group_id${byDay ? ', day' : ''}) r
    JOIN report_groups g ON g.id = r.group_id WHERE ${which} GROUP BY 1, 2, 3, 4`;
  return toGroups(sqlite.prepare(sql).all(from, to));
}

function readFacts(sqlite: SqliteConnection, [from, to]: Stretch, query: ReportQuery): readonly GroupSums[] {
  const { groupBy, runId } = query;
  const inRun = runId === undefined ? '' : `AND f.run IN (${RUN_TREE})`;
  const values = [from, to, ...(runId === undefined ? [] : [runId])];
  const column =
    groupBy === 'day' ? `f.call_started_at / ${DAY_MS}` : groupBy === 'run' ? 'f.run_id' : groupColumn(groupBy, 'f');
  const read = (view: string, sums: readonly Sum[]) => {
    const sql = `SELECT ${column} AS "group", ${APART.replaceAll('?', 'f')},
        ${sums.map((sum) => `CAST(sum(f.${sum}) AS TEXT) AS ${sum}`).join(', ')}
      FROM ${view} f WHERE f.call_started_at >= ? AND f.call_started_at < ? ${inRun} GROUP BY 1, 2, 3, 4`;
    return toGroups(sqlite.prepare(sql).all(...values));
  };
  return [...read('attempt_facts', ATTEMPT_SUMS), ...read('call_facts', CALL_SUMS)];
}

/** Calls and attempts in flight: each counts as one, and nothing else is known of it. */
function readInFlight(sqlite: SqliteConnection, { since, until, groupBy, runId }: ReportQuery): readonly GroupSums[] {
  const inRun = runId === undefined ? '' : `AND f.run IN (${RUN_TREE})`;
  const column =
    groupBy === 'day'
      ? `f.call_started_at / ${DAY_MS}`
      : groupBy === 'run'
        ? '(SELECT name FROM names WHERE id = f.run)'
        : groupColumn(groupBy, 'g');
  const sql = `SELECT ${column} AS "group", ${APART.replaceAll('?', 'g')},
      CAST(sum(f.number IS NULL) AS TEXT) AS calls, CAST(sum(f.number IS NOT NULL) AS TEXT) AS attempts
    FROM in_flight f JOIN report_groups g ON g.id = f.groups ->> 0
    WHERE f.owner IS NOT NULL AND f.call_started_at >= ? AND f.call_started_at < ? ${inRun} GROUP BY 1, 2, 3, 4`;
  return toGroups(sqlite.prepare(sql).all(since, until, ...(runId === undefined ? [] : [runId])));
}

/** What is never added together. */
const APART = '?.simulated, ?.purpose, ?.baseline_model AS baselineModel';

function groupColumn(group: ReportGroup, table: string): string {
  return group === 'tag' ? `${table}.tags` : `${table}.${group}`;
}

const NOTHING = Object.fromEntries(SUMS.map((sum) => [sum, 0])) as Record<Sum, number>;

/** What runs take off from everything, as parts of the group without a run; one for each kind of them. */
function withoutRuns(runs: readonly GroupSums[]): readonly GroupSums[] {
  const kinds = new Map<string, GroupSums & { readonly sums: Record<Sum, number> }>();
  for (const { simulated, purpose, sums } of runs) {
    const key = `${simulated} ${purpose}`;
    const kind = kinds.get(key) ?? { group: null, simulated, purpose, baselineModel: null, sums: { ...NOTHING } };
    for (const sum of SUMS) kind.sums[sum] -= sums[sum];
    kinds.set(key, kind);
  }
  return [...kinds.values()];
}

function toGroups(rows: readonly unknown[]): readonly GroupSums[] {
  return (rows as readonly Record<string, string | number | null>[]).map((row) => {
    const sums = { ...NOTHING };
    // Sums come as text, since a driver would round what lies beyond 2^53.
    for (const sum of SUMS) {
      const text = row[sum];
      if (typeof text === 'string') sums[sum] = exactSum(text);
    }
    const { group = null, purpose, baselineModel } = row;
    return {
      group,
      simulated: row['simulated'] === 1,
      purpose: typeof purpose === 'string' ? purpose : null,
      baselineModel: typeof baselineModel === 'string' ? baselineModel : null,
      sums,
    };
  });
}
