import type { Kysely } from 'kysely';
import { nano } from '../domain/money.ts';
import type { SqliteConnection } from '../storage/database.ts';
import { DAY_MS } from '../storage/rollup-sums.ts';
import type { Schema } from '../storage/schema.ts';
import type { Stretch } from './cover-period.ts';
import { exactSum } from './exact-sum.ts';
import { prepareExtent } from './extent.ts';
import { runTree } from './report-rows.ts';
import type { EffectLine, ReportQuery } from './reports.ts';

/** What optimisations did in a period, the one of most worth first; and the period as it could be told. */
export interface EffectFacts {
  readonly lines: readonly EffectLine[];
  readonly since: number;
  readonly until: number;
}

/**
 * Reads what each optimisation did: sums by day for whole days, rows for the rest of a day at either end and for a
 * single run. To be run inside one transaction.
 */
export function createEffectReport(sqlite: SqliteConnection): (db: Kysely<Schema>, query: ReportQuery) => EffectFacts {
  const extent = prepareExtent(sqlite);
  return (db, query) => {
    const { since, until, runId } = query;
    const asked = { since, until, days: [], rows: [[since, until] as const] };
    const cover = runId === undefined ? coverDays(since, until, extent().rowsFrom) : asked;
    const run = ({ sql, parameters }: ReturnType<typeof dayQuery | typeof rowQuery>) =>
      sqlite.prepare<unknown[], EffectSums>(sql).all(...parameters);
    const parts = [
      ...cover.days.flatMap((stretch) => run(dayQuery(db, stretch, query))),
      ...cover.rows.flatMap((stretch) => run(rowQuery(db, stretch, query))),
    ];
    const lines = [...new Set(parts.map(({ optimisation }) => optimisation))].map((name) =>
      toLine(
        name,
        parts.filter(({ optimisation }) => optimisation === name),
      ),
    );
    return { lines: lines.sort((a, b) => b.net - a.net || b.calls - a.calls), since: cover.since, until: cover.until };
  };
}

/** Whole days by their sums, the rest by rows; where those are gone an edge moves to the end of its day. Pure. */
export function coverDays(since: number, until: number, rowsFrom: number) {
  const floor = (moment: number) => Math.floor(moment / DAY_MS) * DAY_MS;
  const ceil = (moment: number) => Math.ceil(moment / DAY_MS) * DAY_MS;
  const from = floor(since) < rowsFrom ? floor(since) : since;
  const to = floor(until) < rowsFrom ? ceil(until) : until;
  const [first, end] = [ceil(from), floor(to)];
  const stretches = (...all: readonly Stretch[]) => all.filter(([a, b]) => a < b);
  if (first >= end) return { since: from, until: to, days: [], rows: stretches([from, to]) };
  return {
    since: from,
    until: to,
    days: stretches([first / DAY_MS, end / DAY_MS]),
    rows: stretches([from, first], [end, to]),
  };
}

/** Sums come as text, since a driver would round what lies beyond 2^53. */
interface EffectSums {
  readonly optimisation: string;
  readonly calls: string;
  readonly tokens: string;
  readonly cost: string;
  readonly unknown: string;
  readonly own: string;
}

function dayQuery(db: Kysely<Schema>, [from, to]: Stretch, { simulated }: ReportQuery) {
  return db
    .selectFrom('effect_days as d')
    .innerJoin('names as n', 'n.id', 'd.optimisation')
    .where('d.start', '>=', from)
    .where('d.start', '<', to)
    .where('d.simulated', '=', simulated ? 1 : 0)
    .select('n.name as optimisation')
    .select(({ cast, fn }) => [
      cast<string>(fn.sum('d.calls'), 'text').as('calls'),
      cast<string>(fn.sum('d.tokens_avoided'), 'text').as('tokens'),
      cast<string>(fn.sum('d.cost_avoided'), 'text').as('cost'),
      cast<string>(fn.sum('d.unknown'), 'text').as('unknown'),
      cast<string>(fn.sum('d.own_cost'), 'text').as('own'),
    ])
    .groupBy('n.name')
    .compile();
}

function rowQuery(db: Kysely<Schema>, [from, to]: Stretch, { simulated, runId }: ReportQuery) {
  const rows = db
    .selectFrom('call_rows as c')
    .innerJoin('effect_rows as e', 'e.seq', 'c.seq')
    .innerJoin('contexts as x', 'x.id', 'c.context')
    .innerJoin('names as n', 'n.id', 'e.optimisation')
    .where('c.started_at', '>=', from)
    .where('c.started_at', '<', to)
    .where('x.simulated', '=', simulated ? 1 : 0);
  return (runId === undefined ? rows : rows.where('c.run', 'in', runTree(db, runId)))
    .select('n.name as optimisation')
    .select(({ cast, fn, eb }) => [
      cast<string>(fn.countAll(), 'text').as('calls'),
      cast<string>(fn.sum('e.tokens_avoided'), 'text').as('tokens'),
      cast<string>(fn.coalesce(fn.sum('e.cost_avoided'), eb.lit(0)), 'text').as('cost'),
      cast<string>(eb(fn.countAll(), '-', fn.count('e.cost_avoided')), 'text').as('unknown'),
      cast<string>(fn.sum('e.own_cost'), 'text').as('own'),
    ])
    .groupBy('n.name')
    .compile();
}

function toLine(optimisation: string, parts: readonly EffectSums[]): EffectLine {
  const total = (column: Exclude<keyof EffectSums, 'optimisation'>) =>
    nano(parts.reduce((sum, part) => sum + exactSum(part[column]), 0));
  const [costAvoided, ownCost] = [total('cost'), total('own')];
  return {
    optimisation,
    calls: total('calls'),
    tokensAvoided: total('tokens'),
    costAvoided,
    unknownCalls: total('unknown'),
    ownCost,
    net: nano(costAvoided - ownCost),
  };
}
