import type { AppDeps } from './app-deps.ts';
import type { Config } from './config/config.ts';
import { createSqliteThreads } from './context/sqlite-threads.ts';
import type { Threads } from './context/thread.ts';
import type { Deployment } from './domain/deployment.ts';
import type { Memory } from './memory/memory.ts';
import { createSqliteMemory } from './memory/sqlite-memory.ts';
import { type AdequacyBook, createSqliteAdequacyBook } from './spend/adequacy-book.ts';
import { createLedgerBooks, type LedgerBooks } from './spend/ledger-books.ts';
import { createPatientLedger, type PatientLedger } from './spend/patient-ledger.ts';
import { createPriceRegister, type PriceRegister } from './spend/price-register.ts';
import { createSqliteRolloutBook, type RolloutBook } from './spend/rollout-book.ts';
import { createSqliteLedger } from './spend/sqlite-ledger.ts';
import { type Database, openDatabase } from './storage/database.ts';
import type { Log } from './telemetry/log.ts';

/** Everything that lies in the database of one configuration. */
export interface Stores {
  readonly database: Database;
  readonly ledger: PatientLedger;
  readonly books: LedgerBooks;
  readonly prices: PriceRegister;
  readonly adequacy: AdequacyBook;
  readonly rollouts: RolloutBook;
  readonly memory: Memory;
  readonly threads: Threads;
  /** What happened to it that the user should know. */
  readonly notices: readonly string[];
  close(): void;
}

export interface StoresDeps extends AppDeps {
  readonly log: Log;
  readonly config: Config;
  /** Whose prices are kept with the day from which they hold. */
  readonly offered: readonly Deployment[];
  /** The sandbox keeps its books apart. */
  readonly simulated: boolean;
}

/** Expired memories are hidden at once, and removed this often. */
const SWEEP_EVERY_MS = 3_600_000;
/** Calls that retention removes each time: it must not hold anybody up. */
const MAINTAINED_AT_ONCE = 5_000;

/**
 * Opens the database and what stands in it, books what dead processes left behind, and sweeps now and then. Throws
 * `storage_unavailable`, `storage_too_new`.
 */
export async function openStores(deps: StoresDeps): Promise<Stores> {
  const { clock, random, version, log, config, offered, simulated } = deps;
  const { budgets, policy } = config;
  const database = await openDatabase({ path: config.databasePath, clock, fareboxVersion: version });
  try {
    const ledger = createPatientLedger(createSqliteLedger({ database, budgets, clock, simulated }), log);
    const memory = createSqliteMemory({ database, clock, random });
    const threads = createSqliteThreads({ database, clock, simulated, ...policy.threads });
    const books = createLedgerBooks({ database, budgets, retention: policy.retention, clock });
    const prices = createPriceRegister(database, clock);
    const sweep = () => {
      memory.sweep();
      threads.sweep();
      books.maintain(MAINTAINED_AT_ONCE);
      prices.see(offered);
    };
    sweep();
    const notices = [...database.notices, ...noticeAborted(ledger.recover())];
    for (const notice of notices) log.warn(notice);
    const sweeper = setInterval(sweep, SWEEP_EVERY_MS).unref();
    return {
      ...{ database, ledger, books, prices, memory, threads, notices },
      adequacy: createSqliteAdequacyBook({ database, clock, simulated }),
      rollouts: createSqliteRolloutBook(database, clock),
      close() {
        clearInterval(sweeper);
        ledger.flush();
        database.close();
      },
    };
  } catch (error) {
    database.close();
    throw error;
  }
}

function noticeAborted(attempts: number): readonly string[] {
  if (attempts === 0) return [];
  const what = attempts === 1 ? 'An attempt was' : `${attempts} attempts were`;
  return [
    `${what} left running by a process that died: booked as aborted, of unknown cost; what they held of budgets is released.`,
  ];
}
