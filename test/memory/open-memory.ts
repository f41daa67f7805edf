import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Memory, MemoryInput } from '../../src/memory/memory.ts';
import { createSqliteMemory, type SqliteMemoryOptions } from '../../src/memory/sqlite-memory.ts';
import { type Database, openDatabase } from '../../src/storage/database.ts';
import { createFakeClock, type FakeClock } from '../support/fake-clock.ts';
import { createSeededRandom } from '../support/seeded-random.ts';

export interface OpenMemory {
  readonly memory: Memory;
  readonly database: Database;
  readonly clock: FakeClock;
  /** Stores a note in the namespace `team`, unless told otherwise. */
  store(content: string, more?: Partial<MemoryInput>): ReturnType<Memory['store']>;
  /** Contents of what is found, best first. */
  find(query: string, more?: Partial<Parameters<Memory['search']>[0]>): string[];
}

export function tempFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'farebox-memory-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Memory in a new file, or in that of another, closed when the test is over. */
export async function openMemory(
  options: Partial<SqliteMemoryOptions> & { path?: string; clock?: FakeClock } = {},
): Promise<OpenMemory> {
  const { path = join(tempFolder(), 'farebox.db'), clock = createFakeClock(), ...rest } = options;
  const database = await openDatabase({ path, clock, fareboxVersion: '0.0.0' });
  onTestFinished(() => database.close());
  const memory = createSqliteMemory({ database, clock, random: createSeededRandom(), ...rest });
  return {
    memory,
    database,
    clock,
    store: (content, more) =>
      memory.store({ content, namespace: 'team', kind: 'note', tags: [], source: 'test', ...more }),
    find: (query, more) => memory.search({ query, limit: 10, ...more }).hits.map(({ row }) => row.content),
  };
}
