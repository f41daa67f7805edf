import type { Database } from './database.ts';

/** How long it waits for other processes' reads before it leaves emptying the log to the next checkpoint. */
const CHECKPOINT_WAIT_MS = 250;

/**
 * Empties the write-ahead log, so that nothing of what was erased remains in it. A checkpoint waits for readers as long
 * as a statement waits for writers, blocking; nobody should wait 5 s for this.
 */
export function emptyWal({ sqlite, guarded }: Database): void {
  guarded(() => {
    const usual = Number(sqlite.pragma('busy_timeout', { simple: true }));
    sqlite.pragma(`busy_timeout = ${CHECKPOINT_WAIT_MS}`);
    try {
      sqlite.pragma('wal_checkpoint(TRUNCATE)');
    } finally {
      sqlite.pragma(`busy_timeout = ${usual}`);
    }
  })();
}
