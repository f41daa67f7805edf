import { systemClock } from '../../src/lib/clock.ts';
import { openDatabase } from '../../src/storage/database.ts';

/** Run as a process of its own: opens the database at a given moment (epoch ms) and tells what it found. */
const { path, at } = JSON.parse(process.argv[2] ?? '{}') as { path: string; at: number };
await systemClock.sleep(Math.max(0, at - systemClock.now()));
const database = await openDatabase({ path, clock: systemClock, fareboxVersion: '0.1.0' });
const count = database.sqlite.prepare('SELECT count(*) FROM schema_migrations').pluck().get();
process.stdout.write(JSON.stringify({ migrations: count, notices: database.notices }));
database.close();
