import type { Kysely } from 'kysely';
import type { BudgetStatus } from '../domain/budget.ts';
import { isoTime } from '../lib/clock.ts';
import type { Database } from '../storage/database.ts';
import { DAY_MS } from '../storage/rollup-sums.ts';
import type { Schema } from '../storage/schema.ts';
import { addLines, addSums, byCost, byName, EMPTY_LINE, toLine } from './report-lines.ts';
import { createReportRows, type GroupSums } from './report-rows.ts';
import type { Overhead, Report, ReportLine, ReportQuery, Reports, SpendDay } from './reports.ts';
import { spendTrend } from './spend-trend.ts';

export interface SqliteReportsDeps {
  readonly database: Database;
  /** What the report says of budgets: the ledger's `budgets`. */
  readonly budgets: () => readonly BudgetStatus[];
  /** Named where the period has no call that tells its own. */
  readonly baselineModel: string;
}

/** Reports from roll-ups. Sums are exact; one that is too large to be exact throws `invalid_amount`. */
export function createSqliteReports({ database, budgets, baselineModel }: SqliteReportsDeps): Reports {
  const read = createReportRows(database.sqlite);
  // All from one state of the database. Queries are built by Kysely and run here, at once: its own transactions would
  // stay open between awaits, on a connection that the ledger writes with.
  const readBoth = database.guarded(
    database.sqlite.transaction((db: Kysely<Schema>, query: ReportQuery) => ({
      facts: read(db, query),
      days: query.groupBy === 'day' ? null : read(db, { ...query, groupBy: 'day' }),
    })),
  );
  return {
    async report(query) {
      const { facts, days } = readBoth(await database.kysely(), query);
      const own = facts.groups.filter(({ simulated }) => simulated === query.simulated);
      const others = facts.groups.filter(({ simulated }) => simulated !== query.simulated);
      const merged = mergeParts(own);
      const totals = merged.reduce<ReportLine>((sum, each) => addLines(sum, toLine(query, each)), NOTHING);
      const daily = dailyOf((days ?? facts).groups.filter(({ simulated }) => simulated === query.simulated));
      const overhead = overheadOf(own);
      return {
        since: isoTime(facts.since),
        until: isoTime(facts.until),
        simulated: query.simulated,
        groupBy: query.groupBy,
        totals,
        groups: groupLines(query, merged),
        savings: savingsOf(query, own, totals, overhead, baselineModel),
        overhead,
        daily,
        trend: spendTrend(daily.map(({ cost }) => cost)),
        budgets: budgets(),
        otherKindCalls: others.reduce((sum, { sums }) => sum + sums.calls, 0),
      };
    },
  };
}

const NOTHING: ReportLine = { ...EMPTY_LINE, group: null };

type GroupPart = Pick<GroupSums, 'group' | 'sums'>;

/** The parts of each group as one. */
function mergeParts(parts: readonly GroupSums[]): readonly GroupPart[] {
  const groups = new Map<GroupSums['group'], GroupPart>();
  for (const { group, sums } of parts) {
    const before = groups.get(group);
    groups.set(group, { group, sums: before ? addSums(before.sums, sums) : sums });
  }
  return [...groups.values()];
}

function groupLines(query: ReportQuery, merged: readonly GroupPart[]): readonly ReportLine[] {
  const lines = new Map<string | null, ReportLine>();
  for (const each of merged) {
    const line = toLine(query, each);
    for (const group of groupsOf(query, each)) {
      lines.set(group, addLines(lines.get(group) ?? { ...EMPTY_LINE, group }, line));
    }
  }
  const told = [...lines.values()].filter(({ calls, attempts }) => calls !== 0 || attempts !== 0);
  return told.sort(query.groupBy === 'day' ? byName : byCost);
}

function groupsOf({ groupBy }: ReportQuery, { group }: GroupPart): readonly (string | null)[] {
  if (group === null) return [null];
  if (groupBy === 'day') return [dayOf(Number(group))];
  return groupBy === 'tag' ? [...new Set(JSON.parse(String(group)) as string[])] : [String(group)];
}

function savingsOf(
  query: ReportQuery,
  own: readonly GroupSums[],
  totals: ReportLine,
  overhead: Overhead,
  fallback: string,
): Report['savings'] {
  const models = [...new Set(own.flatMap(({ baselineModel }) => (baselineModel === null ? [] : [baselineModel])))];
  const model = query.baseline?.model ?? (models.sort().join(', ') || fallback);
  const compared = own.reduce((sum, { sums }) => sum + (query.baseline ? sums.repriceable : sums.compared), 0);
  const saved = totals.saved - overhead.cost;
  return {
    baselineModel: model,
    saved: saved as Report['savings']['saved'],
    overhead: overhead.cost,
    share: totals.baselineCost > 0 ? saved / totals.baselineCost : null,
    comparedCalls: compared,
    notComparedCalls: totals.calls - compared,
    method: methodOf(query, model),
  };
}

function methodOf({ baseline }: ReportQuery, model: string): string {
  const prices = baseline
    ? `at the rates given for ${model} now (added up by group, then rounded up)`
    : `at the price of the baseline (${model}) at the time of each call`;
  return (
    `Saved = what the tokens of each answer would have cost ${prices}, minus what the call did cost with all its ` +
    "attempts, minus farebox's own calls. Only calls that were answered and whose cost and baseline price are known " +
    'are compared. It is an estimate: another model would have split the text into other tokens and answered at ' +
    'another length.'
  );
}

function overheadOf(own: readonly GroupSums[]): Overhead {
  const purposes = new Map<string, { calls: number; cost: number }>();
  for (const { purpose, sums } of own) {
    if (purpose === null) continue;
    const before = purposes.get(purpose) ?? { calls: 0, cost: 0 };
    purposes.set(purpose, { calls: before.calls + sums.calls, cost: before.cost + sums.cost });
  }
  const listed = [...purposes].map(([purpose, sums]) => ({ purpose, ...sums })) as unknown as Overhead['purposes'];
  return {
    calls: listed.reduce((sum, { calls }) => sum + calls, 0),
    cost: listed.reduce((sum, { cost }) => sum + cost, 0) as Overhead['cost'],
    purposes: [...listed].sort((a, b) => b.cost - a.cost),
  };
}

function dailyOf(own: readonly GroupSums[]): readonly SpendDay[] {
  const days = new Map<number, { calls: number; cost: number }>();
  for (const { group, sums } of own) {
    const before = days.get(Number(group)) ?? { calls: 0, cost: 0 };
    days.set(Number(group), { calls: before.calls + sums.calls, cost: before.cost + sums.cost });
  }
  const numbers = [...days.keys()].sort((a, b) => a - b);
  const [first, last] = [numbers[0], numbers.at(-1)];
  if (first === undefined || last === undefined) return [];
  return Array.from({ length: last - first + 1 }, (_, i) => {
    const { calls, cost } = days.get(first + i) ?? { calls: 0, cost: 0 };
    return { day: dayOf(first + i), calls, cost: cost as SpendDay['cost'] };
  });
}

function dayOf(day: number): string {
  return isoTime(day * DAY_MS).slice(0, 10);
}
