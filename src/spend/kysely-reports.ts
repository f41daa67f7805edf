import type { CompiledQuery } from 'kysely';
import type { BudgetStatus } from '../domain/budget.ts';
import { FareboxError } from '../domain/errors.ts';
import { type NanoUsd, nano } from '../domain/money.ts';
import { isoTime } from '../lib/clock.ts';
import type { Database } from '../storage/database.ts';
import {
  type AttemptRow,
  attemptRows,
  baselineModels,
  type CallRow,
  callRows,
  type GroupKey,
  otherKindCount,
} from './report-queries.ts';
import type { Report, ReportLine, ReportQuery, Reports } from './reports.ts';

export interface KyselyReportsDeps {
  readonly database: Database;
  /** What the report says of budgets: the ledger's `budgets`. */
  readonly budgets: () => readonly BudgetStatus[];
  /** Named where the period has no call that tells its own. */
  readonly baselineModel: string;
}

interface Facts {
  readonly attempts: readonly AttemptRow[];
  readonly calls: readonly CallRow[];
  readonly models: readonly { readonly model: string }[];
  readonly others: readonly { readonly calls: number }[];
}

/** Reports from the ledger's rows. Sums are exact; one that is too large to be exact throws `invalid_amount`. */
export function createKyselyReports({ database, budgets, baselineModel }: KyselyReportsDeps): Reports {
  // All from one state of the database. Queries are built by Kysely and run here, at once: its own transactions would
  // stay open between awaits, on a connection that the ledger writes with.
  const readFacts = database.guarded(
    database.sqlite.transaction((queries: Readonly<Record<keyof Facts, CompiledQuery>>): Facts => {
      const rows = ({ sql, parameters }: CompiledQuery) => database.sqlite.prepare(sql).all(...parameters);
      return {
        attempts: rows(queries.attempts) as AttemptRow[],
        calls: rows(queries.calls) as CallRow[],
        models: rows(queries.models) as { model: string }[],
        others: rows(queries.others) as { calls: number }[],
      };
    }),
  );

  return {
    async report(query) {
      const db = await database.kysely();
      const facts = readFacts({
        attempts: attemptRows(db, query).compile(),
        calls: callRows(db, query).compile(),
        models: baselineModels(db, query).compile(),
        others: otherKindCount(db, query).compile(),
      });
      return toReport(query, facts, budgets(), baselineModel);
    },
  };
}

function toReport(query: ReportQuery, facts: Facts, budgets: readonly BudgetStatus[], fallbackModel: string): Report {
  const groups = groupLines(query, facts);
  const totals = groups.reduce(addLines, { ...EMPTY_LINE, group: null });
  const comparedCalls = facts.calls.reduce((sum, row) => sum + row.compared, 0);
  const model = query.baseline?.model ?? (facts.models.map((row) => row.model).join(', ') || fallbackModel);
  return {
    since: isoTime(query.since),
    until: isoTime(query.until),
    simulated: query.simulated,
    groupBy: query.groupBy,
    totals,
    groups,
    savings: {
      baselineModel: model,
      saved: totals.saved,
      share: totals.baselineCost > 0 ? totals.saved / totals.baselineCost : null,
      comparedCalls,
      notComparedCalls: totals.calls - comparedCalls,
      method: methodOf(query, model),
    },
    budgets,
    otherKindCalls: facts.others[0]?.calls ?? 0,
  };
}

function methodOf({ baseline }: ReportQuery, model: string): string {
  const prices = baseline
    ? `at the rates given for ${model} now`
    : `at the price of the baseline (${model}) at the time of each call`;
  return (
    `Saved = what the tokens of each answer would have cost ${prices}, minus what the call did cost with all its ` +
    'attempts. Only calls that were answered and whose cost and baseline price are known are compared. It is an ' +
    'estimate: another model would have split the text into other tokens and answered at another length.'
  );
}

const NOTHING = nano(0);
const EMPTY_LINE: Omit<ReportLine, 'group'> = {
  calls: 0,
  attempts: 0,
  failedAttempts: 0,
  cacheHits: 0,
  inputTokens: 0,
  cachedInputTokens: 0,
  outputTokens: 0,
  cost: NOTHING,
  unknownCostAttempts: 0,
  estimatedAttempts: 0,
  baselineCost: NOTHING,
  saved: NOTHING,
};

function groupLines({ groupBy }: ReportQuery, { attempts, calls }: Facts): readonly ReportLine[] {
  const lines = new Map<GroupKey, ReportLine>();
  const put = (key: GroupKey, part: Partial<ReportLine>) => {
    const group = groupBy === 'day' && key !== null ? dayOf(Number(key)) : key === null ? null : String(key);
    lines.set(key, { ...EMPTY_LINE, ...lines.get(key), ...part, group });
  };
  for (const row of attempts) put(row.group, attemptPart(row));
  for (const row of calls) put(row.group, callPart(row));
  return [...lines.values()].sort(groupBy === 'day' ? byName : byCost);
}

function attemptPart(row: AttemptRow): Partial<ReportLine> {
  return {
    attempts: row.attempts,
    failedAttempts: row.failed,
    cacheHits: row.cached,
    inputTokens: exact(row.input),
    cachedInputTokens: exact(row.cachedInput),
    outputTokens: exact(row.output),
    cost: exact(row.cost),
    unknownCostAttempts: row.unknown,
    estimatedAttempts: row.estimated,
  };
}

function callPart(row: CallRow): Partial<ReportLine> {
  const baselineCost = exact(row.baselineCost);
  return { calls: row.calls, baselineCost, saved: nano(baselineCost - exact(row.comparedCost)) };
}

function addLines(a: ReportLine, b: ReportLine): ReportLine {
  return {
    group: a.group,
    calls: a.calls + b.calls,
    attempts: a.attempts + b.attempts,
    failedAttempts: a.failedAttempts + b.failedAttempts,
    cacheHits: a.cacheHits + b.cacheHits,
    inputTokens: a.inputTokens + b.inputTokens,
    cachedInputTokens: a.cachedInputTokens + b.cachedInputTokens,
    outputTokens: a.outputTokens + b.outputTokens,
    cost: nano(a.cost + b.cost),
    unknownCostAttempts: a.unknownCostAttempts + b.unknownCostAttempts,
    estimatedAttempts: a.estimatedAttempts + b.estimatedAttempts,
    baselineCost: nano(a.baselineCost + b.baselineCost),
    saved: nano(a.saved + b.saved),
  };
}

/** A sum that came as text, exactly; a product that left SQLite's integers comes as a float and is refused as well. */
function exact(sum: string): NanoUsd {
  if (!/^-?\d+$/.test(sum)) throw new FareboxError('invalid_amount', `The sum ${sum} is too large to be exact.`);
  return nano(Number(sum));
}

function dayOf(day: number): string {
  return isoTime(day * 86_400_000).slice(0, 10);
}

function byName(a: ReportLine, b: ReportLine): number {
  return (a.group ?? '').localeCompare(b.group ?? '');
}

/** Dearest first; the group without a name last among equals. */
function byCost(a: ReportLine, b: ReportLine): number {
  return b.cost - a.cost || b.calls - a.calls || Number(a.group === null) - Number(b.group === null) || byName(a, b);
}
