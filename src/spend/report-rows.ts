import type { CompiledQuery, ExpressionBuilder, Kysely, SelectQueryBuilder } from 'kysely';
import type { SqliteConnection } from '../storage/database.ts';
import { ATTEMPT_SUMS, CALL_SUMS, DAY_MS, firstDayOfMonth, HOUR_MS, SUMS, type Sum } from '../storage/rollup-sums.ts';
import type { Schema } from '../storage/schema.ts';
import { type Cover, coverPeriod, type Stretch } from './cover-period.ts';
import { exactSum } from './exact-sum.ts';
import { prepareExtent } from './extent.ts';
import type { ReportQuery, RowGroup } from './reports.ts';

/** Text (a JSON list, for `tag`), the number of a day since the epoch, or null for none. */
type Group = string | number | null;

/** A query whose groups are those of calls. */
export type RowsQuery = ReportQuery & { readonly groupBy: RowGroup };

/** Sums of one group. */
export interface GroupSums {
  readonly group: Group;
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

/** The database of a report: queries are built with `db` and run on `sqlite`, at once, in the caller's transaction. */
interface Source {
  readonly db: Kysely<Schema>;
  readonly sqlite: SqliteConnection;
}

/**
 * Reads what a report is made of: roll-ups for whole days and hours, rows for less than an hour at either end and for a
 * single run (which an index finds), and what is in flight. To be run inside one transaction. A group may come in
 * several parts, which add up.
 */
export function createReportRows(sqlite: SqliteConnection): (db: Kysely<Schema>, query: RowsQuery) => ReportFacts {
  const extent = prepareExtent(sqlite);
  return (db, query) => {
    const { since, until, runId } = query;
    const source = { db, sqlite };
    const asked: Cover = { since, until, months: [], days: [], hours: [], rows: [[since, until]] };
    // A run is small and is found by its index, so its rows are read whatever the period.
    const cover = runId === undefined ? coverPeriod(since, until, extent()) : asked;
    const groups = [
      ...readDays(source, cover, query.groupBy),
      ...cover.hours.flatMap((hours) => readRollup(source, 'rollup_hours', hours, query.groupBy)),
      ...cover.rows.flatMap((stretch) => readFacts(source, stretch, query)),
      ...toGroups(source, inFlightSums(db, query)),
    ];
    return { groups, since: cover.since, until: cover.until };
  };
}

type Rollup = 'rollup_day_totals' | 'rollup_months' | 'rollup_days' | 'rollup_hours';

/** Whole days. By day, the totals of those in closed months are enough; else the sums of the months are. */
function readDays(source: Source, { months, days }: Cover, groupBy: RowGroup): readonly GroupSums[] {
  const closed = months.flatMap(([month, end]) =>
    groupBy === 'day'
      ? readRollup(source, 'rollup_day_totals', [firstDayOfMonth(month), firstDayOfMonth(end)], 'day')
      : readRollup(source, 'rollup_months', [month, end], groupBy),
  );
  return [...closed, ...days.flatMap((stretch) => readRollup(source, 'rollup_days', stretch, groupBy))];
}

function readRollup(source: Source, table: Rollup, stretch: Stretch, groupBy: RowGroup): readonly GroupSums[] {
  const read = (ofRuns: boolean) => toGroups(source, rollupSums(source.db, table, stretch, groupBy, ofRuns));
  if (groupBy !== 'run') return read(false);
  // Runs have groups of their own; what belongs to none is all that there is, without them.
  const runs = read(true);
  return [...runs, ...read(false), ...withoutRuns(runs)];
}

function readFacts(source: Source, stretch: Stretch, query: RowsQuery): readonly GroupSums[] {
  return [
    ...toGroups(source, factSums(source.db, 'attempt_facts', ATTEMPT_SUMS, stretch, query)),
    ...toGroups(source, factSums(source.db, 'call_facts', CALL_SUMS, stretch, query)),
  ];
}

/** First by group, of which there are few, so that names are looked up once for each and not for each hour. */
function rollupSums(db: Kysely<Schema>, table: Rollup, [from, to]: Stretch, groupBy: RowGroup, ofRuns: boolean) {
  const group = groupBy === 'day' ? 'r.day' : (`g.${columnOf(groupBy)}` as const);
  return db
    .selectFrom((eb) =>
      eb
        .selectFrom(table)
        .select('group_id')
        .select((each) => SUMS.map((sum) => each.fn.sum<number>(sum).as(sum)))
        .where('start', '>=', from)
        .where('start', '<', to)
        .groupBy('group_id')
        .$if(groupBy === 'day', (sums) =>
          sums.select((each) => dayOf(each, table).as('day')).groupBy((each) => dayOf(each, table)),
        )
        .as('r'),
    )
    .innerJoin('report_groups as g', 'g.id', 'r.group_id')
    .where('g.run', ofRuns ? 'is not' : 'is', null)
    .select([`${group} as group`, 'g.simulated', 'g.purpose', 'g.baseline_model as baselineModel'])
    .select((eb) => SUMS.map((sum) => eb.cast<string>(eb.fn.sum(`r.${sum}`), 'text').as(sum)))
    .groupBy([group, 'g.simulated', 'g.purpose', 'g.baseline_model'])
    .compile();
}

function dayOf(eb: ExpressionBuilder<Schema, Rollup>, table: Rollup) {
  // Literals, here and below, since a bound number would be a float and the division one of fractions.
  return table === 'rollup_hours' ? eb('start', '/', eb.lit(DAY_MS / HOUR_MS)) : eb.ref('start');
}

function factSums(
  db: Kysely<Schema>,
  view: 'attempt_facts' | 'call_facts',
  sums: readonly Sum[],
  [from, to]: Stretch,
  { groupBy, runId }: RowsQuery,
) {
  const group = (eb: ExpressionBuilder<Schema, typeof view>) => {
    if (groupBy === 'day') return eb('call_started_at', '/', eb.lit(DAY_MS)).$castTo<Group>();
    return eb.ref(groupBy === 'run' ? 'run_id' : columnOf(groupBy)).$castTo<Group>();
  };
  const facts = db.selectFrom(view).where('call_started_at', '>=', from).where('call_started_at', '<', to);
  return (runId === undefined ? facts : facts.where('run', 'in', runTree(db, runId)))
    .select((eb) => group(eb).as('group'))
    .select(['simulated', 'purpose', 'baseline_model as baselineModel'])
    .select((eb) => sums.map((sum) => eb.cast<string>(eb.fn.sum(sum), 'text').as(sum)))
    .groupBy((eb) => [group(eb), 'simulated', 'purpose', 'baseline_model'])
    .compile();
}

/** Calls and attempts in flight: each counts as one, and nothing else is known of it. */
function inFlightSums(db: Kysely<Schema>, { since, until, groupBy, runId }: RowsQuery) {
  const rows = db
    .selectFrom('in_flight as f')
    .innerJoin('report_groups as g', (join) => join.on('g.id', '=', (eb) => eb.ref('f.groups', '->>').at(0)))
    .leftJoin('names as n', 'n.id', 'f.run')
    .where('f.owner', 'is not', null)
    .where('f.call_started_at', '>=', since)
    .where('f.call_started_at', '<', until);
  const group = (eb: BuilderOf<typeof rows>) => {
    if (groupBy === 'day') return eb('f.call_started_at', '/', eb.lit(DAY_MS)).$castTo<Group>();
    return eb.ref(groupBy === 'run' ? 'n.name' : `g.${columnOf(groupBy)}`).$castTo<Group>();
  };
  return (runId === undefined ? rows : rows.where('f.run', 'in', runTree(db, runId)))
    .select((eb) => group(eb).as('group'))
    .select(['g.simulated', 'g.purpose', 'g.baseline_model as baselineModel'])
    .select(({ cast, fn }) => [
      cast<string>(fn.countAll().filterWhere('f.number', 'is', null), 'text').as('calls'),
      cast<string>(fn.countAll().filterWhere('f.number', 'is not', null), 'text').as('attempts'),
    ])
    .groupBy((eb) => [group(eb), 'g.simulated', 'g.purpose', 'g.baseline_model'])
    .compile();
}

type BuilderOf<Q> =
  Q extends SelectQueryBuilder<infer DB, infer Tables, unknown> ? ExpressionBuilder<DB, Tables> : never;

/** A run and all that it began, directly or not. */
export function runTree(db: Kysely<Schema>, runId: string) {
  return db
    .withRecursive('tree(run)', (tree) =>
      tree
        .selectFrom('names')
        .select('names.id as run')
        .where('names.name', '=', runId)
        .union(tree.selectFrom('run_parents as p').innerJoin('tree', 'tree.run', 'p.parent').select('p.run')),
    )
    .selectFrom('tree')
    .select('tree.run');
}

function columnOf(group: Exclude<RowGroup, 'day'>) {
  return group === 'tag' ? 'tags' : group;
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

function toGroups({ sqlite }: Source, { sql, parameters }: CompiledQuery): readonly GroupSums[] {
  const rows = sqlite.prepare<unknown[], Record<string, string | number | null>>(sql).all(...parameters);
  return rows.map((row) => {
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
