import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { startHoldingServer } from '../support/holding-server.ts';
import { programEnvironment, programFile, runJson, runProgram, startProgram } from '../support/program.ts';
import { databaseIn, readBooks } from '../support/read-books.ts';
import { tempFolder } from '../support/temp-folder.ts';

const KEY = 'sk-or-v1-0123456789abcdef0123456789abcdef';

/** Somebody whom file modes stop: root, as containers have it, is not. null where there is nobody of that kind. */
const ordinaryUser = ((): { readonly uid: number | undefined } | null => {
  if (process.platform === 'win32') return null;
  if (process.getuid?.() !== 0) return { uid: undefined };
  const nobody = 65_534;
  const probe = spawnSync(process.execPath, [programFile, '--version'], {
    uid: nobody,
    gid: nobody,
    env: programEnvironment('/nonexistent'),
  });
  return probe.status === 0 ? { uid: nobody } : null;
})();

describe('a database', () => {
  it.skipIf(ordinaryUser === null)(
    'that is read-only is said to be so, with the remedy, before anything is sent (needs a user whom modes stop)',
    async () => {
      const server = await startHoldingServer();
      const home = tempFolder();
      chmodSync(home, 0o755);
      await runProgram(['budget'], { home });
      for (const name of readdirSync(home)) {
        chmodSync(join(home, name), 0o444);
        if (ordinaryUser?.uid !== undefined) chownSync(join(home, name), ordinaryUser.uid, ordinaryUser.uid);
      }
      chmodSync(home, 0o555);
      const env = { OPENROUTER_API_KEY: KEY, OPENROUTER_BASE_URL: server.url };
      const { code, document } = await runJson(['ask', 'hello'], { home, env, uid: ordinaryUser?.uid });
      chmodSync(home, 0o755);
      expect(document).toMatchObject({
        error: {
          code: 'storage_unavailable',
          message: expect.stringMatching(/cannot be opened for writing/),
          remedy: expect.stringMatching(/write access/),
        },
      });
      expect(code).toBe(1);
      expect(server.requests).toHaveLength(0);
    },
  );

  it('whose place is taken by a folder, or whose home by a file, is said to be so', async () => {
    const home = tempFolder();
    mkdirSync(databaseIn(home));
    const folder = await runJson(['ask', 'hello'], { home });
    expect(folder.document).toMatchObject({ error: { code: 'storage_unavailable', remedy: expect.any(String) } });
    expect(folder.code).toBe(1);

    const file = join(tempFolder(), 'file');
    writeFileSync(file, '');
    const inFile = await runJson(['ask', 'hello'], { home: tempFolder(), env: { FAREBOX_HOME: join(file, 'home') } });
    expect(inFile.document).toMatchObject({
      error: { code: 'storage_unavailable', remedy: expect.stringMatching(/FAREBOX_HOME/) },
    });
    expect(inFile.code).toBe(1);
  });

  it('that another process has locked is waited for, then said to be locked; nothing is sent', async () => {
    const server = await startHoldingServer();
    const home = tempFolder();
    await runProgram(['budget'], { home });
    const other = new Sqlite(databaseIn(home));
    other.exec('BEGIN EXCLUSIVE');
    try {
      const env = { OPENROUTER_API_KEY: KEY, OPENROUTER_BASE_URL: server.url };
      const { code, document } = await runJson(['ask', 'hello'], { home, env });
      expect(document).toMatchObject({
        error: { code: 'storage_unavailable', message: expect.stringMatching(/locked by another process/) },
      });
      expect(code).toBe(1);
      expect(server.requests).toHaveLength(0);
    } finally {
      other.exec('ROLLBACK');
      other.close();
    }
    expect((await runProgram(['budget'], { home })).code).toBe(0);
  });

  it('of a newer farebox is left as it is, and the update is asked for', async () => {
    const home = tempFolder();
    await runProgram(['memory', 'store', 'Keep me'], { home });
    const newer = new Sqlite(databaseIn(home));
    newer.pragma('user_version = 999');
    newer.pragma('wal_checkpoint(TRUNCATE)');
    newer.close();
    const before = readFileSync(databaseIn(home));
    const { code, document } = await runJson(['ask', 'hello'], { home });
    expect(document).toMatchObject({
      error: {
        code: 'storage_too_new',
        message: expect.stringMatching(/schema is version 999.*Nothing was changed/),
        remedy: expect.stringMatching(/Update farebox/),
      },
    });
    expect(code).toBe(1);
    expect(readFileSync(databaseIn(home)).equals(before)).toBe(true);
    const doctor = await runProgram(['doctor'], { home });
    expect(doctor.code).toBe(1);
    expect(doctor.stdout).toMatch(/Update farebox/);
  });

  it('that is corrupt is moved aside with a warning, never deleted, and a new one begun', async () => {
    const home = tempFolder();
    const garbage = Buffer.from('This is no database. '.repeat(500));
    writeFileSync(databaseIn(home), garbage);
    const { code, document, stderr } = await runJson(['ask', 'hello'], { home });
    expect(code).toBe(0);
    expect(document).toMatchObject({ status: 'complete' });
    const [aside] = readdirSync(home).filter((name) => name.includes('.corrupt-'));
    expect(stderr).toContain(`was moved to ${join(home, aside ?? '?')}`);
    expect(readFileSync(join(home, aside ?? '?')).equals(garbage)).toBe(true);
    expect(readBooks(home).calls).toHaveLength(1);

    const second = await runProgram(['budget'], { home });
    expect(second.stderr).not.toMatch(/damaged/);
    expect(readdirSync(home).filter((name) => name.includes('.corrupt-'))).toEqual([aside]);
  });

  it('that does not exist yet is made once by six processes that start together', async () => {
    const home = tempFolder();
    const runs = await Promise.all(Array.from({ length: 6 }, () => runProgram(['budget'], { home })));
    expect(runs.map(({ code }) => code)).toEqual(runs.map(() => 0));
    expect(
      runs.flatMap(({ stderr }) => stderr.split('\n')).filter((line) => line && !line.startsWith('sandbox:')),
    ).toEqual([]);
    const sqlite = new Sqlite(databaseIn(home), { readonly: true });
    const versions = sqlite.prepare('SELECT version FROM schema_migrations ORDER BY version').pluck().all();
    expect(sqlite.pragma('user_version', { simple: true })).toBe(versions.length);
    expect(versions).toEqual(versions.map((_, index) => index + 1));
    expect(sqlite.pragma('integrity_check', { simple: true })).toBe('ok');
    sqlite.close();
  });
});

