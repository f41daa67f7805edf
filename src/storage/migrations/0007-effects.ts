import type { Migration } from '../migrate.ts';
import { unpackIdSql } from '../packed-id.ts';

/**
 * A row for each optimisation that did something for a call; a call without any takes no space. Sums by day, kept in the
 * transactions that write the rows, outlive them. `call_effects` is for readers.
 */
const TABLES = `
CREATE TABLE effect_rows (
  -- Of the call.
  seq INTEGER NOT NULL,
  -- A name.
  optimisation INTEGER NOT NULL REFERENCES names (id),
  -- Negative: it took more.
  tokens_avoided INTEGER NOT NULL,
  -- NULL: nobody knows.
  cost_avoided INTEGER,
  own_cost INTEGER NOT NULL CHECK (own_cost >= 0),
  PRIMARY KEY (seq, optimisation)
) STRICT, WITHOUT ROWID;

CREATE TABLE effect_days (
  -- Days since the epoch (UTC) on which the calls began.
  start INTEGER NOT NULL,
  simulated INTEGER NOT NULL CHECK (simulated IN (0, 1)),
  optimisation INTEGER NOT NULL REFERENCES names (id),
  calls INTEGER NOT NULL CHECK (calls >= 0),
  tokens_avoided INTEGER NOT NULL,
  -- Of the calls for which it is known; those for which it is not are counted.
  cost_avoided INTEGER NOT NULL,
  unknown INTEGER NOT NULL CHECK (unknown >= 0),
  own_cost INTEGER NOT NULL,
  PRIMARY KEY (start, simulated, optimisation)
) STRICT, WITHOUT ROWID;

CREATE VIEW call_effects AS
SELECT ${unpackIdSql('call', 'c')} AS call_id, c.started_at, x.simulated,
  (SELECT name FROM names WHERE id = e.optimisation) AS optimisation, e.tokens_avoided, e.cost_avoided, e.own_cost, e.seq
FROM effect_rows e JOIN call_rows c ON c.seq = e.seq JOIN contexts x ON x.id = c.context;
`;

/** What each optimisation did for a call, and its sums by day. */
export const effects: Migration = { name: 'effects', up: (sqlite) => void sqlite.exec(TABLES) };
