import type { SqliteConnection } from '../storage/database.ts';
import { DAY_MS } from '../storage/rollup-sums.ts';
import type { Contexts } from './contexts.ts';
import type { Names } from './names.ts';
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

/** A count of faults as an export has it: by names, not by numbers that are others in another file. */
export interface WrittenFaults {
  /** Days since the epoch. */
  readonly start: number;
  readonly simulated: number;
  readonly provider: string;
  readonly model: string;
  readonly upstream_model: string;
  readonly fault: string;
  readonly attempts: number;
}

export function writtenFaults(sqlite: SqliteConnection): readonly WrittenFaults[] {
  return sqlite
    .prepare<[], WrittenFaults>(
      `SELECT f.start, f.simulated, r.provider, r.model, r.upstream_model, n.name AS fault, f.attempts
       FROM usage_faults f JOIN routes r ON r.id = f.route JOIN names n ON n.id = f.fault
       ORDER BY f.start, f.simulated, r.provider, r.model, r.upstream_model, n.name`,
    )
    .all();
}

/** Adds a count of an export. Where both files have one, the greater stands: an import that is made again adds nothing. */
export function prepareFaultImport(
  sqlite: SqliteConnection,
  names: Pick<Names, 'idOf'>,
  routes: Pick<Contexts, 'routeOf'>,
): (faults: WrittenFaults) => void {
  const insert = sqlite.prepare(
    'INSERT INTO usage_faults VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET attempts = max(attempts, excluded.attempts)',
  );
  return ({ start, simulated, provider, model, upstream_model: upstreamModel, fault, attempts }) => {
    const route = routes.routeOf({ provider, model, upstreamModel });
    insert.run(start, simulated, route, names.idOf(fault), attempts);
  };
}
