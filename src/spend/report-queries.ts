import type { ExpressionBuilder, Kysely, SelectQueryBuilder } from 'kysely';
import { nano } from '../domain/money.ts';
import type { Schema } from '../storage/schema.ts';
import type { ReportGroup, ReportQuery } from './reports.ts';

type Tables = { readonly c: Schema['calls']; readonly a: Schema['attempts'] };
type Build = ExpressionBuilder<Tables, 'c' | 'a'>;

/** A group as the database tells it: text, the number of a day since the epoch, or none. */
export type GroupKey = string | number | null;

const DAY_MS = 86_400_000;
/** Sums come as text, since a driver would round what lies beyond 2^53; `exact` in `kysely-reports.ts` reads them. */
type Sum = string;

export interface AttemptRow {
  readonly group: GroupKey;
  readonly attempts: number;
  readonly failed: number;
  readonly cached: number;
  readonly unknown: number;
  readonly estimated: number;
  readonly input: Sum;
  readonly cachedInput: Sum;
  readonly output: Sum;
  readonly cost: Sum;
}

/**
 * Attempts of the calls that began in the period, grouped. Money counts for every attempt, whatever became of it;
 * tokens for those that a provider has processed.
 */
export function attemptRows(db: Kysely<Schema>, query: ReportQuery) {
  return db
    .selectFrom('calls as c')
    .innerJoin('attempts as a', 'a.call_id', 'c.id')
    .$call((q) => inPeriod(q, query))
    .select((eb) => [
      groupColumn(eb, query.groupBy).as('group'),
      eb.fn.countAll<number>().as('attempts'),
      eb.fn.countAll<number>().filterWhere('a.result', 'in', ['failed', 'aborted']).as('failed'),
      eb.fn.countAll<number>().filterWhere('a.result', '=', 'cached').as('cached'),
      eb.fn
        .countAll<number>()
        .filterWhere((on) => on.and([on('a.cost_source', '=', 'unknown'), on('a.result', '!=', 'running')]))
        .as('unknown'),
      eb.fn.countAll<number>().filterWhere('a.cost_source', '=', 'estimated').as('estimated'),
      asText(eb, eb.fn.sum('a.input_tokens').filterWhere('a.result', '!=', 'cached')).as('input'),
      asText(eb, eb.fn.sum('a.cache_read_tokens').filterWhere('a.result', '!=', 'cached')).as('cachedInput'),
      asText(eb, eb.fn.sum('a.output_tokens').filterWhere('a.result', '!=', 'cached')).as('output'),
      asText(eb, eb.fn.sum('a.cost')).as('cost'),
    ])
    .groupBy((eb) => groupColumn(eb, query.groupBy));
}

export interface CallRow {
  readonly group: GroupKey;
  readonly calls: number;
  readonly compared: number;
  readonly baselineCost: Sum;
  readonly comparedCost: Sum;
}

/**
 * Calls that began in the period, grouped. A call stands once, in the group of its last attempt, which is the one that
 * answered if any did.
 */
export function callRows(db: Kysely<Schema>, query: ReportQuery) {
  return db
    .selectFrom('calls as c')
    .leftJoin('attempts as a', (join) =>
      join.onRef('a.call_id', '=', 'c.id').on('a.number', '=', (eb) =>
        eb
          .selectFrom('attempts as last')
          .select((s) => s.fn.max('last.number').as('number'))
          .whereRef('last.call_id', '=', 'c.id'),
      ),
    )
    .$call((q) => inPeriod(q as unknown as Rows, query))
    .select((eb) => {
      const comparable = query.baseline ? repriceable(eb) : eb('c.saved', 'is not', null);
      const baseline = query.baseline ? repriced(eb, query.baseline) : eb.ref('c.baseline_cost');
      return [
        groupColumn(eb, query.groupBy).as('group'),
        eb.fn.countAll<number>().as('calls'),
        eb.fn.countAll<number>().filterWhere(comparable).as('compared'),
        asText(eb, eb.fn.sum(baseline).filterWhere(comparable)).as('baselineCost'),
        asText(eb, eb.fn.sum('c.cost').filterWhere(comparable)).as('comparedCost'),
      ];
    })
    .groupBy((eb) => groupColumn(eb, query.groupBy));
}

/** Calls of the other kind in the same period: simulated for a real report, real for a simulated one. */
export function otherKindCount(db: Kysely<Schema>, { since, until, simulated }: ReportQuery) {
  return db
    .selectFrom('calls as c')
    .where('c.started_at', '>=', since)
    .where('c.started_at', '<', until)
    .where('c.simulated', '=', simulated ? 0 : 1)
    .select((eb) => eb.fn.countAll<number>().as('calls'));
}

/** Models against which the calls of the period were compared. */
export function baselineModels(db: Kysely<Schema>, { since, until, simulated }: ReportQuery) {
  return db
    .selectFrom('calls as c')
    .where('c.started_at', '>=', since)
    .where('c.started_at', '<', until)
    .where('c.simulated', '=', simulated ? 1 : 0)
    .select('c.baseline_model as model')
    .distinct()
    .orderBy('model');
}

// biome-ignore lint/complexity/noBannedTypes: the empty row is how Kysely writes "nothing selected yet".
type Rows = SelectQueryBuilder<Tables, 'c' | 'a', {}>;

function inPeriod(rows: Rows, { since, until, simulated, runId }: ReportQuery): Rows {
  const period = rows
    .where('c.started_at', '>=', since)
    .where('c.started_at', '<', until)
    .where('c.simulated', '=', simulated ? 1 : 0);
  return runId === undefined ? period : period.where('c.run_id', '=', runId);
}

function groupColumn(eb: Build, group: ReportGroup) {
  switch (group) {
    case 'model':
      return eb.ref('a.model').$castTo<GroupKey>();
    case 'provider':
      return eb.ref('a.provider').$castTo<GroupKey>();
    case 'run':
      return eb.ref('c.run_id').$castTo<GroupKey>();
    case 'day':
      // Whole division: both sides are integers, as a literal is (a bound number would be a float).
      return eb('c.started_at', '/', eb.lit(DAY_MS)).$castTo<GroupKey>();
    default:
      return eb.ref(`c.${group}`).$castTo<GroupKey>();
  }
}

function repriceable(eb: Build) {
  return eb.and([
    eb('c.cost', 'is not', null),
    eb('c.status', 'in', ['complete', 'incomplete']),
    eb('a.input_tokens', 'is not', null),
  ]);
}

/** Cost of the answer's tokens at other rates, rounded up to the nano-dollar, as `costOf` does; all in integers. */
function repriced(eb: Build, { inputRate, outputRate }: NonNullable<ReportQuery['baseline']>) {
  const input = eb('a.input_tokens', '*', eb.lit(nano(inputRate)));
  const output = eb('a.output_tokens', '*', eb.lit(nano(outputRate)));
  const product = eb(eb.parens(eb(input, '+', output)), '+', eb.lit(999_999));
  return eb(eb.parens(product), '/', eb.lit(1_000_000)).$castTo<number>();
}

function asText(eb: Build, sum: ReturnType<Build['fn']['sum']>) {
  return eb.cast<Sum>(eb.fn.coalesce(sum, eb.lit(0)), 'text');
}
