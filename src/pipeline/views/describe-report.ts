import type { BudgetStatus } from '../../domain/budget.ts';
import { toUsd } from '../../domain/money.ts';
import { type EffectLine, knownCost, type Report, type ReportLine } from '../../spend/reports.ts';
import { describeFixed, type FixedCostReport } from './describe-fixed-costs.ts';
import { usdPair } from './describe-money.ts';

/** A cost report as programs see it: `report --json` and the structured half of `cost_report`. */
export interface CostReport {
  readonly since: string;
  readonly until: string;
  /** The report is about sandbox calls: its money is not real. */
  readonly simulated: boolean;
  readonly group_by: string;
  readonly totals: CostReportLine;
  readonly groups: readonly ((CostReportLine & { readonly group: string | null }) | EffectReportLine)[];
  readonly savings: {
    readonly baseline_model: string;
    readonly saved_usd: number | null;
    readonly saved_nano_usd: number | null;
    /** farebox's own calls, already taken off. */
    readonly overhead_usd: number | null;
    readonly overhead_nano_usd: number | null;
    /** Subscriptions and machines by the hour, already taken off. */
    readonly fixed_cost_usd: number | null;
    readonly fixed_cost_nano_usd: number | null;
    /** saved / baseline cost, 0 to 1; null where there is nothing to compare. */
    readonly share: number | null;
    readonly compared_calls: number;
    readonly not_compared_calls: number;
    readonly method: string;
  };
  readonly overhead: {
    readonly calls: number;
    readonly cost_usd: number | null;
    readonly cost_nano_usd: number | null;
    readonly purposes: readonly {
      readonly purpose: string;
      readonly calls: number;
      readonly cost_usd: number | null;
      readonly cost_nano_usd: number | null;
    }[];
  };
  /** Paid whatever was used, and no part of any `cost_usd`; null in a report of one run. */
  readonly fixed: FixedCostReport | null;
  /** Attempts whose reported usage broke a rule and was clipped. */
  readonly usage_faults: Report['usageFaults'];
  /** Of a report by model: what a point of quality cost, the cheapest first. Free models have no price to divide. */
  readonly quality_value: ReturnType<typeof describeValues> | null;
  /** Of a report by run: each run with what it began below it, and sums that include that. */
  readonly run_tree: readonly ReturnType<typeof describeRun>[] | null;
  /** Attempts whose provider told its own cost, beside usage × price of the same attempts. */
  readonly reconciliation: {
    readonly attempts: number;
    readonly reported_usd: number | null;
    readonly reported_nano_usd: number | null;
    readonly computed_usd: number | null;
    readonly computed_nano_usd: number | null;
  };
  /** Where spending is heading by its days; null where they are fewer than three. */
  readonly trend: {
    readonly days: number;
    readonly per_day_usd: number | null;
    readonly per_day_nano_usd: number | null;
    readonly recent_per_day_usd: number | null;
    readonly recent_per_day_nano_usd: number | null;
    readonly next_30_days_usd: number | null;
    readonly next_30_days_low_usd: number | null;
    readonly next_30_days_high_usd: number | null;
  } | null;
  readonly budgets: readonly BudgetReport[];
  readonly other_kind_calls: number;
}

export interface CostReportLine {
  readonly calls: number;
  readonly attempts: number;
  readonly failed_attempts: number;
  readonly cache_hits: number;
  readonly input_tokens: number;
  readonly cached_input_tokens: number;
  readonly output_tokens: number;
  readonly cost_usd: number | null;
  readonly cost_nano_usd: number | null;
  /** Attempts whose cost is unknown: not part of `cost_usd`, which is null where nothing else was spent. */
  readonly unknown_cost_attempts: number;
  readonly estimated_attempts: number;
  readonly baseline_cost_usd: number | null;
  readonly baseline_cost_nano_usd: number | null;
  readonly saved_usd: number | null;
  readonly saved_nano_usd: number | null;
}

/** A group of a report by optimisation. */
export interface EffectReportLine {
  readonly group: string;
  readonly calls: number;
  readonly tokens_avoided: number;
  /** Against the same calls without the optimisation; calls for which nobody knows it are counted apart. */
  readonly cost_avoided_usd: number | null;
  readonly cost_avoided_nano_usd: number | null;
  readonly unknown_cost_calls: number;
  readonly own_cost_usd: number | null;
  readonly own_cost_nano_usd: number | null;
  readonly net_usd: number | null;
  readonly net_nano_usd: number | null;
}

export interface BudgetReport {
  readonly id: string;
  readonly scope: string;
  readonly window: string;
  readonly level: string;
  readonly limit_usd: number | null;
  readonly limit_nano_usd: number | null;
  readonly spent_usd: number | null;
  readonly spent_nano_usd: number | null;
  readonly held_usd: number | null;
  readonly held_nano_usd: number | null;
  readonly left_usd: number | null;
  readonly left_nano_usd: number | null;
  /** At the end of the window at the pace so far; null for windows without an end. */
  readonly projected_usd: number | null;
  readonly projected_nano_usd: number | null;
  readonly window_start: string | null;
  readonly resets_at: string | null;
}

