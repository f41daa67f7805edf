import type { AttemptId, CallId } from '../domain/ids.ts';
import type { NanoUsd } from '../domain/money.ts';
import type { SqliteConnection } from '../storage/database.ts';

/** What an attempt holds in one window of one budget. */
export interface Hold {
  readonly budgetId: string;
  /** Of the window: see `WindowSpan`. */
  readonly windowKey: number;
  readonly amount: NanoUsd;
}

/** What calls and attempts have in common while they are in flight. */
interface Entry {
  /** Of its call. */
  readonly seq: number;
  /** Epoch ms. */
  readonly startedAt: number;
  readonly callStartedAt: number;
  readonly simulated: boolean;
  /** Row of `contexts`. */
  readonly context: number;
  /** Row of `names`. */
  readonly run: number | null;
  /** Groups of reports in which it counts, as JSON. */
  readonly groups: string;
  /** Its process died and it was booked as aborted; it may still be settled. */
  readonly orphaned: boolean;
}

export interface CallInFlight extends Entry {
  readonly id: CallId;
}

export interface AttemptInFlight extends Entry {
  readonly id: AttemptId;
  readonly number: number;
  /** Row of `routes`. */
  readonly route: number;
  readonly priceId: number | null;
  readonly hold: NanoUsd;
  readonly holds: readonly Hold[];
}

/** What is in flight, in all processes. What writes must run inside an immediate transaction. */
export interface InFlight {
  /** A call that is in flight; null where it is not. */
  call(id: CallId): CallInFlight | null;
  addCall(call: CallInFlight, owner: number): void;
  /** The call has gone on to another attempt, whose groups it counts in now. */
  moveCall(id: CallId, groups: string, owner: number): void;
  addAttempt(attempt: AttemptInFlight, owner: number): void;
  /** A call with its first attempt. */
  addBoth(call: CallInFlight, attempt: AttemptInFlight, owner: number): void;
  /** Take one out; null where it is not in flight: settled or finished before, or never opened. */
  takeAttempt(id: AttemptId): AttemptInFlight | null;
  takeCall(id: CallId): CallInFlight | null;
  attemptsOf(owner: number): readonly AttemptInFlight[];
  callsOf(owner: number): readonly CallInFlight[];
  /** Marks what a dead process left; an attempt keeps the windows in which it held, but holds nothing any more. */
  orphanAttempt(attempt: AttemptInFlight): void;
  orphanCall(id: CallId): void;
  /** Removes orphans whose call began before a time (epoch ms). */
  forgetOrphans(before: number): void;
}

interface Row {
  readonly id: string;
  readonly owner: number | null;
  readonly call_seq: number;
  readonly number: number | null;
  readonly call_started_at: number;
  readonly started_at: number;
  readonly simulated: 0 | 1;
  readonly context: number;
  readonly run: number | null;
  readonly groups: string;
  readonly route: number | null;
  readonly price_id: number | null;
  readonly hold: number;
  readonly holds: string;
}

const NO_HOLDS = '[]';

