import type { BudgetStatus } from '../domain/budget.ts';
import type { NanoUsd } from '../domain/money.ts';
import type { ModelValue } from './model-value.ts';
import type { RunLine } from './run-forest.ts';
import type { SpendTrend } from './spend-trend.ts';

export const REPORT_GROUPS = [
  'model',
  'provider',
  'task',
  'role',
  'run',
  'project',
  'client',
  'key',
  'tag',
  'day',
  'optimisation',
] as const;
export type ReportGroup = (typeof REPORT_GROUPS)[number];
/** Groups into which every call falls; an optimisation has only the calls for which it did something. */
export type RowGroup = Exclude<ReportGroup, 'optimisation'>;
export const REPORT_PERIODS = ['today', '7d', '30d', 'month', 'all'] as const;
export type ReportPeriod = (typeof REPORT_PERIODS)[number];

export interface ReportQuery {
  /** Epoch ms, inclusive. */
  readonly since: number;
  /** Epoch ms, exclusive. */
  readonly until: number;
  readonly groupBy: ReportGroup;
  /** Reprices the period against this model instead of the baseline of each call's day. */
  readonly baseline?: { readonly model: string; readonly inputRate: number; readonly outputRate: number };
  readonly runId?: string;
  /** Simulated calls are never mixed with real ones. */
  readonly simulated: boolean;
}

export interface ReportLine {
  /** The group's value; null where the calls have none (no project given …). */
  readonly group: string | null;
  readonly calls: number;
  readonly attempts: number;
  readonly failedAttempts: number;
  readonly cacheHits: number;
  readonly inputTokens: number;
  readonly cachedInputTokens: number;
  readonly outputTokens: number;
  /** Of all attempts whose cost is known. */
  readonly cost: NanoUsd;
  /** Attempts whose cost is unknown: not in `cost`, and not free. */
  readonly unknownCostAttempts: number;
  /** Attempts whose usage was estimated. */
  readonly estimatedAttempts: number;
  /** Of the calls that can be compared: known cost, known baseline price, an answer. */
  readonly baselineCost: NanoUsd;
  readonly saved: NanoUsd;
  /** Attempts whose provider told its own cost: what it told, and what their usage × price says. */
  readonly reported: { readonly attempts: number; readonly cost: NanoUsd; readonly computed: NanoUsd };
}

/** What one optimisation did in a period, against the same calls without it. */
export interface EffectLine {
  readonly optimisation: string;
  readonly calls: number;
  /** Negative where it took more. */
  readonly tokensAvoided: number;
  /** Of the calls for which it is known. */
  readonly costAvoided: NanoUsd;
  /** Calls for which nobody knows what was avoided. */
  readonly unknownCalls: number;
  /** What the optimisation itself spent; part of the cost of these or of other calls. */
  readonly ownCost: NanoUsd;
  /** Avoided minus own cost. */
  readonly net: NanoUsd;
}

/** What was paid in the period whatever was used: a subscription, or a machine by the hour. Never part of `cost`. */
export interface FixedCostLine {
  /** What models share it by; a model that shares it with none: `provider/model`. */
  readonly account: string;
  readonly kind: 'flat' | 'gpu';
  /** A month's fee, or an hour's price, as it was last. */
  readonly rate: NanoUsd;
  readonly amount: NanoUsd;
  /** Days (UTC) of the period for which the fee was paid. */
  readonly days: number;
  /** Hours of the period in which the machine ran, idle or not. */
  readonly hours: number;
  /** `provider/model`, each. */
  readonly models: readonly string[];
  /** That were sent to its models in the period. */
  readonly attempts: number;
  /** The amount shared out over them, rounded up; null where there were none. */
  readonly perAttempt: NanoUsd | null;
}

/** Reported usage that broke a rule and was clipped. */
export interface UsageFaultLine {
  readonly provider: string;
  readonly model: string;
  /** What was wrong, e.g. `cached tokens beyond the prompt`. */
  readonly fault: string;
  readonly attempts: number;
}

/** What farebox itself needed: classifier, judges, shadow calls. Part of the totals, and shown apart. */
export interface Overhead {
  readonly calls: number;
  readonly cost: NanoUsd;
  readonly purposes: readonly { readonly purpose: string; readonly calls: number; readonly cost: NanoUsd }[];
}

export interface SpendDay {
  /** `2026-11-21`, UTC. */
  readonly day: string;
  readonly calls: number;
  readonly cost: NanoUsd;
}

export interface Report {
  readonly since: string;
  readonly until: string;
  readonly simulated: boolean;
  readonly groupBy: ReportGroup;
  readonly totals: ReportLine;
  readonly groups: readonly ReportLine[];
  /** Of a report by optimisation, which has no other groups. A call for which several did something is in each. */
  readonly effects?: readonly EffectLine[];
  readonly savings: {
    readonly baselineModel: string;
    /** What the compared calls saved, minus all overhead and fixed costs of the period. */
    readonly saved: NanoUsd;
    readonly overhead: NanoUsd;
    readonly fixed: NanoUsd;
    /** saved / baseline cost, 0 to 1; null where there is nothing to compare. */
    readonly share: number | null;
    readonly comparedCalls: number;
    readonly notComparedCalls: number;
    /** How it was computed, as a sentence. */
    readonly method: string;
  };
  readonly overhead: Overhead;
  /** Subscriptions and machines by the hour, dearest first; null in a report of one run, to which they do not belong. */
  readonly fixed: { readonly amount: NanoUsd; readonly lines: readonly FixedCostLine[] } | null;
  readonly usageFaults: readonly UsageFaultLine[];
  /** Of a report by model: what a point of quality cost, the cheapest first. */
  readonly values?: readonly ModelValue[];
  /** Of a report by run: the same runs as a tree, each followed by what it began. */
  readonly runs?: readonly RunLine[];
  /** Each day of the period from its first to its last call, empty ones between them included; oldest first. */
  readonly daily: readonly SpendDay[];
  /** Where spending is heading by those days; null where they are too few to tell. */
  readonly trend: SpendTrend | null;
  readonly budgets: readonly BudgetStatus[];
  /** Calls of the other kind (simulated when this report is real, and the other way round) in the same period. */
  readonly otherKindCalls: number;
}

/** Reads the ledger. Never writes. */
export interface Reports {
  report(query: ReportQuery): Promise<Report>;
}

/** What a line cost as far as anybody knows; null, and not 0, where all that is known of it is nothing. */
export function knownCost({
  cost,
  unknownCostAttempts,
}: Pick<ReportLine, 'cost' | 'unknownCostAttempts'>): NanoUsd | null {
  return cost === 0 && unknownCostAttempts > 0 ? null : cost;
}
