import { type NanoUsd, nano } from '../domain/money.ts';
import { SUMS, type Sum } from '../storage/rollup-sums.ts';
import type { GroupSums } from './report-rows.ts';
import type { ReportLine, ReportQuery } from './reports.ts';

const NOTHING = nano(0);

export const EMPTY_LINE: Omit<ReportLine, 'group'> = {
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
  reported: { attempts: 0, cost: NOTHING, computed: NOTHING },
};

/** Sums as a line of a report, priced against the query's own baseline where it has one. */
export function toLine({ baseline }: ReportQuery, { sums }: Pick<GroupSums, 'sums'>): Omit<ReportLine, 'group'> {
  const baselineCost = nano(baseline ? repriced(baseline, sums) : sums.baseline_cost);
  const comparedCost = baseline ? sums.repriceable_cost : sums.compared_cost;
  return {
    calls: sums.calls,
    attempts: sums.attempts,
    failedAttempts: sums.failed,
    cacheHits: sums.cached,
    inputTokens: sums.input,
    cachedInputTokens: sums.cached_input,
    outputTokens: sums.output,
    cost: nano(sums.cost),
    unknownCostAttempts: sums.unknown,
    estimatedAttempts: sums.estimated,
    baselineCost,
    saved: nano(baselineCost - comparedCost),
    reported: { attempts: sums.reported, cost: nano(sums.reported_cost), computed: nano(sums.reported_computed) },
  };
}

/** Cost of the answers' tokens at other rates, rounded up to the nano-dollar. */
function repriced(
  { inputRate, outputRate }: NonNullable<ReportQuery['baseline']>,
  { repriceable_input: input, repriceable_output: output }: GroupSums['sums'],
): number {
  const product = BigInt(input) * BigInt(nano(inputRate)) + BigInt(output) * BigInt(nano(outputRate));
  return Number((product + 999_999n) / 1_000_000n);
}

export function addSums(a: GroupSums['sums'], b: GroupSums['sums']): GroupSums['sums'] {
  const total = { ...a };
  for (const sum of SUMS) (total as Record<Sum, number>)[sum] += b[sum];
  return total;
}

export function addLines(a: ReportLine, b: Omit<ReportLine, 'group'>): ReportLine {
  const money = (x: NanoUsd, y: NanoUsd) => nano(x + y);
  return {
    group: a.group,
    calls: a.calls + b.calls,
    attempts: a.attempts + b.attempts,
    failedAttempts: a.failedAttempts + b.failedAttempts,
    cacheHits: a.cacheHits + b.cacheHits,
    inputTokens: a.inputTokens + b.inputTokens,
    cachedInputTokens: a.cachedInputTokens + b.cachedInputTokens,
    outputTokens: a.outputTokens + b.outputTokens,
    cost: money(a.cost, b.cost),
    unknownCostAttempts: a.unknownCostAttempts + b.unknownCostAttempts,
    estimatedAttempts: a.estimatedAttempts + b.estimatedAttempts,
    baselineCost: money(a.baselineCost, b.baselineCost),
    saved: money(a.saved, b.saved),
    reported: {
      attempts: a.reported.attempts + b.reported.attempts,
      cost: money(a.reported.cost, b.reported.cost),
      computed: money(a.reported.computed, b.reported.computed),
    },
  };
}

export function byName(a: ReportLine, b: ReportLine): number {
  return (a.group ?? '').localeCompare(b.group ?? '');
}

/** Dearest first; the group without a name last among equals. */
export function byCost(a: ReportLine, b: ReportLine): number {
  return b.cost - a.cost || b.calls - a.calls || Number(a.group === null) - Number(b.group === null) || byName(a, b);
}
