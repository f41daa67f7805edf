import { existsSync, mkdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { isoTime } from '../lib/clock.ts';
import { storageCode } from './storage-failure.ts';

/** A crash in the midst of a move leaves its mark behind; older than this it is ignored. */
const STALE_MS = 10_000;

/**
 * Renames a damaged database, with its -wal and -shm, to `<path>.corrupt-<time>`. Nothing is ever deleted. Returns the
 * new path; null where another process is at it, or has been: then the file is no longer the one that was found damaged
 * (`inode`), but its new database.
 */
export function moveAside(path: string, inode: number, now: number): string | null {
  const mark = `${path}.moving`;
  if (!claim(mark, now)) return null;
  try {
    if (inodeOf(path) !== inode) return null;
    const aside = freeName(`${path}.corrupt-${isoTime(now).replace(/[-:]|\.\d+/g, '')}`);
    // The write-ahead log goes first: were it left behind, SQLite would replay it into the new database.
    for (const suffix of ['-wal', '-shm', '']) renameIfThere(`${path}${suffix}`, `${aside}${suffix}`);
    return aside;
  } finally {
    rmSync(mark, { recursive: true, force: true });
  }
}

/** Makes a folder, which only one process can. */
function claim(mark: string, now: number): boolean {
  try {
    mkdirSync(mark);
    return true;
  } catch (error) {
    if (storageCode(error) !== 'EEXIST') throw error;
    const since = statSync(mark, { throwIfNoEntry: false })?.mtimeMs ?? now;
    if (now - since > STALE_MS) rmSync(mark, { recursive: true, force: true });
    return false;
  }
}

/** Identity of a file; null where there is none. */
export function inodeOf(path: string): number | null {
  return statSync(path, { throwIfNoEntry: false })?.ino ?? null;
}

function freeName(wanted: string): string {
  let name = wanted;
  for (let i = 2; existsSync(name); i++) name = `${wanted}-${i}`;
  return name;
}

function renameIfThere(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch (error) {
    if (storageCode(error) !== 'ENOENT') throw error;
  }
}
