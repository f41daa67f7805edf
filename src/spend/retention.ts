import type { Database } from '../storage/database.ts';
import { ATTEMPTS_PER_CALL } from '../storage/ledger-codes.ts';
import { DAY_MS } from '../storage/rollup-sums.ts';
import { ROWS_FROM } from './extent.ts';

/** How many days are kept; null: for ever. Roll-ups always stay. */
export interface RetentionPolicy {
  readonly rows: number | null;
  readonly decisions: number | null;
}

export interface Pruned {
  readonly calls: number;
  readonly decisions: number;
  /** There is more to remove than was allowed at once. */
  readonly more: boolean;
}

/** Calls a transaction: some milliseconds, since nobody else can write meanwhile. */
const CHUNK = 1_000;

/**
 * Gives up rows and decisions that are older than the policy wants them, whole days (UTC) at a time, in transactions of
 * some milliseconds; at most `most` of each. Their pages are used again; `VACUUM` makes the file smaller.
 */
export function createRetention({
  sqlite,
  transaction,
}: Database): (p: RetentionPolicy, now: number, most?: number) => Pruned {
  const setRowsFrom = sqlite.prepare(
    `INSERT INTO ledger_state (name, value) VALUES ('${ROWS_FROM}', ?)
     ON CONFLICT (name) DO UPDATE SET value = max(value, excluded.value)`,
  );
  const oldest = sqlite.prepare<[number, number], number>(
    'SELECT seq FROM call_rows WHERE started_at < ? ORDER BY started_at LIMIT ?',
  );
  oldest.pluck();
  const removeCall = sqlite.prepare('DELETE FROM call_rows WHERE seq = ?');
  const removeAttempts = sqlite.prepare('DELETE FROM attempt_rows WHERE place > ? AND place < ?');
  const removeBeyond = sqlite.prepare('DELETE FROM beyond_quota WHERE place > ? AND place < ?');
  const removeEffects = sqlite.prepare('DELETE FROM effect_rows WHERE seq = ?');
  const removeDecision = sqlite.prepare(
    'DELETE FROM decisions WHERE seq = ? AND seq < (SELECT max(seq) FROM decisions)',
  );
  // Numbers rise with time, so what was opened before the newest old call is old, too.
  const oldDecisions = sqlite.prepare<[number, number], number>(
    `SELECT seq FROM decisions
     WHERE seq <= (SELECT seq FROM call_rows WHERE started_at < ? ORDER BY started_at DESC LIMIT 1) ORDER BY seq LIMIT ?`,
  );
  oldDecisions.pluck();

  const pruneCalls = transaction((before: number): number => {
    const seqs = oldest.all(before, CHUNK);
    // Before the first row goes, so that no report looks for rows that are gone.
    if (seqs.length > 0) setRowsFrom.run(before);
    for (const seq of seqs) {
      removeBeyond.run(seq * ATTEMPTS_PER_CALL, (seq + 1) * ATTEMPTS_PER_CALL);
      removeAttempts.run(seq * ATTEMPTS_PER_CALL, (seq + 1) * ATTEMPTS_PER_CALL);
      removeDecision.run(seq);
      removeEffects.run(seq);
      removeCall.run(seq);
    }
    return seqs.length;
  });
  const pruneDecisions = transaction((before: number): number => {
    let removed = 0;
    for (const seq of oldDecisions.all(before, CHUNK)) removed += removeDecision.run(seq).changes;
    return removed;
  });

  return (policy, now, most = Number.MAX_SAFE_INTEGER) => {
    const cutoff = (days: number) => Math.floor((now - days * DAY_MS) / DAY_MS) * DAY_MS;
    const calls = policy.rows === null ? 0 : inChunks(most, () => pruneCalls(cutoff(policy.rows ?? 0)));
    const decisions =
      policy.decisions === null ? 0 : inChunks(most, () => pruneDecisions(cutoff(policy.decisions ?? 0)));
    return { calls, decisions, more: calls >= most || decisions >= most };
  };
}

function inChunks(most: number, prune: () => number): number {
  let removed = 0;
  for (;;) {
    const now = prune();
    removed += now;
    if (now < CHUNK || removed >= most) return removed;
  }
}
