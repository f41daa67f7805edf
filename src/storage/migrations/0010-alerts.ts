import type { Migration } from '../migrate.ts';

/**
 * The first table of alerts, in which nothing was ever written, did not tell the sandbox from the real world, so that an
 * alert of one would have kept that of the other from being told.
 */
const TABLES = `
DROP TABLE alerts;

-- Alerts: told once a period, by whichever process comes first; cleared when what they say is over.
CREATE TABLE alerts (
  simulated INTEGER NOT NULL CHECK (simulated IN (0, 1)),
  kind TEXT NOT NULL,
  subject TEXT NOT NULL,
  -- What it is told once for: a window, a day (epoch ms); 0: for as long as it lasts.
  period INTEGER NOT NULL,
  level TEXT NOT NULL CHECK (level IN ('warning', 'critical', 'exhausted')),
  message TEXT NOT NULL,
  raised_at INTEGER NOT NULL,
  cleared_at INTEGER,
  PRIMARY KEY (simulated, kind, subject, period)
) STRICT, WITHOUT ROWID;
CREATE INDEX alerts_open ON alerts (simulated, kind, subject) WHERE cleared_at IS NULL;

-- What webhooks are still to be told, so that neither a dead network nor the end of a process loses it.
CREATE TABLE alert_deliveries (
  id INTEGER PRIMARY KEY,
  -- A digest of the address, which may itself be a secret.
  target TEXT NOT NULL,
  body TEXT NOT NULL,
  attempts INTEGER NOT NULL DEFAULT 0,
  created_at INTEGER NOT NULL,
  -- When it may be sent (again): also how a process that sends it keeps others from doing so.
  due_at INTEGER NOT NULL
) STRICT;
CREATE INDEX alert_deliveries_due ON alert_deliveries (target, due_at);

-- How much of a budget was spent, at most once a minute, for an hour or two: from this its pace is known.
CREATE TABLE spend_samples (
  budget_id TEXT NOT NULL,
  simulated INTEGER NOT NULL CHECK (simulated IN (0, 1)),
  -- Minutes since the epoch.
  minute INTEGER NOT NULL,
  -- Epoch ms.
  taken_at INTEGER NOT NULL,
  window_start INTEGER NOT NULL,
  spent INTEGER NOT NULL CHECK (spent >= 0),
  PRIMARY KEY (budget_id, simulated, minute)
) STRICT, WITHOUT ROWID;
`;

/** Alerts that tell the sandbox from the real world, what webhooks are still to be told, and the pace of spending. */
export const alerts: Migration = { name: 'alerts', up: (sqlite) => void sqlite.exec(TABLES) };
