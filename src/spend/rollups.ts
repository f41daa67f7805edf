import type { SqliteConnection } from '../storage/database.ts';
import {
  ATTEMPT_SUMS,
  type AttemptSum,
  CALL_SUMS,
  type CallSum,
  DAY_MS,
  HOUR_MS,
  type Sum,
} from '../storage/rollup-sums.ts';
import { prepareReopen } from './closed-months.ts';
import type { AttemptClosing, CallClosing } from './ledger.ts';

export type AttemptSums = Readonly<Record<AttemptSum, number>>;
export type CallSums = Readonly<Record<CallSum, number>>;

/** Where something counts: the groups (as JSON), and when its call began. */
export interface RollupPlace {
  readonly groups: string;
  readonly callStartedAt: number;
}

/** The sums by hour and by day. Must run in the transaction that writes the row whose figures are added. */
export interface Rollups {
  addAttempt(place: RollupPlace, sums: AttemptSums): void;
  addCall(place: RollupPlace, sums: CallSums): void;
}

export function createRollups(sqlite: SqliteConnection): Rollups {
  const attempts = prepareAdd<AttemptSum>(sqlite, ATTEMPT_SUMS);
  const calls = prepareAdd<CallSum>(sqlite, CALL_SUMS);
  return { addAttempt: attempts, addCall: calls };
}

function prepareAdd<Column extends Sum>(sqlite: SqliteConnection, columns: readonly Column[]) {
  // Nearly always the row is there, and an update finds it at once.
  const prepare = (table: string) => {
    const update = sqlite.prepare(
      `UPDATE ${table} SET ${columns.map((column) => `${column} = ${column} + ?`).join(', ')}
       WHERE start = ? AND group_id = ?`,
    );
    const insert = sqlite.prepare(
      `INSERT INTO ${table} (${columns.join(', ')}, start, group_id) VALUES (${'?, '.repeat(columns.length)}?, ?)`,
    );
    return (values: readonly number[]) => {
      if (update.run(...values).changes === 0) insert.run(...values);
    };
  };
  const hours = prepare('rollup_hours');
  const days = prepare('rollup_days');
  const reopen = prepareReopen(sqlite);
  return ({ groups, callStartedAt }: RollupPlace, sums: Readonly<Record<Column, number>>): void => {
    const values = columns.map((column) => sums[column]);
    const [hour, day] = [Math.floor(callStartedAt / HOUR_MS), Math.floor(callStartedAt / DAY_MS)];
    reopen(day);
    for (const group of JSON.parse(groups) as readonly number[]) {
      hours([...values, hour, group]);
      days([...values, day, group]);
    }
  };
}

const NO_ATTEMPT = Object.fromEntries(ATTEMPT_SUMS.map((sum) => [sum, 0])) as AttemptSums;
const NO_CALL = Object.fromEntries(CALL_SUMS.map((sum) => [sum, 0])) as CallSums;

/** Also one that broke off after it had begun; not one that hit its length limit, or that the caller gave up. */
function hasFailed({ result, failure }: Pick<AttemptClosing, 'result' | 'failure'>): boolean {
  return result === 'failed' || result === 'aborted' || (result === 'incomplete' && failure !== null);
}

/** What an attempt adds; `computedCost` is usage × price of one whose provider told its own cost. */
export function attemptSums(closing: Omit<AttemptClosing, 'durationMs'>, computedCost: number | null): AttemptSums {
  const { result, cost, charge } = closing;
  const usage = result === 'cached' ? null : closing.usage;
  const reported = computedCost !== null;
  return {
    attempts: 1,
    failed: hasFailed(closing) ? 1 : 0,
    cached: result === 'cached' ? 1 : 0,
    unknown: cost.source === 'unknown' ? 1 : 0,
    estimated: cost.source === 'estimated' ? 1 : 0,
    input: usage?.inputTokens ?? 0,
    cached_input: usage?.cacheReadTokens ?? 0,
    output: usage?.outputTokens ?? 0,
    cost: cost.amount ?? 0,
    charged: charge,
    reported: reported ? 1 : 0,
    reported_cost: reported ? (cost.amount ?? 0) : 0,
    reported_computed: computedCost ?? 0,
  };
}

/** An attempt whose process died: it failed, and nobody knows what it cost. */
export const ABORTED_ATTEMPT: AttemptSums = { ...NO_ATTEMPT, attempts: 1, failed: 1, unknown: 1 };

/** A call that says nothing about savings. */
export const BARE_CALL: CallSums = { ...NO_CALL, calls: 1 };

/** Tokens of the attempt that ended the call, as far as they are known. */
export interface LastTokens {
  readonly input: number | null;
  readonly output: number | null;
}

/** What a call adds. Overhead (`purpose`) is never compared: it has no baseline of its own. */
export function callSums(
  closing: Omit<CallClosing, 'cache' | 'durationMs'>,
  purpose: string | null,
  last: LastTokens | null,
): CallSums {
  const { cost, baselineCost, status } = closing;
  const compared = isCompared(closing, purpose);
  const answered = status === 'complete' || status === 'incomplete';
  const again = cost.amount !== null && answered && purpose === null && last !== null && last.input !== null;
  return {
    calls: 1,
    compared: compared ? 1 : 0,
    baseline_cost: compared ? (baselineCost ?? 0) : 0,
    compared_cost: compared ? (cost.amount ?? 0) : 0,
    repriceable: again ? 1 : 0,
    repriceable_input: again ? (last.input ?? 0) : 0,
    repriceable_output: again ? (last.output ?? 0) : 0,
    repriceable_cost: again ? (cost.amount ?? 0) : 0,
  };
}

export function isCompared({ saved }: Pick<CallClosing, 'saved'>, purpose: string | null): boolean {
  return saved !== null && purpose === null;
}

export function minus<Sums extends Readonly<Record<string, number>>>(sums: Sums): Sums {
  return Object.fromEntries(Object.entries(sums).map(([name, value]) => [name, -value])) as unknown as Sums;
}
