import { FareboxError } from '../domain/errors.ts';

const ELSEWHERE = 'set FAREBOX_HOME to a folder on another disk';

/** The code of a SQLite or file system error (`SQLITE_BUSY`, `EACCES`); undefined for anything else. */
export function storageCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return undefined;
  return error.code;
}

/** The file is not a SQLite database, or is a damaged one. */
export function isCorrupt(error: unknown): boolean {
  const code = storageCode(error);
  return code !== undefined && /^SQLITE_(CORRUPT|NOTADB)/.test(code);
}

export function isBusy(error: unknown): boolean {
  const code = storageCode(error);
  return code !== undefined && /^SQLITE_(BUSY|LOCKED)/.test(code);
}

/**
 * An error of SQLite or of the file system as one of ours: `storage_unavailable` with what the reader can do, or
 * `internal` where only we can. Everything else passes unchanged.
 */
export function toStorageFailure(error: unknown, path: string): unknown {
  const code = storageCode(error);
  if (error instanceof FareboxError || code === undefined) return error;
  const known = explain(code, path);
  if (known) {
    return new FareboxError('storage_unavailable', known.message, { ...known, cause: error, details: { path, code } });
  }
  if (!code.startsWith('SQLITE_')) return error;
  return new FareboxError('internal', `The database refused a statement (${code}): ${(error as Error).message}.`, {
    cause: error,
    details: { path, code },
  });
}

function explain(code: string, path: string): { message: string; remedy: string } | null {
  if (/^SQLITE_(BUSY|LOCKED)/.test(code)) {
    return {
      message: `The database ${path} is locked by another process.`,
      remedy: 'Close the program that holds it (a database browser, a backup), or try again.',
    };
  }
  if (/^SQLITE_FULL|^ENOSPC$|^EDQUOT$/.test(code)) {
    return { message: `There is no space left to write ${path}.`, remedy: `Free some space, or ${ELSEWHERE}.` };
  }
  if (/^SQLITE_(READONLY|CANTOPEN|PERM|AUTH)|^(EACCES|EPERM|EROFS|ENOTDIR|EISDIR|EEXIST|ENOENT)$/.test(code)) {
    return {
      message: `The database ${path} cannot be opened for writing (${code}).`,
      remedy: 'Give this user write access to the file and its folder, or set FAREBOX_HOME to another folder.',
    };
  }
  if (/^SQLITE_IOERR/.test(code)) {
    return { message: `Reading or writing ${path} failed (${code}).`, remedy: `Check the disk, or ${ELSEWHERE}.` };
  }
  if (/^SQLITE_(CORRUPT|NOTADB)/.test(code)) {
    return {
      message: `The database ${path} is damaged.`,
      remedy: 'Restart farebox: it moves the damaged file aside, keeps it, and begins a new one.',
    };
  }
  return null;
}
