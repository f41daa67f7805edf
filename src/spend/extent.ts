import type { SqliteConnection } from '../storage/database.ts';
import type { Extent } from './cover-period.ts';

export const ROWS_FROM = 'rows_from';

/** Reads how far the ledger reaches; a look at either end of an index. */
export function prepareExtent(sqlite: SqliteConnection): () => Extent {
  const read = sqlite.prepare<[], { first: number | null; last: number | null; rowsFrom: number | null }>(
    `SELECT (SELECT min(started_at) FROM call_rows) AS first, (SELECT max(started_at) FROM call_rows) AS last,
       (SELECT value FROM ledger_state WHERE name = '${ROWS_FROM}') AS rowsFrom`,
  );
  const flight = sqlite.prepare<[], { first: number | null; last: number | null }>(
    'SELECT min(call_started_at) AS first, max(call_started_at) AS last FROM in_flight WHERE owner IS NOT NULL',
  );
  const closed = sqlite.prepare<[], number>('SELECT start FROM closed_months ORDER BY start').pluck();
  return () => {
    const rows = read.get();
    const open = flight.get();
    const rowsFrom = rows?.rowsFrom ?? 0;
    const known = (values: readonly (number | null | undefined)[]) =>
      values.filter((value) => typeof value === 'number');
    const firsts = known([rows?.first, open?.first]);
    const lasts = known([rows?.last, open?.last]);
    return {
      // What was given up lies before all rows, nobody knows how far.
      first: rowsFrom > 0 || firsts.length === 0 ? (rowsFrom > 0 ? 0 : null) : Math.min(...firsts),
      last: lasts.length === 0 ? (rowsFrom > 0 ? rowsFrom : null) : Math.max(...lasts),
      rowsFrom,
      closedMonths: closed.all(),
    };
  };
}
