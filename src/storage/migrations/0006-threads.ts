import type { Migration } from '../migrate.ts';

/**
 * Conversations that callers carry on by id: the only prompts and answers that are kept without being asked to. A thread
 * belongs to whoever began it (`access_key`, `project`; '' where there is none), and turns are only ever added to it.
 */
const TABLES = `
CREATE TABLE threads (
  -- Never used again, so that a call that is on its way does not revive a thread that was forgotten meanwhile.
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  access_key TEXT NOT NULL,
  project TEXT NOT NULL,
  simulated INTEGER NOT NULL CHECK (simulated IN (0, 1)),
  id TEXT NOT NULL,
  -- Epoch ms.
  created_at INTEGER NOT NULL,
  used_at INTEGER NOT NULL,
  -- Once it has carried a private request, it is private for good; the same with a region.
  private INTEGER NOT NULL CHECK (private IN (0, 1)),
  region TEXT,
  turns INTEGER NOT NULL CHECK (turns >= 0),
  bytes INTEGER NOT NULL CHECK (bytes >= 0)
) STRICT;
CREATE UNIQUE INDEX threads_name ON threads (access_key, project, simulated, id);
CREATE INDEX threads_used ON threads (used_at);

CREATE TABLE thread_turns (
  thread INTEGER NOT NULL REFERENCES threads (seq) ON DELETE CASCADE,
  -- In the order in which their calls were completed, from 1.
  number INTEGER NOT NULL CHECK (number >= 1),
  call_id TEXT NOT NULL,
  at INTEGER NOT NULL,
  -- The messages of the turn, those of the caller and the answer.
  messages TEXT NOT NULL CHECK (json_valid(messages)),
  PRIMARY KEY (thread, number)
) STRICT;

-- What a model made of turns that were compressed, so that the next turn finds the same words.
CREATE TABLE thread_summaries (
  thread INTEGER NOT NULL REFERENCES threads (seq) ON DELETE CASCADE,
  -- Of what was summarised.
  hash TEXT NOT NULL,
  summary TEXT NOT NULL,
  PRIMARY KEY (thread, hash)
) STRICT;
`;

export const threads: Migration = { name: 'threads', up: (sqlite) => void sqlite.exec(TABLES) };
