import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { systemClock } from '../../src/lib/clock.ts';
import { openDatabase } from '../../src/storage/database.ts';
import { driverProblem } from '../../src/storage/load-driver.ts';
import { MIGRATIONS } from '../../src/storage/migrations/migrations.ts';
import { compileScript, resultOf, startScript } from '../support/child-script.ts';
import { createInstantClock } from '../support/fake-clock.ts';
import { openTestDatabase } from '../support/open-test-database.ts';
import { tempFolder } from '../support/temp-folder.ts';

const VERSIONS = { clock: systemClock, fareboxVersion: '0.1.0' };

describe('a new database', () => {
  it('is made with its folder, readable by this user only', async () => {
    const path = join(tempFolder(), 'deep', 'home', 'farebox.db');
    const database = await openTestDatabase({ path });
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(statSync(join(path, '..')).mode & 0o777).toBe(0o700);
    expect(statSync(`${path}-wal`).mode & 0o777).toBe(0o600);
    expect(database.notices).toEqual([]);
    expect(() => database.ping()).not.toThrow();
  });

  it('is in WAL mode, waits for locks, and keeps foreign keys', async () => {
    const { sqlite } = await openTestDatabase();
    const pragma = (name: string) => sqlite.pragma(name, { simple: true });
    expect(['journal_mode', 'synchronous', 'busy_timeout', 'foreign_keys'].map(pragma)).toEqual(['wal', 1, 5000, 1]);
  });

  it('survives a power cut too where that is asked for', async () => {
    const { sqlite } = await openTestDatabase({ durability: 'power' });
    expect(sqlite.pragma('synchronous', { simple: true })).toBe(2);
  });

  it('records each migration with the version of farebox that made it', async () => {
    const { sqlite } = await openTestDatabase({ fareboxVersion: '1.2.3' });
    const rows = sqlite.prepare('SELECT version, name, farebox_version FROM schema_migrations').all();
    expect(rows).toEqual(MIGRATIONS.map(({ name }, i) => ({ version: i + 1, name, farebox_version: '1.2.3' })));
  });

  it('keeps what was written when it is opened again (CST-03)', async () => {
    const path = join(tempFolder(), 'farebox.db');
    const first = await openTestDatabase({ path });
    first.sqlite.exec("INSERT INTO owners (host, pid, started_at, seen_at) VALUES ('h', 1, 2, 3)");
    first.close();
    const second = await openTestDatabase({ path });
    expect(second.sqlite.prepare('SELECT host FROM owners').pluck().all()).toEqual(['h']);
  });
});

describe('a transaction', () => {
  it('takes the write lock when it begins, and undoes everything when it throws', async () => {
    const database = await openTestDatabase();
    const { sqlite } = database;
    const work = database.transaction((host: string) => {
      sqlite.prepare('INSERT INTO owners (host, pid, started_at, seen_at) VALUES (?, 1, 2, 3)').run(host);
      if (host === 'bad') throw new Error('stop');
      return host;
    });
    expect(work('good')).toBe('good');
    expect(() => work('bad')).toThrow('stop');
    expect(sqlite.prepare('SELECT host FROM owners').pluck().all()).toEqual(['good']);
  });

  it('says that the disk is full in our words', async () => {
    const database = await openTestDatabase();
    const pages = Number(database.sqlite.pragma('page_count', { simple: true }));
    database.sqlite.pragma(`max_page_count = ${pages + 1}`);
    const fill = database.transaction(() => database.sqlite.exec(`CREATE TABLE t AS SELECT zeroblob(100000) AS b`));
    expect(fill).toThrow(
      expect.objectContaining({ code: 'storage_unavailable', remedy: expect.stringMatching(/space/) }),
    );
  });

  it('says that the database is closed', async () => {
    const database = await openTestDatabase();
    database.close();
    expect(() => database.ping()).toThrow(expect.objectContaining({ code: 'storage_unavailable' }));
  });
});