describe('kill -9 in the middle of a call', () => {
  it('shows the call as aborted at the next start, of unknown cost, releases its hold, and counts nothing twice (CST-03)', async () => {
    const server = await startHoldingServer();
    const home = tempFolder();
    const options = { home, env: { OPENROUTER_API_KEY: KEY, OPENROUTER_BASE_URL: server.url } };
    const args = ['ask', '--model', 'deepseek/deepseek-chat', 'hello'];
    server.release();
    expect((await runProgram(args, options)).code).toBe(0);
    const [paid] = readBooks(home).windows;
    expect(paid).toMatchObject({ spent: (100 + 40) * 150, held: 0 });

    const holding = await startHoldingServer();
    const killed = startProgram(args, { home, env: { ...options.env, OPENROUTER_BASE_URL: holding.url } });
    await holding.arrived(1);
    expect(readBooks(home).windows[0]?.held).toBeGreaterThan(0);
    killed.child.kill('SIGKILL');
    await killed.ended;
    expect(readBooks(home)).toMatchObject({
      calls: [{}, { status: 'running' }],
      attempts: [{}, { result: 'running' }],
    });

    const next = await runJson(['budget'], options);
    expect(next.stderr).toMatch(/An attempt was left running by a process that died: booked as aborted/);
    expect(next.document).toMatchObject({ budgets: [{ spent_nano_usd: paid?.spent, held_nano_usd: 0 }] });
    const { calls, attempts, inFlight } = readBooks(home);
    expect(calls.map(({ status, error_code, cost }) => [status, error_code, cost])).toEqual([
      ['complete', null, paid?.spent],
      ['failed', 'aborted', null],
    ]);
    expect(attempts.map(({ result, cost, cost_source }) => [result, cost, cost_source])).toEqual([
      ['answered', paid?.spent, 'computed'],
      ['aborted', null, 'unknown'],
    ]);
    expect(inFlight).toBe(0);

    const report = await runJson(['report'], options);
    expect(report.stderr).toBe('');
    expect(report.document).toMatchObject({
      totals: { calls: 2, attempts: 2, cost_nano_usd: paid?.spent, unknown_cost_attempts: 1 },
    });
  });
});
