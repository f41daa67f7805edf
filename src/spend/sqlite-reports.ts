import type { Kysely } from 'kysely';
import type { BudgetStatus } from '../domain/budget.ts';
import { type NanoUsd, nano, sumUsd } from '../domain/money.ts';
import { isoTime } from '../lib/clock.ts';
import type { Database } from '../storage/database.ts';
import { DAY_MS } from '../storage/rollup-sums.ts';
import type { Schema } from '../storage/schema.ts';
import { createEffectReport } from './effect-report.ts';
import { createFixedCosts } from './fixed-costs.ts';
import { modelValues } from './model-value.ts';
import { addLines, addSums, byCost, byName, EMPTY_LINE, toLine } from './report-lines.ts';
import { createReportRows, type GroupSums } from './report-rows.ts';
import type { Overhead, Report, ReportLine, ReportQuery, Reports, SpendDay } from './reports.ts';
import { runForest } from './run-forest.ts';
import { prepareParents } from './run-tree.ts';
import { spendTrend } from './spend-trend.ts';
import { createUsageFaults } from './usage-faults.ts';

export interface SqliteReportsDeps {
  readonly database: Database;
  /** What the report says of budgets: the ledger's `budgets`. */
  readonly budgets: () => readonly BudgetStatus[];
  /** Named where the period has no call that tells its own. */
  readonly baselineModel: string;
  /** Score of a model, 0 to 100; null where nobody has measured it. Absent: of no model. */
  readonly qualityOf?: (model: string) => number | null;
}

/** Reports from roll-ups. Sums are exact; one that is too large to be exact throws `invalid_amount`. */
export function createSqliteReports({ database, budgets, baselineModel, qualityOf }: SqliteReportsDeps): Reports {
  const read = createReportRows(database.sqlite);
  const readParents = prepareParents(database.sqlite);
  const readFixed = createFixedCosts(database.sqlite);
  const readFaults = createUsageFaults(database.sqlite);
  const readEffects = createEffectReport(database.sqlite);
  // All from one state of the database. Queries are built by Kysely and run here, at once: its own transactions would
  // stay open between awaits, on a connection that the ledger writes with.
  const readBoth = database.guarded(
    database.sqlite.transaction((db: Kysely<Schema>, query: ReportQuery) => {
      const { groupBy } = query;
      const beside = {
        fixed: query.runId === undefined ? readFixed(query) : null,
        usageFaults: query.runId === undefined ? readFaults(query) : [],
      };
      if (groupBy === 'optimisation') {
        // The calls of the same period, which may have been widened; their days are all that is told of them.
        const { lines, since, until } = readEffects(db, query);
        return { facts: read(db, { ...query, since, until, groupBy: 'day' }), days: null, effects: lines, ...beside };
      }
      return {
        facts: read(db, { ...query, groupBy }),
        days: groupBy === 'day' ? null : read(db, { ...query, groupBy: 'day' }),
        effects: null,
        ...(groupBy === 'run' && { parents: readParents() }),
        ...beside,
      };
    }),
  );
  return {
    async report(query) {
      const { facts, days, effects, ...beside } = readBoth(await database.kysely(), query);
      const own = facts.groups.filter(({ simulated }) => simulated === query.simulated);
      const others = facts.groups.filter(({ simulated }) => simulated !== query.simulated);
      const merged = mergeParts(own);
      const totals = merged.reduce<ReportLine>((sum, each) => addLines(sum, toLine(query, each)), NOTHING);
      const daily = dailyOf((days ?? facts).groups.filter(({ simulated }) => simulated === query.simulated));
      const overhead = overheadOf(own);
      const groups = effects ? [] : groupLines(query, merged);
      const fixed = beside.fixed && {
        amount: sumUsd(beside.fixed.map(({ amount }) => amount)),
        lines: [...beside.fixed].sort((a, b) => b.amount - a.amount),
      };
      return {
        since: isoTime(facts.since),
        until: isoTime(facts.until),
        simulated: query.simulated,
        groupBy: query.groupBy,
        totals,
        groups,
        ...(query.groupBy === 'model' && { values: modelValues(groups, qualityOf ?? (() => null)) }),
        ...('parents' in beside && beside.parents && { runs: runForest(groups, beside.parents) }),
        ...(effects && { effects }),
        savings: savingsOf({ query, own, totals, overhead, fixed: fixed?.amount ?? nano(0), fallback: baselineModel }),
        overhead,
        fixed,
        usageFaults: beside.usageFaults,
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

function savingsOf({
  query,
  own,
  totals,
  overhead,
  fixed,
  fallback,
}: {
  readonly query: ReportQuery;
  readonly own: readonly GroupSums[];
  readonly totals: ReportLine;
  readonly overhead: Overhead;
  readonly fixed: NanoUsd;
  readonly fallback: string;
}): Report['savings'] {
  const models = [...new Set(own.flatMap(({ baselineModel }) => (baselineModel === null ? [] : [baselineModel])))];
  const model = query.baseline?.model ?? (models.sort().join(', ') || fallback);
  const compared = own.reduce((sum, { sums }) => sum + (query.baseline ? sums.repriceable : sums.compared), 0);
  const saved = totals.saved - overhead.cost - fixed;
  return {
    baselineModel: model,
    saved: saved as Report['savings']['saved'],
    overhead: overhead.cost,
    fixed,
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
    "attempts, minus farebox's own calls and the fixed costs of the period. Only calls that were answered and whose cost and baseline price are known " +
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
