import type { Budget } from '../domain/budget.ts';
import type { Clock } from '../lib/clock.ts';
import type { Database } from '../storage/database.ts';
import { createMonthCloser } from './closed-months.ts';
import { auditLedger, type LedgerAudit } from './ledger-audit.ts';
import { exportLedger, type Imported, importLedger } from './ledger-transfer.ts';
import { type PriceAgain, type RepricedLine, type RepriceQuery, repriceAttempts } from './reprice.ts';
import { createRetention, type Pruned, type RetentionPolicy } from './retention.ts';

/** The ledger as a whole: for those who keep it, not for those who write in it. */
export interface LedgerBooks {
  /** Adds everything up again. Holds one state of the file while it reads; millions of rows take a minute. */
  verify(): LedgerAudit;
  /** The ledger as JSON lines: prices, runs, calls with their attempts. What is in flight is left out. */
  export(): Iterable<string>;
  /**
   * Adds the calls of an export that are not here already, all or none, with their roll-ups. Throws `invalid_request`
   * with the number of a line that cannot be read, and while calls are in flight.
   */
  import(lines: Iterable<string>): Imported;
  /** What the usage of a period comes to at other prices. Reads rows, so that years take seconds; changes nothing. */
  reprice(query: RepriceQuery, priceAgain: PriceAgain): readonly RepricedLine[];
  /** Gives up what the policy does not want any more, at most about `most` calls; closes months that are over. */
  maintain(most?: number): Pruned;
  /** Makes the file as small as what is in it. Nobody can write meanwhile. */
  compact(): void;
}

export interface LedgerBooksDeps {
  readonly database: Database;
  readonly budgets: readonly Budget[];
  readonly retention: RetentionPolicy;
  readonly clock: Clock;
}

export function createLedgerBooks({ database, budgets, retention, clock }: LedgerBooksDeps): LedgerBooks {
  const { sqlite, guarded, transaction } = database;
  const prune = createRetention(database);
  const closeMonths = createMonthCloser(database);
  return {
    verify: guarded(sqlite.transaction(() => auditLedger(sqlite, budgets, clock.now()))),
    export: () => exportLedger(sqlite),
    import: transaction((lines) => importLedger(sqlite, lines)),
    reprice: guarded(
      sqlite.transaction((query: RepriceQuery, priceAgain: PriceAgain) => repriceAttempts(sqlite, query, priceAgain)),
    ),
    maintain(most) {
      const now = clock.now();
      closeMonths(now);
      return prune(retention, now, most);
    },
    compact: guarded(() => void sqlite.exec('VACUUM')),
  };
}