describe('a database that cannot be used', () => {
  it('is left as it is when a newer farebox wrote it, which is named', async () => {
    const path = join(tempFolder(), 'farebox.db');
    const { sqlite, close } = await openTestDatabase({ path });
    sqlite.prepare("INSERT INTO schema_migrations VALUES (999, 'later', 0, '7.0.0')").run();
    sqlite.pragma('user_version = 999');
    close();
    const before = readFileSync(path);
    await expect(openDatabase({ path, ...VERSIONS })).rejects.toMatchObject({
      code: 'storage_too_new',
      message: expect.stringContaining('farebox 7.0.0'),
      remedy: expect.stringContaining('7.0.0'),
    });
    expect(readFileSync(path).equals(before)).toBe(true);
    expect(readdirSync(join(path, '..')).filter((name) => name.includes('corrupt'))).toEqual([]);
  });

  it('is refused when another process holds it locked', async () => {
    const path = join(tempFolder(), 'farebox.db');
    const holder = await openTestDatabase({ path });
    holder.sqlite.exec('BEGIN IMMEDIATE');
    await expect(openDatabase({ path, ...VERSIONS, busyTimeoutMs: 20 })).rejects.toMatchObject({
      code: 'storage_unavailable',
      message: expect.stringContaining('locked'),
    });
    holder.sqlite.exec('ROLLBACK');
  });

  it('is refused when its folder cannot exist', async () => {
    const file = join(tempFolder(), 'file');
    writeFileSync(file, '');
    await expect(openDatabase({ path: join(file, 'farebox.db'), ...VERSIONS })).rejects.toMatchObject({
      code: 'storage_unavailable',
      remedy: expect.stringContaining('FAREBOX_HOME'),
    });
  });

  it.each([
    ['the file', 0o400, 0o500],
    ['the folder', 0o600, 0o500],
  ])('is refused when %s is read-only', async (_what, fileMode, folderMode) => {
    const folder = join(tempFolder(), 'home');
    mkdirSync(folder);
    const path = join(folder, 'farebox.db');
    (await openTestDatabase({ path })).close();
    chmodSync(path, fileMode);
    chmodSync(folder, folderMode);
    // Not for root, whom no mode stops: it gives up its rights for a moment.
    const root = process.geteuid?.() === 0;
    if (root) {
      chmodSync(join(folder, '..'), 0o755);
      chmodSync(path, fileMode | 0o044);
      chmodSync(folder, folderMode | 0o055);
      process.seteuid?.(65_534);
      onTestFinished(() => void process.seteuid?.(0));
    }
    const opened = openDatabase({ path, ...VERSIONS });
    await expect(opened).rejects.toMatchObject({ code: 'storage_unavailable', remedy: expect.stringMatching(/write/) });
  });
});

describe('a damaged database', () => {
  const clock = createInstantClock(Date.UTC(2026, 10, 21, 12, 30, 5));

  it.each([
    ['something else', 'this is not a database, but somebody may want it back; '.repeat(200)],
    ['cut off', 'SQLite format 3'],
    ['empty beside a log', ''],
  ])('is moved aside with its log, never deleted, and a new one is begun: %s (MEM-03)', async (_what, content) => {
    const folder = tempFolder();
    const path = join(folder, 'farebox.db');
    writeFileSync(path, content);
    writeFileSync(`${path}-wal`, 'and this is its log');
    const database = await openTestDatabase({ path, clock });
    const aside = 'farebox.db.corrupt-20261121T123005Z';
    expect(readFileSync(join(folder, aside), 'utf8')).toBe(content);
    expect(readFileSync(join(folder, `${aside}-wal`), 'utf8')).toBe('and this is its log');
    expect(database.notices).toEqual([expect.stringContaining(join(folder, aside))]);
    expect(() => database.ping()).not.toThrow();
  });

  it('is recognised when only pages in its middle are damaged', async () => {
    const path = join(tempFolder(), 'farebox.db');
    const { sqlite, close } = await openTestDatabase({ path });
    const insert = sqlite.prepare('INSERT INTO owners (host, pid, started_at, seen_at) VALUES (?, ?, 1, 1)');
    for (let i = 0; i < 500; i++) insert.run(`host ${i}`, i);
    close();
    truncateSync(path, statSync(path).size - 3 * 4096);
    const database = await openTestDatabase({ path, clock });
    expect(database.notices).toHaveLength(1);
    expect(database.sqlite.prepare('SELECT count(*) FROM owners').pluck().get()).toBe(0);
  });

  it('gets a free name when one from the same second is there', async () => {
    const folder = tempFolder();
    const path = join(folder, 'farebox.db');
    for (let i = 0; i < 2; i++) {
      writeFileSync(path, `not a database, number ${i}, and long enough to be read as one`);
      (await openTestDatabase({ path, clock: createInstantClock(0) })).close();
    }
    expect(readdirSync(folder).sort()).toEqual([
      'farebox.db',
      'farebox.db.corrupt-19700101T000000Z',
      'farebox.db.corrupt-19700101T000000Z-2',
    ]);
  });
});

describe('several processes at once', () => {
  it('migrate one new file once, and all find it ready', async () => {
    const script = await compileScript('open-database-script');
    const path = join(tempFolder(), 'farebox.db');
    const at = Date.now() + 400;
    const results = await Promise.all([1, 2, 3, 4].map(() => resultOf(startScript(script, { path, at }))));
    expect(results).toEqual(Array(4).fill({ migrations: MIGRATIONS.length, notices: [] }));
  });

  it('move one damaged file aside once', async () => {
    const script = await compileScript('open-database-script');
    const folder = tempFolder();
    const path = join(folder, 'farebox.db');
    writeFileSync(path, 'not a database, and long enough to be taken for one');
    const at = Date.now() + 400;
    const results = await Promise.all([1, 2, 3].map(() => resultOf(startScript(script, { path, at }))));
    const told = results.flatMap((result) => (result as { notices: string[] }).notices);
    expect(told).toHaveLength(1);
    expect(readdirSync(folder).filter((name) => name.includes('corrupt'))).toHaveLength(1);
  });
});

describe('the driver', () => {
  it('is refused in words where it would crash this Node', () => {
    expect(driverProblem('13.2.0', '20.20.2')).toMatchObject({
      code: 'storage_unavailable',
      message: 'better-sqlite3 13.2.0 needs Node 22 or newer, and this is Node 20.20.2.',
    });
    expect(driverProblem('13.2.0', '22.4.0')).toBeNull();
    expect(driverProblem('12.11.1', '20.20.2')).toBeNull();
  });
});
