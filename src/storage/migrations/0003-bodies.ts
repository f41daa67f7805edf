import type { Migration } from '../migrate.ts';

/** Prompts and answers of those who switched `policy.storeBodies` on. Nothing else in the file holds text of a call. */
export const bodies: Migration = {
  name: 'bodies',
  up: (sqlite) => {
    sqlite.exec(`
CREATE TABLE bodies (
  call_id TEXT PRIMARY KEY,
  stored_at INTEGER NOT NULL,
  prompt TEXT NOT NULL,
  answer TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX bodies_age ON bodies (stored_at);`);
  },
};
