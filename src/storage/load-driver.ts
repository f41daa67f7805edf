import { createRequire } from 'node:module';
import type Sqlite from 'better-sqlite3';
import { FareboxError } from '../domain/errors.ts';

export type SqliteDriver = typeof Sqlite;

/**
 * Loads better-sqlite3. Throws `storage_unavailable` where it cannot work here: not installed, not compiled, or of a
 * major version that crashes this Node instead of refusing it.
 */
export async function loadDriver(): Promise<SqliteDriver> {
  const problem = driverProblem(installedVersion(), process.versions.node);
  if (problem) throw problem;
  try {
    return (await import('better-sqlite3')).default;
  } catch (cause) {
    throw driverMissing(cause);
  }
}

/** better-sqlite3 13 on Node 20 does not warn, it brings the process down; this says so before it is loaded. */
export function driverProblem(driverVersion: string, nodeVersion: string): FareboxError | null {
  if (major(driverVersion) < 13 || major(nodeVersion) >= 22) return null;
  return new FareboxError(
    'storage_unavailable',
    `better-sqlite3 ${driverVersion} needs Node 22 or newer, and this is Node ${nodeVersion}.`,
    { remedy: 'Use Node 22 or newer, or install farebox again with this Node, which brings better-sqlite3 12.' },
  );
}

function installedVersion(): string {
  try {
    const manifest: unknown = createRequire(import.meta.url)('better-sqlite3/package.json');
    return (manifest as { version: string }).version;
  } catch (cause) {
    throw driverMissing(cause);
  }
}

/** Also for the driver's first use, which is when it looks for its compiled part. */
export function driverMissing(cause: unknown): FareboxError {
  return new FareboxError('storage_unavailable', 'The SQLite driver (better-sqlite3) could not be loaded.', {
    remedy: 'Run `npm rebuild better-sqlite3` where farebox is installed; npm may have skipped its install script.',
    cause,
  });
}

function major(version: string): number {
  return Number.parseInt(version, 10);
}
