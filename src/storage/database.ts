import { closeSync, existsSync, mkdirSync, openSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import type Sqlite from 'better-sqlite3';
import type { Kysely } from 'kysely';
import { FareboxError } from '../domain/errors.ts';
import type { Clock } from '../lib/clock.ts';
import { driverMissing, loadDriver, type SqliteDriver } from './load-driver.ts';
import { migrate, refuseNewer } from './migrate.ts';
import { MIGRATIONS } from './migrations/migrations.ts';
import { inodeOf, moveAside } from './move-aside.ts';
import type { Schema } from './schema.ts';
import { isBusy, isCorrupt, storageCode, toStorageFailure } from './storage-failure.ts';

export interface DatabaseOptions {
  /** The file; it and its folder are made where they are missing, readable by this user only. */
  readonly path: string;
  readonly clock: Clock;
  /** Of this program; recorded with each migration. */
  readonly fareboxVersion: string;
  /**
   * `process` (default): SQLite's synchronous NORMAL, which in WAL mode loses nothing when the process is killed, but
   * may lose the last commits in a power cut. `power`: FULL, which survives that too, at eight times the cost a commit.
   */
  readonly durability?: 'process' | 'power';
  /** How long a statement waits, blocking, for another process's write to end. */
  readonly busyTimeoutMs?: number;
}

/** A connection of the driver, for rooms that prepare their own statements; the driver itself stays in this room. */
export type SqliteConnection = Sqlite.Database;

/** One connection to the file that the ledger and the memory share. Safe with many processes on the same file. */
export interface Database {
  readonly path: string;
  readonly sqlite: SqliteConnection;
  /** What happened while opening that the user should know, as sentences. */
  readonly notices: readonly string[];
  /** The query builder on the same connection; loaded when first asked for. */
  kysely(): Promise<Kysely<Schema>>;
  /**
   * Makes `work` a transaction that takes the write lock at its beginning (BEGIN IMMEDIATE), so that what it reads
   * stays true until it commits, across processes. Throws `storage_unavailable` where the database cannot be used.
   */
  transaction<A extends unknown[], R>(work: (...args: A) => R): (...args: A) => R;
  /** `work` outside a transaction, for reads, with the errors of SQLite translated as in `transaction`. */
  guarded<A extends unknown[], R>(work: (...args: A) => R): (...args: A) => R;
  /** Throws `storage_unavailable` where the file does not answer. */
  ping(): void;
  close(): void;
}

const BUSY_TIMEOUT_MS = 5_000;
/** Files up to this size are checked page by page at opening (some ms); damage in larger ones shows when it is met. */
const CHECKED_BYTES = 4 * 1024 * 1024;
/** Pages (of 4 KiB) after which SQLite copies its log into the file: rarer than its default, as each time is a pause. */
const CHECKPOINT_PAGES = 4_000;
/** How often, and how far apart, to look again while another process moves a damaged file aside. */
const MOVING_ATTEMPTS = 50;
const MOVING_PAUSE_MS = 20;
const SMALLEST_PAGE_BYTES = 512;
const WAL_LIMIT_BYTES = 16 * 1024 * 1024;

/**
 * Opens the database, migrated to this farebox's schema. A damaged file is moved aside, never deleted, and a new one
 * begun; `notices` says so. Throws `storage_too_new` for the file of a newer farebox, which it leaves as it is, and
 * `storage_unavailable` where the file cannot be written, is locked, or the driver does not work.
 */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  const { path, clock } = options;
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    const driver = await loadDriver();
    const { sqlite, notices } = await openOrReplace(driver, options);
    return wrap(sqlite, path, notices);
  } catch (error) {
    throw toStorageFailure(error, path);
  }

  async function openOrReplace(driver: SqliteDriver, given: DatabaseOptions) {
    const notices: string[] = [];
    for (let attempt = 1; ; attempt++) {
      createPrivately(path);
      const inode = inodeOf(path);
      try {
        inspect(driver, given);
        return { sqlite: await openFile(driver, given, notices), notices };
      } catch (error) {
        if (attempt > MOVING_ATTEMPTS) throw error;
        // Another process has moved a damaged file away under our hands: begin again with the new one.
        if (inodeOf(path) === null) continue;
        if (!isCorrupt(error) || inode === null) throw error;
        const aside = moveAside(path, inode, clock.now());
        if (aside) notices.push(damaged(path, aside, error));
        else await clock.sleep(MOVING_PAUSE_MS);
      }
    }
  }
}

function damaged(path: string, aside: string, error: unknown): string {
  const reason = error instanceof Error ? error.message : String(error);
  return (
    `The database ${path} was damaged (${reason}). It was moved to ${aside} and a new, empty one was begun; ` +
    'spending before now does not count against budgets any more.'
  );
}

