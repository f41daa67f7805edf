import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { loadDriver } from '../../storage/load-driver.ts';
import { MIGRATIONS } from '../../storage/migrations/migrations.ts';
import { toFareboxError } from '../print-error.ts';

export interface DatabaseInspection {
  readonly exists: boolean;
  /** The file, or where there is none the nearest folder above it that exists. */
  readonly writable: boolean;
  /** With the write-ahead log. */
  readonly bytes: number;
  /** Number of migrations that the file has seen; null where that cannot be read. */
  readonly schemaVersion: number | null;
  /** What this farebox's files have. */
  readonly knownVersion: number;
  /** Why it cannot be read, for people; null where it can, or does not exist yet. */
  readonly problem: string | null;
}

/** Looks at a database file without changing, migrating or creating it. Never throws. */
export async function inspectDatabase(path: string): Promise<DatabaseInspection> {
  const exists = existsSync(path);
  const base = {
    exists,
    writable: isWritable(exists ? path : nearestFolder(path)),
    bytes: sizeOf(path) + sizeOf(`${path}-wal`),
    knownVersion: MIGRATIONS.length,
  };
  if (!exists) return { ...base, schemaVersion: null, problem: null };
  try {
    return { ...base, schemaVersion: await readSchemaVersion(path), problem: null };
  } catch (error) {
    return { ...base, schemaVersion: null, problem: toFareboxError(error).message };
  }
}

async function readSchemaVersion(path: string): Promise<number> {
  const driver = await loadDriver();
  const sqlite = new driver(path, { readonly: true, fileMustExist: true, timeout: 1000 });
  try {
    return Number(sqlite.pragma('user_version', { simple: true }));
  } finally {
    sqlite.close();
  }
}

function nearestFolder(path: string): string {
  const folder = dirname(path);
  return existsSync(folder) || folder === path ? folder : nearestFolder(folder);
}

function isWritable(path: string): boolean {
  try {
    accessSync(path, constants.W_OK);
    return true;
  } catch {
    return false; // What stands in the way (mode, read-only file system) makes no difference to the finding.
  }
}

function sizeOf(path: string): number {
  return existsSync(path) ? statSync(path).size : 0;
}
