import { isoTime } from '../lib/clock.ts';
import type { SqliteConnection } from '../storage/database.ts';
import { DAY_MS } from '../storage/rollup-sums.ts';
import { ROWS_FROM } from './extent.ts';
import type { Problem } from './rollup-audit.ts';

interface Difference {
  readonly start: number;
  readonly simulated: 0 | 1;
  readonly optimisation: string;
  readonly booked: string;
  readonly expected: string;
}

/**
 * Compares the sums of effects by day with the rows, on the days whose rows are all there, and finds effects of calls
 * that nobody knows. Calls that began before rows were given up have only their sums.
 */
export function auditEffects(sqlite: SqliteConnection, most: number): readonly Problem[] {
  const rowsFrom = Number(sqlite.prepare('SELECT value FROM ledger_state WHERE name = ?').pluck().get(ROWS_FROM) ?? 0);
  const orphans = sqlite
    .prepare<[number], number>(
      'SELECT DISTINCT seq FROM effect_rows WHERE seq NOT IN (SELECT seq FROM call_rows) ORDER BY seq LIMIT ?',
    )
    .pluck()
    .all(most);
  const firstDay = Math.ceil(rowsFrom / DAY_MS);
  const differences = sqlite
    .prepare<[number, number, number], Difference>(
      `WITH added AS (
         SELECT c.started_at / ${DAY_MS} AS start, x.simulated, e.optimisation, count(*) AS calls,
           sum(e.tokens_avoided) AS tokens, coalesce(sum(e.cost_avoided), 0) AS cost,
           count(*) - count(e.cost_avoided) AS unknown, sum(e.own_cost) AS own
         FROM effect_rows e JOIN call_rows c ON c.seq = e.seq JOIN contexts x ON x.id = c.context GROUP BY 1, 2, 3),
       facts AS (
         SELECT start, simulated, optimisation, ${figures(['calls', 'tokens', 'cost', 'unknown', 'own'])} AS figures
         FROM added WHERE start >= ?),
       sums AS (
         SELECT start, simulated, optimisation,
           ${figures(['calls', 'tokens_avoided', 'cost_avoided', 'unknown', 'own_cost'])} AS figures
         FROM effect_days WHERE start >= ?)
       SELECT start, simulated, n.name AS optimisation, coalesce(sums.figures, 'nothing') AS booked,
         coalesce(facts.figures, 'nothing') AS expected
       FROM sums FULL JOIN facts USING (start, simulated, optimisation) JOIN names n ON n.id = optimisation
       WHERE sums.figures IS NOT facts.figures ORDER BY 1, 2, 3 LIMIT ?`,
    )
    .all(firstDay, firstDay, most);
  return [
    ...orphans.map((seq) => `Effects are booked for call ${seq}, which nobody knows.`),
    ...differences.map(
      ({ start, simulated, optimisation, booked, expected }) =>
        `The day ${isoTime(start * DAY_MS)} has ${booked} for ${simulated ? 'simulated ' : ''}${optimisation} ` +
        `(calls, tokens, cost, unknown, own cost); the rows add up to ${expected}.`,
    ),
  ];
}

/** Figures as one text, so that they are compared together. */
function figures(columns: readonly string[]): string {
  return columns.join(` || ' ' || `);
}