export function createInFlight(sqlite: SqliteConnection): InFlight {
  const find = sqlite.prepare<[string], Row>('SELECT * FROM in_flight WHERE id = ?');
  const row = `(?${', ?'.repeat(13)})`;
  const insert = sqlite.prepare(`INSERT INTO in_flight VALUES ${row}`);
  const insertBoth = sqlite.prepare(`INSERT INTO in_flight VALUES ${row}, ${row}`);
  const remove = sqlite.prepare('DELETE FROM in_flight WHERE id = ?');
  const move = sqlite.prepare('UPDATE in_flight SET groups = ?, owner = ? WHERE id = ?');
  const attempts = sqlite.prepare<[number], Row>('SELECT * FROM in_flight WHERE owner = ? AND number IS NOT NULL');
  const calls = sqlite.prepare<[number], Row>('SELECT * FROM in_flight WHERE owner = ? AND number IS NULL');
  const orphan = sqlite.prepare('UPDATE in_flight SET owner = NULL, holds = ? WHERE id = ?');
  const forget = sqlite.prepare('DELETE FROM in_flight WHERE owner IS NULL AND call_started_at < ?');
  // What this process wrote and nobody has changed since need not be read again: the row tells by its owner and holds.
  const removeAsWritten = sqlite.prepare('DELETE FROM in_flight WHERE id = ? AND owner = ? AND holds = ?');
  const written = new Map<AttemptId, Written>();
  const remember = (attempt: AttemptInFlight, owner: number): string => {
    const holds = writeHolds(attempt.holds);
    written.set(attempt.id, { attempt, owner, holds });
    return holds;
  };
  // Two statements: what RETURNING returns goes through a table of its own.
  const take = (id: string) => {
    const row = find.get(id);
    if (row) remove.run(id);
    return row;
  };
  return {
    call(id) {
      const row = find.get(id);
      return row ? toCall(row) : null;
    },
    addCall: (call, owner) => void insert.run(...callRow(call, owner)),
    moveCall: (id, groups, owner) => void move.run(groups, owner, id),
    addAttempt: (attempt, owner) => void insert.run(...attemptRow(attempt, owner, remember(attempt, owner))),
    addBoth: (call, attempt, owner) =>
      void insertBoth.run(...callRow(call, owner), ...attemptRow(attempt, owner, remember(attempt, owner))),
    takeAttempt(id) {
      const own = written.get(id);
      written.delete(id);
      if (own && removeAsWritten.run(id, own.owner, own.holds).changes === 1) return own.attempt;
      const row = take(id);
      return row ? toAttempt(row) : null;
    },
    takeCall(id) {
      const row = take(id);
      return row ? toCall(row) : null;
    },
    attemptsOf: (owner) => attempts.all(owner).map(toAttempt),
    callsOf: (owner) => calls.all(owner).map(toCall),
    orphanAttempt({ id, holds }) {
      orphan.run(writeHolds(holds.map((hold) => ({ ...hold, amount: 0 as NanoUsd }))), id);
    },
    orphanCall: (id) => void orphan.run(NO_HOLDS, id),
    forgetOrphans: (before) => void forget.run(before),
  };
}

/** An attempt as this process wrote it. */
interface Written {
  readonly attempt: AttemptInFlight;
  readonly owner: number;
  readonly holds: string;
}

type Cells = readonly (string | number | null)[];

function callRow(
  { id, seq, callStartedAt, startedAt, simulated, context, run, groups }: CallInFlight,
  owner: number,
): Cells {
  const realm = simulated ? 1 : 0;
  return [id, owner, seq, null, callStartedAt, startedAt, realm, context, run, groups, null, null, 0, NO_HOLDS];
}

function attemptRow(attempt: AttemptInFlight, owner: number, holds: string): Cells {
  const { id, seq, number, callStartedAt, startedAt, context, run, groups, route, priceId, hold } = attempt;
  const realm = attempt.simulated ? 1 : 0;
  return [id, owner, seq, number, callStartedAt, startedAt, realm, context, run, groups, route, priceId, hold, holds];
}

function toCall(row: Row): CallInFlight {
  return {
    id: row.id as CallId,
    seq: row.call_seq,
    startedAt: row.started_at,
    callStartedAt: row.call_started_at,
    simulated: row.simulated === 1,
    context: row.context,
    run: row.run,
    groups: row.groups,
    orphaned: row.owner === null,
  };
}

function toAttempt(row: Row): AttemptInFlight {
  return {
    ...toCall(row),
    id: row.id as AttemptId,
    number: row.number ?? 0,
    route: row.route ?? 0,
    priceId: row.price_id,
    hold: row.hold as NanoUsd,
    holds: readHolds(row.holds),
  };
}

export function readHolds(json: string): readonly Hold[] {
  if (json === NO_HOLDS) return [];
  const rows = JSON.parse(json) as readonly (readonly [string, number, NanoUsd])[];
  return rows.map(([budgetId, windowKey, amount]) => ({ budgetId, windowKey, amount }));
}

export function writeHolds(holds: readonly Hold[]): string {
  if (holds.length === 0) return NO_HOLDS;
  return JSON.stringify(holds.map(({ budgetId, windowKey, amount }) => [budgetId, windowKey, amount]));
}
