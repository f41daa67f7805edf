import type { SqliteConnection } from '../storage/database.ts';
import { DAY_MS } from '../storage/rollup-sums.ts';
import type { ReportQuery, UsageFaultLine } from './reports.ts';

/** Where a fault of reported usage counts. */
export interface FaultPlace {
  /** Row of `routes`. */
  readonly route: number;
  readonly callStartedAt: number;
  readonly simulated: boolean;
}

/** Counts attempts whose reported usage was clipped. */
export interface UsageFaultBook {
  /** `faults` are names. Must run in the transaction that settles the attempt. */
  count(place: FaultPlace, faults: readonly number[]): void;
}

export function createUsageFaultBook(sqlite: SqliteConnection): UsageFaultBook {
  const add = sqlite.prepare(
    'INSERT INTO usage_faults VALUES (?, ?, ?, ?, 1) ON CONFLICT DO UPDATE SET attempts = attempts + 1',
  );
  return {
    count({ route, callStartedAt, simulated }, faults) {
      for (const fault of faults) add.run(Math.floor(callStartedAt / DAY_MS), simulated ? 1 : 0, route, fault);
    },
  };
}

/** The faults of a period, by whole days; the most frequent first. */
export function createUsageFaults(sqlite: SqliteConnection): (query: ReportQuery) => readonly UsageFaultLine[] {
  const lines = sqlite.prepare<[number, number, 0 | 1], UsageFaultLine>(
    `SELECT r.provider, r.model, n.name AS fault, sum(f.attempts) AS attempts
     FROM usage_faults f JOIN routes r ON r.id = f.route JOIN names n ON n.id = f.fault
     WHERE f.start >= ? AND f.start < ? AND f.simulated = ?
     GROUP BY r.provider, r.model, n.name ORDER BY 4 DESC, 1, 2, 3`,
  );
  return ({ since, until, simulated }) =>
    lines.all(Math.floor(since / DAY_MS), Math.ceil(until / DAY_MS), simulated ? 1 : 0);
}
