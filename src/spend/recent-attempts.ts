import type { Deployment } from '../domain/deployment.ts';
import type { Clock } from '../lib/clock.ts';
import type { Database } from '../storage/database.ts';
import { ATTEMPTS_PER_CALL } from '../storage/ledger-codes.ts';

/** What all processes that share a ledger have sent to a deployment. */
export interface RecentAttempts {
  readonly requests: number;
  /** Of those that are over. */
  readonly tokens: number;
  /** Those that still run, whose tokens are not known yet. */
  readonly running: number;
}

/** Counts the attempts at a deployment that began in the last `windowMs`. */
export type CountAttempts = (deployment: Pick<Deployment, 'provider' | 'model'>, windowMs: number) => RecentAttempts;

/** Calls that began longer than this before their attempt are not found; hardly any waits so long. */
const LONGEST_CALL_BEFORE_MS = 240_000;

/**
 * The count from the rows of attempts, found through the index of calls by time, and from what is in flight. An index of
 * the attempts by time would make every call dearer by some 3 %.
 */
export function createSqliteRecentAttempts(database: Database, clock: Clock): CountAttempts {
  const ended = database.sqlite.prepare<[string, string, number, number], { requests: number; tokens: number }>(
    `SELECT count(*) AS requests, coalesce(sum(coalesce(a.input_tokens, 0) + coalesce(a.output_tokens, 0)), 0) AS tokens
     FROM booked_calls b
     JOIN attempt_rows a ON a.place > b.seq * ${ATTEMPTS_PER_CALL} AND a.place < (b.seq + 1) * ${ATTEMPTS_PER_CALL}
     JOIN routes r ON r.id = a.route
     WHERE r.provider = ? AND r.model = ? AND b.started_at >= ? AND a.started_at > ? AND a.result <> 1`,
  );
  const running = database.sqlite
    .prepare<[string, string, number], number>(
      `SELECT count(*) FROM in_flight f JOIN routes r ON r.id = f.route
       WHERE f.number IS NOT NULL AND f.owner IS NOT NULL AND r.provider = ? AND r.model = ? AND f.started_at > ?`,
    )
    .pluck();
  return database.guarded(
    database.sqlite.transaction(({ provider, model }: Pick<Deployment, 'provider' | 'model'>, windowMs: number) => {
      const since = clock.now() - windowMs;
      const row = ended.get(provider, model, since - LONGEST_CALL_BEFORE_MS, since);
      const open = running.get(provider, model, since) ?? 0;
      return { requests: (row?.requests ?? 0) + open, tokens: row?.tokens ?? 0, running: open };
    }),
  );
}
