import type { Clock } from '../lib/clock.ts';
import type { Random } from '../lib/random.ts';
import type { Database } from '../storage/database.ts';
import { checkFacts, checkTtl, type MemoryFacts } from './check-memory.ts';
import { checkNamespaces, checkQuery, checkTarget } from './check-query.ts';
import { createMemoryForgetting } from './forget-memory.ts';
import type { Memory } from './memory.ts';
import { createMemoryTable } from './memory-table.ts';
import { createMemorySearch } from './search-memory.ts';
import { storeMemory } from './store-memory.ts';
import { createMemorySweep } from './sweep-memory.ts';
import { createMemoryExport, createMemoryImport } from './transfer-memory.ts';

export interface SqliteMemoryOptions {
  readonly database: Database;
  readonly clock: Clock;
  readonly random: Random;
  /** How long replaced and forgotten versions are kept for `asOf`; default 90. */
  readonly historyDays?: number;
  /** Versions of a key that are kept, the newest included; default 100. */
  readonly maxVersions?: number;
  /** How long one sweep may take, in ms; default 200. */
  readonly sweepBudgetMs?: number;
}

/**
 * Memory on SQLite's full-text index. Every write is one immediate transaction, so that processes on the same file
 * never make the same version twice. Switches `secure_delete` on for the connection: what is forgotten is overwritten.
 */
export function createSqliteMemory(options: SqliteMemoryOptions): Memory {
  const { database, clock, random, historyDays = 90, maxVersions = 100, sweepBudgetMs = 200 } = options;
  database.sqlite.pragma('secure_delete = ON');
  const table = createMemoryTable(database);
  const forgetting = createMemoryForgetting(database);
  const search = createMemorySearch(database);
  const exportRows = createMemoryExport(database);
  const importRows = createMemoryImport(database, table);
  const store = database.transaction((facts: MemoryFacts, ttlMs: number | null) => {
    return storeMemory(facts, ttlMs, { table, random, now: clock.now(), maxVersions });
  });

  return {
    store: (input) => store(checkFacts(input), checkTtl(input.ttlDays)),
    search: (query) => search(checkQuery(query), clock.now()),
    forget: (target) => {
      const checked = checkTarget(target);
      return target.hard ? forgetting.remove(checked) : forgetting.hide(checked, clock.now());
    },
    export: (namespaces) => exportRows(checkNamespaces(namespaces), clock.now()),
    import: (rows) => importRows(rows, clock.now()),
    sweep: createMemorySweep(database, { clock, historyDays, budgetMs: sweepBudgetMs }),
  };
}
