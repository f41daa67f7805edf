import type { AttemptId, CallId } from '../domain/ids.ts';
import type { NanoUsd } from '../domain/money.ts';
import type { SqliteConnection } from '../storage/database.ts';
import type { AttemptPlace } from './call-book.ts';

/** What an attempt holds in one window of one budget. */
export interface Hold {
  readonly budgetId: string;
  /** Epoch ms. */
  readonly windowStart: number;
  readonly amount: NanoUsd;
}

export interface AttemptInFlight extends AttemptPlace {
  readonly id: AttemptId;
  readonly simulated: boolean;
  readonly holds: readonly Hold[];
}

/** What is in flight, in all processes. What writes must run inside an immediate transaction. */
export interface InFlight {
  addCall(call: { readonly id: CallId; readonly startedAt: number; readonly simulated: boolean }, owner: number): void;
  addAttempt(attempt: AttemptInFlight, callStartedAt: number, owner: number): void;
  /** Takes an attempt out; null where it is not in flight: settled before, or never opened. */
  takeAttempt(id: AttemptId): AttemptInFlight | null;
  removeCall(id: CallId): void;
  attemptsOf(owner: number): readonly AttemptInFlight[];
  callsOf(owner: number): readonly CallId[];
  /** Empties the holds of a dead process's attempt, and keeps the windows in which they were. */
  orphan(attempt: AttemptInFlight): void;
  /** Removes orphans whose call began before a time (epoch ms). */
  forgetOrphans(before: number): void;
}

interface AttemptRow {
  readonly id: AttemptId;
  readonly call_id: string;
  readonly number: number;
  readonly simulated: 0 | 1;
  readonly holds: string;
}

const NO_HOLDS = '[]';

export function createInFlight(sqlite: SqliteConnection): InFlight {
  const insert = sqlite.prepare(
    `INSERT INTO in_flight (id, owner, call_started_at, call_id, number, simulated, holds) VALUES (?, ?, ?, ?, ?, ?, ?)`,
  );
  const remove = sqlite.prepare('DELETE FROM in_flight WHERE id = ?');
  const take = sqlite.prepare<[string], AttemptRow>(
    'DELETE FROM in_flight WHERE id = ? RETURNING id, call_id, number, simulated, holds',
  );
  const attempts = sqlite.prepare<[number], AttemptRow>(
    'SELECT id, call_id, number, simulated, holds FROM in_flight WHERE owner = ? AND call_id IS NOT NULL',
  );
  const calls = sqlite.prepare<[number], { id: CallId }>(
    'SELECT id FROM in_flight WHERE owner = ? AND call_id IS NULL',
  );
  const orphan = sqlite.prepare('UPDATE in_flight SET owner = NULL, holds = ? WHERE id = ?');
  const forget = sqlite.prepare('DELETE FROM in_flight WHERE owner IS NULL AND call_started_at < ?');
  return {
    addCall: ({ id, startedAt, simulated }, owner) =>
      void insert.run(id, owner, startedAt, null, null, simulated ? 1 : 0, NO_HOLDS),
    addAttempt({ id, callId, number, simulated, holds }, callStartedAt, owner) {
      insert.run(id, owner, callStartedAt, callId, number, simulated ? 1 : 0, writeHolds(holds));
    },
    takeAttempt(id) {
      const row = take.get(id);
      return row ? toAttempt(row) : null;
    },
    removeCall: (id) => void remove.run(id),
    attemptsOf: (owner) => attempts.all(owner).map(toAttempt),
    callsOf: (owner) => calls.all(owner).map(({ id }) => id),
    orphan({ id, holds }) {
      orphan.run(writeHolds(holds.map((hold) => ({ ...hold, amount: 0 as NanoUsd }))), id);
    },
    forgetOrphans: (before) => void forget.run(before),
  };
}

function toAttempt({ id, call_id, number, simulated, holds }: AttemptRow): AttemptInFlight {
  return { id, callId: call_id, number, simulated: simulated === 1, holds: readHolds(holds) };
}

export function readHolds(json: string): readonly Hold[] {
  if (json === NO_HOLDS) return [];
  const rows = JSON.parse(json) as readonly (readonly [string, number, NanoUsd])[];
  return rows.map(([budgetId, windowStart, amount]) => ({ budgetId, windowStart, amount }));
}

export function writeHolds(holds: readonly Hold[]): string {
  return JSON.stringify(holds.map(({ budgetId, windowStart, amount }) => [budgetId, windowStart, amount]));
}
