import { ABORTED } from '../ledger-codes.ts';
import type { Migration } from '../migrate.ts';
import { SUMS } from '../rollup-sums.ts';
import { LEDGER_VIEWS } from './ledger-views.ts';

const SUM_COLUMNS = SUMS.map((sum) => `  ${sum} INTEGER NOT NULL DEFAULT 0,`).join('\n');

/**
 * Calls, their attempts, and the budgets that pay for them. Money is nano-dollars, times are epoch ms, all integers.
 * The rules of the ledger stand here as constraints, so that no program can write a row that breaks them.
 *
 * A row is written once, when it is known how it ended; until then it stands in `in_flight`. Words that repeat are
 * numbers (see `ledger-codes.ts`, and the tables of words below); the views `calls` and `attempts` show them in full.
 */
const TABLES = `
-- A price as it was when it was used; shared by the rows that used it. The hash (SHA-256) is that of the content.
CREATE TABLE prices (
  id INTEGER PRIMARY KEY,
  content TEXT NOT NULL UNIQUE,
  source TEXT NOT NULL,
  as_of TEXT,
  hash TEXT NOT NULL
) STRICT;

-- Texts that repeat: ids of runs, codes, and the fixed parts of decisions and usage objects.
CREATE TABLE names (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE
) STRICT;
INSERT INTO names VALUES (${ABORTED}, 'aborted');

-- Who asked for what, and how it was routed; shared by all calls of which that is true. content: the columns as JSON.
CREATE TABLE contexts (
  id INTEGER PRIMARY KEY,
  content TEXT NOT NULL UNIQUE,
  simulated INTEGER NOT NULL CHECK (simulated IN (0, 1)),
  -- NULL: for the user; else farebox's own overhead: classifier, judge, shadow …
  purpose TEXT,
  surface TEXT NOT NULL,
  client TEXT,
  project TEXT,
  role TEXT,
  key TEXT,
  tags TEXT,
  profile TEXT NOT NULL,
  task TEXT NOT NULL,
  complexity TEXT NOT NULL,
  rule TEXT NOT NULL,
  baseline_model TEXT NOT NULL,
  baseline_price_id INTEGER REFERENCES prices (id)
) STRICT;

CREATE TABLE routes (
  id INTEGER PRIMARY KEY,
  content TEXT NOT NULL UNIQUE,
  provider TEXT NOT NULL,
  model TEXT NOT NULL,
  upstream_model TEXT NOT NULL
) STRICT;

-- Which run began which; both are names.
CREATE TABLE run_parents (
  run INTEGER PRIMARY KEY REFERENCES names (id),
  parent INTEGER NOT NULL REFERENCES names (id)
) STRICT;
CREATE INDEX run_parents_by_parent ON run_parents (parent);

-- Why a call was routed as it was. Written when it is opened, and the number of the call is that of this row; hence the
-- newest row is never given up, while the others may be earlier than their calls. The halves: see spend/packed-text.ts.
CREATE TABLE decisions (
  seq INTEGER PRIMARY KEY,
  parts BLOB NOT NULL,
  figures BLOB NOT NULL
) STRICT;

CREATE TABLE call_rows (
  seq INTEGER PRIMARY KEY,
  started_at INTEGER NOT NULL,
  id_high INTEGER,
  id_low INTEGER,
  id_text TEXT,
  context INTEGER NOT NULL REFERENCES contexts (id),
  run INTEGER,
  status INTEGER NOT NULL CHECK (status BETWEEN 0 AND 4),
  cost INTEGER CHECK (cost >= 0),
  cost_source INTEGER NOT NULL CHECK (cost_source BETWEEN 0 AND 3),
  baseline_cost INTEGER CHECK (baseline_cost >= 0),
  -- Whether the baseline is compared with: what was saved is baseline_cost - cost.
  compared INTEGER NOT NULL CHECK (compared IN (0, 1)),
  cache INTEGER CHECK (cache BETWEEN 0 AND 3),
  error_code INTEGER,
  duration_ms INTEGER,
  CHECK ((id_text IS NULL) = (id_high IS NOT NULL AND id_low IS NOT NULL)),
  CHECK ((cost IS NULL) = (cost_source = 3)),
  CHECK (compared = 0 OR (cost IS NOT NULL AND baseline_cost IS NOT NULL))
) STRICT;
CREATE INDEX call_rows_by_time ON call_rows (started_at);
CREATE INDEX call_rows_by_run ON call_rows (run) WHERE run IS NOT NULL;

-- An attempt belongs to the hour, day and month in which its call began, in budgets as in reports.
CREATE TABLE attempt_rows (
  -- seq of the call × 1024 + number of the attempt (1, 2 …).
  place INTEGER PRIMARY KEY,
  started_at INTEGER NOT NULL,
  id_high INTEGER,
  id_low INTEGER,
  id_text TEXT,
  route INTEGER NOT NULL REFERENCES routes (id),
  price_id INTEGER REFERENCES prices (id),
  result INTEGER NOT NULL CHECK (result BETWEEN 0 AND 5),
  failure INTEGER,
  http_status INTEGER,
  message TEXT,
  -- Upper bound reserved before.
  hold INTEGER NOT NULL CHECK (hold >= 0),
  -- What budgets were charged; NULL: the cost. Charged beyond the hold: the provider took more.
  charged INTEGER CHECK (charged >= 0),
  cost INTEGER CHECK (cost >= 0),
  cost_source INTEGER NOT NULL CHECK (cost_source BETWEEN 0 AND 3),
  -- Usage × price, where the cost is what the provider told.
  computed_cost INTEGER CHECK (computed_cost >= 0),
  input_tokens INTEGER,
  uncached_input_tokens INTEGER CHECK (uncached_input_tokens >= 0),
  cache_read_tokens INTEGER CHECK (cache_read_tokens >= 0),
  cache_write_5m_tokens INTEGER CHECK (cache_write_5m_tokens >= 0),
  cache_write_1h_tokens INTEGER CHECK (cache_write_1h_tokens >= 0),
  output_tokens INTEGER CHECK (output_tokens >= 0),
  reasoning_tokens INTEGER CHECK (reasoning_tokens >= 0),
  -- The provider's own usage object: its fixed part, and its figures.
  usage_form INTEGER,
  usage_figures BLOB,
  finish_reason INTEGER,
  generation_id TEXT,
  duration_ms INTEGER,
  first_token_ms INTEGER,
  CHECK (place % 1024 > 0),
  CHECK ((id_text IS NULL) = (id_high IS NOT NULL AND id_low IS NOT NULL)),
  CHECK ((cost IS NULL) = (cost_source = 3)),
  CHECK (charged IS NOT NULL OR cost IS NOT NULL),
  CHECK (uncached_input_tokens + cache_read_tokens + cache_write_5m_tokens + cache_write_1h_tokens = input_tokens),
  CHECK (reasoning_tokens <= output_tokens)
) STRICT;

-- Calls and attempts in flight: a small table, from which a row moves into the large ones when it is known how it ended.
CREATE TABLE in_flight (
  -- Of the call or attempt.
  id TEXT PRIMARY KEY,
  -- NULL: its process died, and what it held was given back; the row stays a day, should it be settled after all.
  owner INTEGER,
  call_seq INTEGER NOT NULL,
  -- Of the attempt; NULL in the row of a call.
  number INTEGER,
  call_started_at INTEGER NOT NULL,
  started_at INTEGER NOT NULL,
  simulated INTEGER NOT NULL,
  context INTEGER NOT NULL,
  run INTEGER,
  -- Groups of reports in which it counts, as JSON; a call counts in those of its last attempt.
  groups TEXT NOT NULL,
  route INTEGER,
  price_id INTEGER,
  hold INTEGER NOT NULL,
  -- [[budget id, key of the window, amount], …]: it is charged where it was held, whenever it ends.
  holds TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- What roll-ups are grouped by. Everything counts in a group by provider, model, task …; what belongs to a run counts
-- in one more, which has nothing but the run.
CREATE TABLE report_groups (
  id INTEGER PRIMARY KEY,
  content TEXT NOT NULL UNIQUE,
  run TEXT,
  simulated INTEGER NOT NULL CHECK (simulated IN (0, 1)),
  purpose TEXT,
  provider TEXT,
  model TEXT,
  task TEXT,
  role TEXT,
  project TEXT,
  client TEXT,
  key TEXT,
  tags TEXT,
  baseline_model TEXT
) STRICT;

-- Sums by hour and by day (UTC, counted from the epoch), kept in the transactions that write the rows.
CREATE TABLE rollup_hours (
  start INTEGER NOT NULL,
  group_id INTEGER NOT NULL,
${SUM_COLUMNS}
  PRIMARY KEY (start, group_id)
) STRICT, WITHOUT ROWID;
CREATE TABLE rollup_days (
  start INTEGER NOT NULL,
  group_id INTEGER NOT NULL,
${SUM_COLUMNS}
  PRIMARY KEY (start, group_id)
) STRICT, WITHOUT ROWID;

-- Months that are over, so that a report over years reads few rows: sums by month, and by day of everything together.
-- They are made from the roll-ups of their days when they are first needed, and removed where one of those changes.
CREATE TABLE closed_months (
  -- Months since January 1970.
  start INTEGER PRIMARY KEY
) STRICT;
CREATE TABLE rollup_months (
  start INTEGER NOT NULL,
  group_id INTEGER NOT NULL,
${SUM_COLUMNS}
  PRIMARY KEY (start, group_id)
) STRICT, WITHOUT ROWID;
CREATE TABLE rollup_day_totals (
  start INTEGER NOT NULL,
  -- A group of which only simulated, purpose and baseline_model are set.
  group_id INTEGER NOT NULL,
${SUM_COLUMNS}
  PRIMARY KEY (start, group_id)
) STRICT, WITHOUT ROWID;

-- One row for each budget, world (real or simulated) and window: of the calendar (key: its start; 0 for one without
-- end), of a call (its number), of a run or a session (its name).
CREATE TABLE budget_windows (
  budget_id TEXT NOT NULL,
  simulated INTEGER NOT NULL CHECK (simulated IN (0, 1)),
  window_key INTEGER NOT NULL,
  spent INTEGER NOT NULL DEFAULT 0 CHECK (spent >= 0),
  held INTEGER NOT NULL DEFAULT 0 CHECK (held >= 0),
  -- The highest level that somebody was told of: 0 none, 1 warning, 2 critical, 3 exhausted.
  told INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (budget_id, simulated, window_key)
) STRICT, WITHOUT ROWID;

-- Alerts: told once a period; cleared when what they say is over.
CREATE TABLE alerts (
  kind TEXT NOT NULL,
  subject TEXT NOT NULL,
  -- What it is told once for: the start of a window, a day …
  period INTEGER NOT NULL,
  level TEXT NOT NULL,
  message TEXT NOT NULL,
  raised_at INTEGER NOT NULL,
  cleared_at INTEGER,
  PRIMARY KEY (kind, subject, period)
) STRICT, WITHOUT ROWID;
CREATE INDEX alerts_open ON alerts (kind, subject) WHERE cleared_at IS NULL;

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

-- rows_from: rows of calls that began before were given up by policy; reports of that time go by roll-ups alone.
CREATE TABLE ledger_state (
  name TEXT PRIMARY KEY,
  value INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
`;

export const ledger: Migration = { name: 'ledger', up: (sqlite) => void sqlite.exec(TABLES + LEDGER_VIEWS) };
