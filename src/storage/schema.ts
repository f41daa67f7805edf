import type { AttemptSum, CallSum, Dimension, Sum } from './rollup-sums.ts';

/** Tables as the query builder sees them: columns that anybody queries with it. SQL of the migrations is the truth. */
export interface Schema {
  readonly names: NamesTable;
  readonly run_parents: RunParentsTable;
  readonly in_flight: InFlightTable;
  readonly report_groups: ReportGroupsTable;
  readonly rollup_hours: RollupTable;
  readonly rollup_days: RollupTable;
  readonly rollup_months: RollupTable;
  readonly rollup_day_totals: RollupTable;
  readonly attempt_facts: AttemptFactsView;
  readonly call_facts: CallFactsView;
  readonly call_rows: CallRowsTable;
  readonly contexts: ContextsTable;
  readonly effect_rows: EffectRowsTable;
  readonly effect_days: EffectDaysTable;
  readonly prices: PricesTable;
  readonly price_periods: PricePeriodsTable;
  readonly machine_hours: MachineHoursTable;
  readonly usage_faults: UsageFaultsTable;
}

export interface PricesTable {
  readonly id: number;
  readonly content: string;
  readonly hash: string;
}

/** Times are epoch ms. */
export interface PricePeriodsTable {
  readonly provider: string;
  readonly model: string;
  /** 0 or 1. */
  readonly simulated: number;
  readonly since: number;
  readonly price_id: number;
  readonly seen_at: number;
}

/** Times are epoch ms. */
export interface MachineHoursTable {
  readonly account: string;
  readonly simulated: number;
  readonly start: number;
  readonly stop: number;
  readonly hourly: number;
}

export interface UsageFaultsTable {
  /** Days since the epoch. */
  readonly start: number;
  readonly simulated: number;
  readonly route: number;
  /** A name. */
  readonly fault: number;
  readonly attempts: number;
}

export interface NamesTable {
  readonly id: number;
  readonly name: string;
}

/** Both are names. */
export interface RunParentsTable {
  readonly run: number;
  readonly parent: number;
}

/** Calls and attempts in flight. Times are epoch ms. */
export interface InFlightTable {
  readonly owner: number | null;
  /** Of the attempt; null in the row of a call. */
  readonly number: number | null;
  readonly call_started_at: number;
  /** A name. */
  readonly run: number | null;
  /** Ids of report groups; kept as JSON. */
  readonly groups: readonly number[];
}

/** What reports are grouped by. */
export type GroupWords = Readonly<Record<Exclude<Dimension, 'purpose' | 'baseline_model'>, string | null>>;

/** What a report keeps apart, whatever it is grouped by. */
interface Apart {
  /** 0 or 1. */
  readonly simulated: number;
  readonly purpose: string | null;
  readonly baseline_model: string | null;
}

export interface ReportGroupsTable extends GroupWords, Apart {
  readonly id: number;
  readonly run: string | null;
}

/** Hours, days or months, counted from the epoch. */
export interface RollupTable extends Readonly<Record<Sum, number>> {
  readonly start: number;
  readonly group_id: number;
}

interface Facts extends GroupWords, Apart {
  readonly call_started_at: number;
  /** A name, and its text. */
  readonly run: number | null;
  readonly run_id: string | null;
}

export interface AttemptFactsView extends Facts, Readonly<Record<AttemptSum, number>> {}

export interface CallFactsView extends Facts, Readonly<Record<CallSum, number>> {}

/** Calls that have ended. Times are epoch ms. */
export interface CallRowsTable {
  readonly seq: number;
  readonly started_at: number;
  readonly context: number;
  /** A name. */
  readonly run: number | null;
}

export interface ContextsTable {
  readonly id: number;
  /** 0 or 1. */
  readonly simulated: number;
}

interface EffectFigures {
  /** A name. */
  readonly optimisation: number;
  readonly tokens_avoided: number;
  readonly own_cost: number;
}

export interface EffectRowsTable extends EffectFigures {
  /** Of the call. */
  readonly seq: number;
  readonly cost_avoided: number | null;
}

export interface EffectDaysTable extends EffectFigures {
  /** Days since the epoch. */
  readonly start: number;
  readonly simulated: number;
  readonly calls: number;
  readonly cost_avoided: number;
  readonly unknown: number;
}