/** A report in the shape of the surfaces. Pure. */
export function describeReport(report: Report): CostReport {
  return {
    since: report.since,
    until: report.until,
    simulated: report.simulated,
    group_by: report.groupBy,
    totals: describeLine(report.totals),
    groups:
      report.effects?.map(describeEffect) ??
      report.groups.map((line) => ({ group: line.group, ...describeLine(line) })),
    savings: {
      baseline_model: report.savings.baselineModel,
      ...usdPair('saved', report.savings.saved),
      ...usdPair('overhead', report.savings.overhead),
      ...usdPair('fixed_cost', report.savings.fixed),
      share: report.savings.share,
      compared_calls: report.savings.comparedCalls,
      not_compared_calls: report.savings.notComparedCalls,
      method: report.savings.method,
    },
    overhead: {
      calls: report.overhead.calls,
      ...usdPair('cost', report.overhead.cost),
      purposes: report.overhead.purposes.map(({ purpose, calls, cost }) => ({
        purpose,
        calls,
        ...usdPair('cost', cost),
      })),
    },
    fixed: describeFixed(report),
    usage_faults: report.usageFaults,
    quality_value: report.values ? describeValues(report.values) : null,
    run_tree: report.runs?.map(describeRun) ?? null,
    reconciliation: {
      attempts: report.totals.reported.attempts,
      ...usdPair('reported', report.totals.reported.cost),
      ...usdPair('computed', report.totals.reported.computed),
    },
    trend: describeTrend(report.trend),
    budgets: report.budgets.map(describeBudget),
    other_kind_calls: report.otherKindCalls,
  };
}

const QUALITY_UNIT = 'USD per million tokens (input and output together) and point of quality (0 to 100)';

function describeValues(values: NonNullable<Report['values']>) {
  return {
    unit: QUALITY_UNIT,
    best: values[0]?.model ?? null,
    models: values.map(({ model, quality, perMillionTokens, perQualityPoint }) => ({
      model,
      quality,
      ...usdPair('per_million_tokens', perMillionTokens),
      ...usdPair('per_quality_point', perQualityPoint),
    })),
  };
}

function describeRun({ run, parent, depth, own, total }: NonNullable<Report['runs']>[number]) {
  return {
    run,
    parent,
    depth,
    own: { calls: own.calls, ...usdPair('cost', own.cost) },
    total: describeLine({ ...total, group: run }),
  };
}

function describeTrend(trend: Report['trend']): CostReport['trend'] {
  if (!trend) return null;
  const { days, perDay, recentPerDay, next30Days } = trend;
  return {
    days,
    ...usdPair('per_day', perDay),
    ...usdPair('recent_per_day', recentPerDay),
    next_30_days_usd: toUsd(next30Days.expected),
    next_30_days_low_usd: toUsd(next30Days.low),
    next_30_days_high_usd: toUsd(next30Days.high),
  };
}

/** A budget in the shape of the surfaces: `budget --json`, reports, resources. */
export function describeBudget(status: BudgetStatus): BudgetReport {
  const { budget } = status;
  return {
    id: budget.id,
    scope: budget.scope.value === null ? budget.scope.kind : `${budget.scope.kind}:${budget.scope.value}`,
    window: budget.window,
    level: status.level,
    ...usdPair('limit', budget.limit),
    ...usdPair('spent', status.spent),
    ...usdPair('held', status.held),
    ...usdPair('left', status.left),
    ...usdPair('projected', status.projected),
    window_start: status.windowStart,
    resets_at: status.resetsAt,
  };
}

function describeEffect(line: EffectLine): EffectReportLine {
  return {
    group: line.optimisation,
    calls: line.calls,
    tokens_avoided: line.tokensAvoided,
    ...usdPair('cost_avoided', line.costAvoided),
    unknown_cost_calls: line.unknownCalls,
    ...usdPair('own_cost', line.ownCost),
    ...usdPair('net', line.net),
  };
}

function describeLine(line: ReportLine): CostReportLine {
  return {
    calls: line.calls,
    attempts: line.attempts,
    failed_attempts: line.failedAttempts,
    cache_hits: line.cacheHits,
    input_tokens: line.inputTokens,
    cached_input_tokens: line.cachedInputTokens,
    output_tokens: line.outputTokens,
    ...usdPair('cost', knownCost(line)),
    unknown_cost_attempts: line.unknownCostAttempts,
    estimated_attempts: line.estimatedAttempts,
    ...usdPair('baseline_cost', line.baselineCost),
    ...usdPair('saved', line.saved),
  };
}
