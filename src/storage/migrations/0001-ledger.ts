import type { Migration } from '../migrate.ts';

/**
 * Calls, their attempts, and the budgets that pay for them. Money is nano-dollars, times are epoch ms, all integers.
 * The rules of the ledger stand here as constraints, so that no program can write a row that breaks them.
 */
const TABLES = `
-- A price as it was when it was used; shared by the rows that used it.
CREATE TABLE prices (
  id INTEGER PRIMARY KEY,
  content TEXT NOT NULL UNIQUE,
  source TEXT NOT NULL,
  as_of TEXT
) STRICT;

CREATE TABLE calls (
  id TEXT PRIMARY KEY,
  started_at INTEGER NOT NULL,
  simulated INTEGER NOT NULL CHECK (simulated IN (0, 1)),
  status TEXT NOT NULL CHECK (status IN ('running', 'complete', 'incomplete', 'failed', 'refused', 'cancelled')),
  surface TEXT NOT NULL,
  client TEXT,
  project TEXT,
  role TEXT,
  run_id TEXT,
  key TEXT,
  tags TEXT,
  profile TEXT NOT NULL,
  task TEXT NOT NULL,
  complexity TEXT NOT NULL,
  rule TEXT NOT NULL,
  reason TEXT NOT NULL,
  baseline_model TEXT NOT NULL,
  baseline_price_id INTEGER REFERENCES prices (id),
  cost INTEGER CHECK (cost >= 0),
  cost_source TEXT NOT NULL DEFAULT 'unknown' CHECK (cost_source IN ('provider', 'computed', 'estimated', 'unknown')),
  baseline_cost INTEGER CHECK (baseline_cost >= 0),
  saved INTEGER,
  cache TEXT CHECK (cache IN ('hit', 'shared', 'miss', 'off')),
  error_code TEXT,
  duration_ms INTEGER,
  CHECK ((cost IS NULL) = (cost_source = 'unknown')),
  CHECK (saved IS NULL OR (cost IS NOT NULL AND baseline_cost IS NOT NULL AND saved = baseline_cost - cost))
) STRICT, WITHOUT ROWID;
CREATE INDEX calls_by_time ON calls (started_at);
CREATE INDEX calls_by_run ON calls (run_id) WHERE run_id IS NOT NULL;

-- Apart from the calls, because it is large and may be given up earlier than they.
CREATE TABLE decisions (
  call_id TEXT PRIMARY KEY REFERENCES calls (id),
  decision TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- An attempt belongs to the hour, day and month in which its call began, in budgets as in reports.
CREATE TABLE attempts (
  call_id TEXT NOT NULL REFERENCES calls (id),
  number INTEGER NOT NULL CHECK (number >= 1),
  id TEXT NOT NULL,
  provider TEXT NOT NULL,
  model TEXT NOT NULL,
  upstream_model TEXT NOT NULL,
  price_id INTEGER REFERENCES prices (id),
  started_at INTEGER NOT NULL,
  result TEXT NOT NULL
    CHECK (result IN ('running', 'answered', 'cached', 'incomplete', 'failed', 'cancelled', 'aborted')),
  failure TEXT,
  http_status INTEGER,
  message TEXT,
  -- Upper bound reserved before, and what budgets were charged after. Charged beyond the hold: the provider took more.
  hold INTEGER NOT NULL CHECK (hold >= 0),
  charged INTEGER NOT NULL DEFAULT 0 CHECK (charged >= 0),
  cost INTEGER CHECK (cost >= 0),
  cost_source TEXT NOT NULL DEFAULT 'unknown' CHECK (cost_source IN ('provider', 'computed', 'estimated', 'unknown')),
  input_tokens INTEGER,
  uncached_input_tokens INTEGER CHECK (uncached_input_tokens >= 0),
  cache_read_tokens INTEGER CHECK (cache_read_tokens >= 0),
  cache_write_5m_tokens INTEGER CHECK (cache_write_5m_tokens >= 0),
  cache_write_1h_tokens INTEGER CHECK (cache_write_1h_tokens >= 0),
  output_tokens INTEGER CHECK (output_tokens >= 0),
  reasoning_tokens INTEGER CHECK (reasoning_tokens >= 0),
  raw_usage TEXT,
  finish_reason TEXT,
  generation_id TEXT,
  duration_ms INTEGER,
  first_token_ms INTEGER,
  PRIMARY KEY (call_id, number),
  CHECK ((cost IS NULL) = (cost_source = 'unknown')),
  CHECK (uncached_input_tokens + cache_read_tokens + cache_write_5m_tokens + cache_write_1h_tokens = input_tokens),
  CHECK (reasoning_tokens <= output_tokens)
) STRICT, WITHOUT ROWID;

-- One row for each budget, world (real or simulated) and window of the calendar. 0 is the start of a window without end.
CREATE TABLE budget_windows (
  budget_id TEXT NOT NULL,
  simulated INTEGER NOT NULL CHECK (simulated IN (0, 1)),
  window_start INTEGER NOT NULL,
  spent INTEGER NOT NULL DEFAULT 0 CHECK (spent >= 0),
  held INTEGER NOT NULL DEFAULT 0 CHECK (held >= 0),
  -- The highest level that somebody was told of: 0 none, 1 warning, 2 critical, 3 exhausted.
  told INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (budget_id, simulated, window_start)
) STRICT, WITHOUT ROWID;

-- Calls and attempts in flight: a small table instead of an index of each kind over the large ones, because every page
-- that a transaction touches costs it some microseconds.
CREATE TABLE in_flight (
  -- Of the call or attempt.
  id TEXT PRIMARY KEY,
  -- NULL: its process died, and what it held was given back; the row stays a day, should it be settled after all.
  owner INTEGER,
  -- When its call began.
  call_started_at INTEGER NOT NULL,
  -- Where the attempt stands; NULL in the row of a call.
  call_id TEXT,
  number INTEGER,
  simulated INTEGER NOT NULL,
  -- [[budget id, start of the window, amount], …]: it is charged where it was held, whenever it ends.
  holds TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Processes that write here, so that what a dead one left running can be found.
-- Ids are never used again: a process that was taken for dead finds its own rows when it comes back.
CREATE TABLE owners (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  host TEXT NOT NULL,
  pid INTEGER NOT NULL,
  -- REAL: the start of a process to the microsecond tells it from an earlier one of the same pid.
  started_at REAL NOT NULL,
  seen_at INTEGER NOT NULL,
  UNIQUE (host, pid, started_at)
) STRICT;
`;

export const ledger: Migration = { name: 'ledger', up: (sqlite) => void sqlite.exec(TABLES) };