/** Makes the file before SQLite does, which would make it readable by all; its -wal and -shm take over its mode. */
function createPrivately(path: string): void {
  try {
    closeSync(openSync(path, 'wx', 0o600));
  } catch (error) {
    // An existing file must not be opened and closed here: that would drop the locks of this process's connections.
    if (storageCode(error) !== 'EEXIST') throw error;
  }
}

/**
 * Refuses a newer file, and a damaged one, over a connection that only reads: closing it never touches the file or its
 * log, so that both are kept as they were found.
 */
function inspect(driver: SqliteDriver, options: DatabaseOptions): void {
  checkLength(options.path);
  const sqlite = connect(driver, options, true);
  try {
    refuseNewer(sqlite, MIGRATIONS.length);
    checkPages(sqlite, options.path);
  } finally {
    sqlite.close();
  }
}

/** SQLite takes a file without one whole page for a new database, and deletes the log that lies beside it. */
function checkLength(path: string): void {
  // The log first: it comes into being after the file has got its first page.
  const hasLog = existsSync(`${path}-wal`);
  const { size } = statSync(path);
  if (size === 0 ? !hasLog : size >= SMALLEST_PAGE_BYTES) return;
  throw Object.assign(new Error(`the file has only ${size} bytes`), { code: 'SQLITE_NOTADB' });
}

function checkPages(sqlite: Sqlite.Database, path: string): void {
  if (statSync(path).size > CHECKED_BYTES) return;
  const finding = String(sqlite.pragma('quick_check(1)', { simple: true }));
  if (finding !== 'ok') throw Object.assign(new Error(finding), { code: 'SQLITE_CORRUPT' });
}

async function openFile(driver: SqliteDriver, options: DatabaseOptions, notices: string[]): Promise<Sqlite.Database> {
  const sqlite = connect(driver, options, false);
  try {
    await enableWal(sqlite, options.clock, notices);
    sqlite.pragma(`synchronous = ${options.durability === 'power' ? 'FULL' : 'NORMAL'}`);
    sqlite.pragma('foreign_keys = ON');
    sqlite.pragma(`wal_autocheckpoint = ${CHECKPOINT_PAGES}`);
    sqlite.pragma(`journal_size_limit = ${WAL_LIMIT_BYTES}`);
    migrate(sqlite, MIGRATIONS, { now: options.clock.now(), fareboxVersion: options.fareboxVersion });
    return sqlite;
  } catch (error) {
    sqlite.close();
    throw error;
  }
}

function connect(driver: SqliteDriver, { path, busyTimeoutMs }: DatabaseOptions, readonly: boolean): Sqlite.Database {
  try {
    return new driver(path, { readonly, timeout: busyTimeoutMs ?? BUSY_TIMEOUT_MS });
  } catch (error) {
    // Errors of SQLite keep their code; without one it is the compiled part of the driver that was not found.
    throw storageCode(error)?.startsWith('SQLITE_') ? error : driverMissing(error);
  }
}

/** Switching to WAL needs the file for a moment alone, and SQLite does not wait for that by itself. */
async function enableWal(sqlite: Sqlite.Database, clock: Clock, notices: string[]): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      const mode = String(sqlite.pragma('journal_mode = WAL', { simple: true }));
      if (mode !== 'wal')
        notices.push(`The file system does not allow SQLite's WAL mode; ${mode} is used and is slower.`);
      return;
    } catch (error) {
      if (!isBusy(error) || attempt >= 20) throw error;
      await clock.sleep(25);
    }
  }
}

function wrap(sqlite: Sqlite.Database, path: string, notices: readonly string[]): Database {
  let builder: Promise<Kysely<Schema>> | undefined;
  const guarded =
    <A extends unknown[], R>(work: (...args: A) => R) =>
    (...args: A): R => {
      try {
        return work(...args);
      } catch (error) {
        throw error instanceof TypeError && !sqlite.open ? closed(path, error) : toStorageFailure(error, path);
      }
    };
  return {
    path,
    sqlite,
    notices,
    kysely: () => {
      builder ??= import('kysely').then(({ Kysely, SqliteDialect }) => {
        return new Kysely<Schema>({ dialect: new SqliteDialect({ database: sqlite }) });
      });
      return builder;
    },
    transaction: <A extends unknown[], R>(work: (...args: A) => R) => {
      const transaction = sqlite.transaction(work as (...args: unknown[]) => unknown).immediate;
      return guarded((...args: A) => transaction(...args) as R);
    },
    guarded,
    ping: guarded(() => void sqlite.prepare('SELECT 1 FROM schema_migrations LIMIT 1').get()),
    close: () => void sqlite.close(),
  };
}

function closed(path: string, cause: unknown): FareboxError {
  return new FareboxError('storage_unavailable', `The database ${path} is closed.`, { cause });
}
