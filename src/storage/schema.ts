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
