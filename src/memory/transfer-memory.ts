import type { MemoryId } from '../domain/ids.ts';
import type { Database } from '../storage/database.ts';
import { checkFacts, checkId, invalid, type MemoryFacts } from './check-memory.ts';
import type { MemoryRow } from './memory.ts';
import { COLUMNS, isLive, LIVE, type StoredMemory, toMemoryRow } from './memory-rows.ts';
import type { MemoryPlace, MemoryTable } from './memory-table.ts';
import { parseTime } from './parse-time.ts';

/** Rows read at a time: no statement stays open between them, so the reader may take its time and write meanwhile. */
const PAGE = 100;
/** Rows of one write transaction. */
const BATCH = 200;

interface Transfer {
  readonly facts: MemoryFacts;
  readonly place: MemoryPlace;
}

/** A function that gives every row live at `now` (epoch ms) of the namespaces (all for none), oldest first. */
export function createMemoryExport(
  database: Database,
): (namespaces: readonly string[], now: number) => Generator<MemoryRow> {
  const page = database.sqlite.prepare<[Record<string, unknown>], StoredMemory>(
    `SELECT ${COLUMNS} FROM memories
     WHERE ${LIVE} AND (valid_from, seq) > (:validFrom, :seq)
       AND (:namespaces IS NULL OR namespace IN (SELECT value FROM json_each(:namespaces)))
     ORDER BY valid_from, seq LIMIT ${PAGE}`,
  );
  const read = database.guarded((parameters: Record<string, unknown>) => page.all(parameters));
  return function* (namespaces, now) {
    const filter = { namespaces: namespaces.length > 0 ? JSON.stringify(namespaces) : null, now };
    let last: Pick<StoredMemory, 'seq' | 'valid_from'> | undefined = { seq: -1, valid_from: Number.MIN_SAFE_INTEGER };
    while (last) {
      const rows: StoredMemory[] = read({ ...filter, seq: last.seq, validFrom: last.valid_from });
      for (const row of rows) yield toMemoryRow(row);
      last = rows.at(-1);
    }
  };
}

/** A function that adds rows of an export and skips those that are here or have expired at `now` (epoch ms). */
export function createMemoryImport(
  database: Database,
  table: MemoryTable,
): (rows: Iterable<MemoryRow>, now: number) => { added: number; skipped: number } {
  const add = database.transaction((batch: readonly Transfer[], now: number): number => {
    return batch.filter((transfer) => addUnlessHere(transfer, table, now)).length;
  });
  return (rows, now) => {
    let added = 0;
    let seen = 0;
    let batch: Transfer[] = [];
    const flush = () => {
      added += add(batch, now);
      batch = [];
    };
    for (const row of rows) {
      batch.push(checkRow(row, ++seen));
      if (batch.length === BATCH) flush();
    }
    flush();
    return { added, skipped: seen - added };
  };
}

function addUnlessHere({ facts, place }: Transfer, table: MemoryTable, now: number): boolean {
  if (place.expiresAt !== null && place.expiresAt <= now) return false;
  const sameId = table.latest(place.id);
  const sameKey = facts.key === null ? undefined : table.latestOfKey(facts.namespace, facts.key);
  const earlier = [sameId, sameKey].filter((stored) => stored !== undefined);
  if (earlier.some((stored) => isLive(stored, now))) return false;
  if (facts.key === null && table.sameContent(facts, now)) return false;
  // What is left was forgotten or has expired. The row comes after it, so that one time never has two versions.
  for (const stored of earlier) if (stored.valid_to === null) table.end(stored, now);
  const validFrom = Math.max(place.validFrom, ...earlier.map((stored) => stored.valid_to ?? stored.expires_at ?? 0));
  const version = Math.max(place.version, ...earlier.map((stored) => stored.version + 1));
  table.insert(facts, { ...place, validFrom, version });
  return true;
}

function checkRow(row: MemoryRow, number: number): Transfer {
  if (typeof row !== 'object' || row === null) throw invalid(`Row ${number} is not an object.`, 'Import an export.');
  if (!Number.isSafeInteger(row.version) || row.version < 1) {
    throw invalid(`Row ${number} has the version ${row.version}.`, 'Give a whole number from 1.');
  }
  return {
    facts: checkFacts(row),
    place: {
      id: checkId(row.id, 'id') as MemoryId,
      version: row.version,
      createdAt: parseTime(row.createdAt, 'createdAt'),
      validFrom: parseTime(row.updatedAt, 'updatedAt'),
      expiresAt: row.expiresAt == null ? null : parseTime(row.expiresAt, 'expiresAt'),
    },
  };
}
