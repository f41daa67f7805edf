import type { Migration } from '../migrate.ts';

/**
 * What was taken of free quotas, by day: a small table, since counting a day's attempts again for each one would not be
 * cheap.
 */
export const limits: Migration = {
  name: 'limits',
  up: (sqlite) => {
    sqlite.exec(`
CREATE TABLE quota_days (
  quota_id TEXT NOT NULL,
  simulated INTEGER NOT NULL CHECK (simulated IN (0, 1)),
  -- Midnight of the quota's time zone, epoch ms.
  day_start INTEGER NOT NULL,
  requests INTEGER NOT NULL DEFAULT 0 CHECK (requests >= 0),
  -- As estimated while an attempt runs, as used after it.
  tokens INTEGER NOT NULL DEFAULT 0 CHECK (tokens >= 0),
  PRIMARY KEY (quota_id, simulated, day_start)
) STRICT, WITHOUT ROWID;`);
  },
};
