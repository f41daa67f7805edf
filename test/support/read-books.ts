import { join } from 'node:path';
import Sqlite from 'better-sqlite3';

export interface BookedCall {
  readonly id: string;
  readonly status: string;
  readonly surface: string;
  readonly client: string | null;
  readonly profile: string;
  readonly cost: number | null;
  readonly cost_source: string;
  readonly cache: string | null;
  readonly error_code: string | null;
  readonly simulated: number;
}

export interface BookedAttempt {
  readonly call_id: string;
  readonly number: number;
  readonly provider: string;
  readonly model: string;
  readonly upstream_model: string;
  readonly result: string;
  readonly failure: string | null;
  readonly http_status: number | null;
  readonly cost: number | null;
  readonly cost_source: string;
  readonly charged: number;
  readonly hold: number;
  readonly input_tokens: number | null;
  readonly output_tokens: number | null;
}

export interface BudgetWindowRow {
  readonly budget_id: string;
  readonly simulated: number;
  readonly spent: number;
  readonly held: number;
}

export interface Books {
  /** In the order in which they began. */
  readonly calls: readonly BookedCall[];
  readonly attempts: readonly BookedAttempt[];
  readonly windows: readonly BudgetWindowRow[];
  /** Calls and attempts that some process still owes an end. */
  readonly inFlight: number;
}

export function databaseIn(home: string): string {
  return join(home, 'farebox.db');
}

/** The ledger as it stands in the file, read without any of farebox's own code. */
export function readBooks(home: string): Books {
  const sqlite = new Sqlite(databaseIn(home), { readonly: true, fileMustExist: true });
  const rows = <T>(sql: string) => sqlite.prepare(sql).all() as T[];
  try {
    return {
      calls: rows<BookedCall>('SELECT * FROM calls ORDER BY started_at, id'),
      attempts: rows<BookedAttempt>('SELECT * FROM attempts ORDER BY started_at, call_id, number'),
      windows: rows<BudgetWindowRow>('SELECT * FROM budget_windows ORDER BY budget_id, simulated'),
      inFlight: rows<{ n: number }>('SELECT count(*) AS n FROM in_flight WHERE owner IS NOT NULL')[0]?.n ?? -1,
    };
  } finally {
    sqlite.close();
  }
}
