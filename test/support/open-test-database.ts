import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { systemClock } from '../../src/lib/clock.ts';
import { type Database, type DatabaseOptions, openDatabase } from '../../src/storage/database.ts';
import { tempFolder } from './temp-folder.ts';

/** A real database in a temporary folder (or at `path`), closed when the test is over. */
export async function openTestDatabase(options: Partial<DatabaseOptions> = {}): Promise<Database> {
  const path = options.path ?? join(tempFolder(), 'farebox.db');
  const database = await openDatabase({ clock: systemClock, fareboxVersion: '0.1.0', ...options, path });
  onTestFinished(() => database.close());
  return database;
}
