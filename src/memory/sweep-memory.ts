import type { Clock } from '../lib/clock.ts';
import type { Database } from '../storage/database.ts';

const DAY_MS = 86_400_000;
/** Rows of one transaction: short enough that other processes' writes hardly wait. */
const BATCH = 200;

export interface SweepOptions {
  readonly clock: Clock;
  /** How long replaced and forgotten versions are kept. */
  readonly historyDays: number;
  /** After so many ms no further batch is begun. */
  readonly budgetMs: number;
}

/** A function that removes expired rows and old history, for a bounded time. Returns how many rows. */
export function createMemorySweep(database: Database, { clock, historyDays, budgetMs }: SweepOptions): () => number {
  const expired = database.sqlite.prepare(
    `DELETE FROM memories WHERE seq IN (SELECT seq FROM memories WHERE expires_at <= ? LIMIT ${BATCH})`,
  );
  const old = database.sqlite.prepare(
    `DELETE FROM memories WHERE seq IN (SELECT seq FROM memories WHERE valid_to <= ? LIMIT ${BATCH})`,
  );
  const removeSome = database.transaction((now: number): number => {
    return expired.run(now).changes + old.run(now - historyDays * DAY_MS).changes;
  });
  return () => {
    const start = clock.monotonic();
    let removed = 0;
    for (;;) {
      const some = removeSome(clock.now());
      removed += some;
      if (some === 0 || clock.monotonic() - start >= budgetMs) return removed;
    }
  };
}
