import type { Deployment } from '../domain/deployment.ts';
import type { Clock } from '../lib/clock.ts';
import { idsFrom } from '../lib/random.ts';
import type { Database } from '../storage/database.ts';

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
 * The count from the rows of attempts. They stand in the order of their calls' ids, and so of time, which finds the last
 * minutes without an index of its own: that would make every call dearer by some 3 %.
 */
export function createSqliteRecentAttempts(database: Database, clock: Clock): CountAttempts {
  const count = database.sqlite.prepare<[string, string, string, number], RecentAttempts>(
    `SELECT count(*) AS requests, coalesce(sum(coalesce(input_tokens, 0) + coalesce(output_tokens, 0)), 0) AS tokens,
       coalesce(sum(result = 'running'), 0) AS running
     FROM attempts
     WHERE call_id >= ? AND provider = ? AND model = ? AND started_at > ? AND result <> 'cached'`,
  );
  return database.guarded(({ provider, model }, windowMs) => {
    const since = clock.now() - windowMs;
    const row = count.get(idsFrom('call', since - LONGEST_CALL_BEFORE_MS), provider, model, since);
    return row ?? { requests: 0, tokens: 0, running: 0 };
  });
}
