import type { Migration } from '../migrate.ts';

/**
 * Memories: one row per version. A row is live while `valid_to` is null; a memory that is updated, superseded or
 * forgotten keeps its row with the time at which that happened, so that one can ask what was known at a time. `id`
 * stays the same over the versions of a key. Times are epoch ms.
 *
 * The short columns come first: SQLite then filters without reading the pages of long contents.
 */
const TABLE = `
CREATE TABLE memories (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL,
  namespace TEXT NOT NULL,
  key TEXT,
  version INTEGER NOT NULL CHECK (version >= 1),
  kind TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  valid_from INTEGER NOT NULL,
  valid_to INTEGER CHECK (valid_to >= valid_from),
  expires_at INTEGER,
  source TEXT NOT NULL,
  supersedes TEXT,
  content_hash BLOB NOT NULL,
  tags TEXT NOT NULL CHECK (json_valid(tags)),
  content TEXT NOT NULL,
  segments TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX memories_id ON memories (id, version);
CREATE UNIQUE INDEX memories_key ON memories (namespace, key, version) WHERE key IS NOT NULL;
CREATE UNIQUE INDEX memories_live_key ON memories (namespace, key) WHERE key IS NOT NULL AND valid_to IS NULL;
CREATE INDEX memories_content ON memories (namespace, content_hash);
CREATE INDEX memories_recent ON memories (valid_from, seq) WHERE valid_to IS NULL;
CREATE INDEX memories_ended ON memories (valid_to) WHERE valid_to IS NOT NULL;
CREATE INDEX memories_expiry ON memories (expires_at) WHERE expires_at IS NOT NULL;`;

/**
 * The index keeps no text of its own. What it has of a row must be taken out with the same values that were put in,
 * hence the 'delete' commands.
 */
const INDEX = `
CREATE VIRTUAL TABLE memories_fts USING fts5 (
  content, key, tags, segments,
  content = 'memories', content_rowid = 'seq', tokenize = 'porter unicode61 remove_diacritics 2'
);
CREATE TRIGGER memories_insert AFTER INSERT ON memories BEGIN
  INSERT INTO memories_fts (rowid, content, key, tags, segments)
  VALUES (new.seq, new.content, new.key, new.tags, new.segments);
END;
CREATE TRIGGER memories_delete AFTER DELETE ON memories BEGIN
  INSERT INTO memories_fts (memories_fts, rowid, content, key, tags, segments)
  VALUES ('delete', old.seq, old.content, old.key, old.tags, old.segments);
END;
CREATE TRIGGER memories_update AFTER UPDATE OF content, key, tags, segments ON memories BEGIN
  INSERT INTO memories_fts (memories_fts, rowid, content, key, tags, segments)
  VALUES ('delete', old.seq, old.content, old.key, old.tags, old.segments);
  INSERT INTO memories_fts (rowid, content, key, tags, segments)
  VALUES (new.seq, new.content, new.key, new.tags, new.segments);
END;`;

export const memory: Migration = { name: 'memory', up: (sqlite) => void sqlite.exec(TABLE + INDEX) };
