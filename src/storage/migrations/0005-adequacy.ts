import type { Migration } from '../migrate.ts';

/** How often answers of a model to a type of task passed the checks of callers. */
export const adequacy: Migration = {
  name: 'adequacy',
  up: (sqlite) => {
    sqlite.exec(`
CREATE TABLE adequacy (
  task TEXT NOT NULL,
  model TEXT NOT NULL,
  simulated INTEGER NOT NULL CHECK (simulated IN (0, 1)),
  -- Answers that were checked, and those of them that passed every check.
  tried INTEGER NOT NULL CHECK (tried > 0),
  accepted INTEGER NOT NULL CHECK (accepted BETWEEN 0 AND tried),
  -- Of the last answer that was checked, epoch ms.
  updated_at INTEGER NOT NULL,
  PRIMARY KEY (task, model, simulated)
) STRICT, WITHOUT ROWID;`);
  },
};
