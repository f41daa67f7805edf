import type { Migration } from '../migrate.ts';

/**
 * When which price held, when machines that are paid by the hour ran, and usage that contradicted itself: none of it is
 * given up with the rows of calls. And which attempts were paid beyond a free quota, which is.
 */
const TABLES = `
-- A price of a model as it was found, from when it was first seen (since) to when it was last seen; epoch ms.
CREATE TABLE price_periods (
  provider TEXT NOT NULL,
  model TEXT NOT NULL,
  simulated INTEGER NOT NULL CHECK (simulated IN (0, 1)),
  since INTEGER NOT NULL,
  price_id INTEGER NOT NULL REFERENCES prices (id),
  seen_at INTEGER NOT NULL CHECK (seen_at >= since),
  PRIMARY KEY (provider, model, simulated, since)
) STRICT, WITHOUT ROWID;

-- Stretches in which a machine was paid for: while it answered, and idle after that. Of one account they never overlap.
CREATE TABLE machine_hours (
  account TEXT NOT NULL,
  simulated INTEGER NOT NULL CHECK (simulated IN (0, 1)),
  -- Epoch ms; the end may lie ahead.
  start INTEGER NOT NULL,
  stop INTEGER NOT NULL CHECK (stop > start),
  -- Nano-dollars an hour.
  hourly INTEGER NOT NULL CHECK (hourly >= 0),
  PRIMARY KEY (account, simulated, start)
) STRICT, WITHOUT ROWID;

-- Attempts whose reported usage broke a rule (cached tokens beyond the prompt …) and was clipped, by day (UTC).
CREATE TABLE usage_faults (
  -- Days since the epoch on which the calls began.
  start INTEGER NOT NULL,
  simulated INTEGER NOT NULL CHECK (simulated IN (0, 1)),
  route INTEGER NOT NULL REFERENCES routes (id),
  -- A name.
  fault INTEGER NOT NULL REFERENCES names (id),
  attempts INTEGER NOT NULL CHECK (attempts >= 0),
  PRIMARY KEY (start, simulated, route, fault)
) STRICT, WITHOUT ROWID;

-- Attempts that were paid only since a free quota was used up, by the places of their rows.
CREATE TABLE beyond_quota (
  place INTEGER PRIMARY KEY
) STRICT;
`;

/** Prices with the time in which they held, and what fixed costs are made of. */
export const prices: Migration = { name: 'prices', up: (sqlite) => void sqlite.exec(TABLES) };
