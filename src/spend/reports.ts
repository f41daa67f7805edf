import type { BudgetStatus } from '../domain/budget.ts';
import type { NanoUsd } from '../domain/money.ts';
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
] as const;
export type ReportGroup = (typeof REPORT_GROUPS)[number];
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
  readonly savings: {
    readonly baselineModel: string;
    /** What the compared calls saved, minus all overhead of the period. */
    readonly saved: NanoUsd;
    readonly overhead: NanoUsd;
    /** saved / baseline cost, 0 to 1; null where there is nothing to compare. */
    readonly share: number | null;
    readonly comparedCalls: number;
    readonly notComparedCalls: number;
    /** How it was computed, as a sentence. */
    readonly method: string;
  };
  readonly overhead: Overhead;
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
