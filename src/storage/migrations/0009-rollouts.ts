import type { Migration } from '../migrate.ts';

/** Shares of traffic that move to farebox step by step, and what became of both parts. */
export const rollouts: Migration = {
  name: 'rollouts',
  up: (sqlite) => {
    sqlite.exec(`
CREATE TABLE rollouts (
  id INTEGER PRIMARY KEY,
  profile TEXT NOT NULL,
  baseline_model TEXT NOT NULL,
  share REAL NOT NULL CHECK (share BETWEEN 0 AND 1),
  automatic INTEGER NOT NULL CHECK (automatic IN (0, 1)),
  state TEXT NOT NULL CHECK (state IN ('running', 'stopped', 'rolled_back')),
  started_at INTEGER NOT NULL,
  step_at INTEGER NOT NULL,
  reason TEXT
) STRICT;
-- At most one runs.
CREATE UNIQUE INDEX rollout_running ON rollouts (state) WHERE state = 'running';
CREATE TABLE rollout_arms (
  rollout_id INTEGER NOT NULL REFERENCES rollouts (id),
  arm TEXT NOT NULL CHECK (arm IN ('profile', 'baseline')),
  calls INTEGER NOT NULL,
  failed INTEGER NOT NULL,
  rejected INTEGER NOT NULL,
  priced INTEGER NOT NULL,
  cost INTEGER NOT NULL,
  PRIMARY KEY (rollout_id, arm)
) STRICT, WITHOUT ROWID;`);
  },
};
