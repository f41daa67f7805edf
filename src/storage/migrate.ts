import type Sqlite from 'better-sqlite3';
import { FareboxError } from '../domain/errors.ts';

/** One step of the schema. `up` runs inside a transaction and must not begin or end one. */
export interface Migration {
  readonly name: string;
  up(sqlite: Sqlite.Database): void;
}

export interface MigrationContext {
  /** Epoch ms, for the record. */
  readonly now: number;
  /** Written beside each step, so that an older farebox can say which one it takes to open the file. */
  readonly fareboxVersion: string;
}

/**
 * Brings the schema up to date: runs every migration from `user_version` on, all in one immediate transaction, so that
 * of several processes one migrates and the others find nothing to do. Takes the write lock even where nothing is to be
 * done, which tells at once whether the file can be written. Returns how many steps ran.
 */
export function migrate(
  sqlite: Sqlite.Database,
  migrations: readonly Migration[],
  { now, fareboxVersion }: MigrationContext,
): number {
  return sqlite
    .transaction(() => {
      const from = refuseNewer(sqlite, migrations.length);
      if (from === migrations.length) return 0;
      sqlite.exec(
        `CREATE TABLE IF NOT EXISTS schema_migrations (
           version INTEGER PRIMARY KEY, name TEXT NOT NULL, applied_at INTEGER NOT NULL, farebox_version TEXT NOT NULL
         ) STRICT`,
      );
      const record = sqlite.prepare('INSERT INTO schema_migrations VALUES (?, ?, ?, ?)');
      migrations.slice(from).forEach((migration, index) => {
        migration.up(sqlite);
        record.run(from + index + 1, migration.name, now, fareboxVersion);
      });
      sqlite.pragma(`user_version = ${migrations.length}`);
      return migrations.length - from;
    })
    .immediate();
}

/** The schema's version; throws `storage_too_new` where it is beyond what this farebox knows. Only reads. */
export function refuseNewer(sqlite: Sqlite.Database, known: number): number {
  const version = Number(sqlite.pragma('user_version', { simple: true }));
  if (version <= known) return version;
  const needed = writtenBy(sqlite);
  throw new FareboxError(
    'storage_too_new',
    `The database ${sqlite.name} was written by ${needed ? `farebox ${needed}` : 'a newer farebox'}: its schema is ` +
      `version ${version}, and this farebox knows up to ${known}. Nothing was changed.`,
    {
      remedy: needed
        ? `Update farebox to ${needed} or newer, or set FAREBOX_HOME to another folder.`
        : 'Update farebox, or set FAREBOX_HOME to another folder.',
      details: { version, known, needed },
    },
  );
}

/** The version of farebox that made the latest step; null where the file does not tell (it may not even be ours). */
function writtenBy(sqlite: Sqlite.Database): string | null {
  const table = sqlite.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'schema_migrations'").get();
  if (!table) return null;
  const row = sqlite.prepare('SELECT farebox_version FROM schema_migrations ORDER BY version DESC LIMIT 1').get();
  return (row as { farebox_version: string } | undefined)?.farebox_version ?? null;
}
