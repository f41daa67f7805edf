import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { systemRandom } from '../../src/lib/random.ts';
import { createSqliteMemory } from '../../src/memory/sqlite-memory.ts';
import type { Engine } from '../../src/pipeline/engine.ts';
import { createFakeClock } from '../support/fake-clock.ts';
import { createFakeEngine } from '../support/fake-engine.ts';
import { openTestDatabase } from '../support/open-test-database.ts';
import { piped, runFarebox } from '../support/run-cli.ts';
import { tempFolder } from '../support/temp-folder.ts';

/** The command line with a real memory in a temporary file. */
async function openMemory(): Promise<{ readonly openEngine: () => Promise<Engine> }> {
  const database = await openTestDatabase();
  const memory = createSqliteMemory({ database, clock: createFakeClock(), random: systemRandom });
  return { openEngine: async () => ({ ...createFakeEngine(), memory }) };
}

describe('memory', () => {
  let deps: Awaited<ReturnType<typeof openMemory>>;
  beforeEach(async () => {
    deps = await openMemory();
  });
  const json = async (argv: readonly string[], overrides = {}) =>
    JSON.parse((await runFarebox([...argv, '--json'], { ...deps, ...overrides })).stdout);

  it('stores, finds, updates and forgets', async () => {
    const argv = [
      'memory',
      'store',
      'The database',
      'is PostgreSQL.',
      '--key',
      'db',
      '--kind',
      'decision',
      '--tags',
      'infra,sql',
    ];
    expect((await runFarebox(argv, deps)).stdout).toMatch(/^created \S+, version 1\n$/);
    expect((await json(['memory', 'store', 'The database is SQLite.', '--key', 'db'])).status).toBe('updated');
    await json(['memory', 'store', '-'], piped('from a pipe'));

    const found = await runFarebox(['memory', 'search', 'which', 'database?'], deps);
    expect(found.stdout).toMatch(
      /^db {2}note · in default · .*version 2\n {2}The «database» is SQLite\.\n {2}mem_\w+\n$/,
    );
    expect((await json(['memory', 'search', 'pipe', '--kind', 'note', '--limit', '1'])).memories).toMatchObject([
      { content: 'from a pipe', kind: 'note', source: 'farebox-cli' },
    ]);
    expect((await runFarebox(['memory', 'search', 'zebra'], deps)).stdout).toBe('Nothing found for any of: zebra.\n');

    expect((await runFarebox(['memory', 'forget', '--key', 'db'], deps)).stdout).toBe('1 memory forgotten\n');
    expect((await json(['memory', 'search', 'database'])).memories).toEqual([]);
    expect((await runFarebox(['memory', 'forget'], deps)).code).toBe(2);
  });

  it('says which ids it does not know, and exits 1 where nothing was forgotten', async () => {
    const { id } = await json(['memory', 'store', 'One.']);
    const none = await runFarebox(['memory', 'forget', 'mem_x', 'mem_y'], deps);
    expect([none.code, none.stdout]).toEqual([1, '']);
    expect(none.stderr).toContain('error Nothing was forgotten: there is no memory under the ids mem_x, mem_y.\n');
    const some = await runFarebox(['memory', 'forget', 'mem_x', id], deps);
    expect(some).toEqual({ code: 0, stdout: '1 memory forgotten\n', stderr: 'note not known here: mem_x\n' });
    const key = await runFarebox(['memory', 'forget', '--key', 'nope', '--json'], deps);
    expect([key.code, JSON.parse(key.stdout).error.code]).toEqual([1, 'not_found']);
    const hard = await json(['memory', 'forget', id, '--hard']);
    expect(hard).toEqual({ forgotten: 1, unknown: [] });
  });

  it('exports lines that another memory imports as they are, once', async () => {
    await json(['memory', 'store', 'First line\nand second', '--namespace', 'a', '--tags', 'x']);
    await json(['memory', 'store', 'Other', '--namespace', 'b', '--ttl', '7']);
    const { stdout } = await runFarebox(['memory', 'export'], deps);
    const file = join(tempFolder(), 'memories.jsonl');
    writeFileSync(file, stdout);
    expect(stdout.trimEnd().split('\n')).toHaveLength(2);
    expect(await json(['memory', 'export', '--namespace', 'b'])).toMatchObject({ memories: [{ content: 'Other' }] });

    const other = await openMemory();
    expect((await runFarebox(['memory', 'import', file], other)).stdout).toMatch(/^2 memories added, 0 skipped/);
    expect((await runFarebox(['memory', 'import', '-'], { ...other, ...piped(stdout) })).stdout).toMatch(
      /^0 memories added, 2/,
    );
    expect((await runFarebox(['memory', 'export'], other)).stdout).toBe(readFileSync(file, 'utf8'));
  });

  it.each([
    ['not JSON', 'Line 2 is not JSON.'],
    ['[]', 'Line 2 is not a JSON object.'],
    ['{"id":"m_1","namespace":"a","content":"x"}', 'Line 2: "created_at" must be a text.'],
    ['{"id":"m_1","namespace":"a","content":"x","created_at":"soon"}', 'Line 2: "created_at" must be an ISO time.'],
    ['{"id":"m_1","namespace":"a","content":7,"created_at":"2026-11-01"}', 'Line 2: "content" must be a text.'],
    ['{"id":"m_1","kind":"song"}', 'Line 2: "kind" must be one of fact'],
    ['{"id":"m_1","tags":[1]}', 'Line 2: "tags" must be a list of texts.'],
    ['{"id":"m_1","version":0}', 'Line 2: "version" must be a whole number from 1.'],
  ])('imports nothing of an export with a broken line: %s', async (broken, message) => {
    await json(['memory', 'store', 'x']);
    const { stdout } = await runFarebox(['memory', 'export'], deps);
    const other = await openMemory();
    const run = await runFarebox(['memory', 'import', '-'], { ...other, ...piped(`${stdout}${broken}\n`) });
    expect([run.code, run.stderr.includes(message)], run.stderr).toEqual([2, true]);
    expect((await runFarebox(['memory', 'export'], other)).stdout).toBe('');
  });

  it('shows what strangers stored without obeying it', async () => {
    await json(['memory', 'store', 'evil \u001b]0;title\u0007 text']);
    expect((await runFarebox(['memory', 'search', 'evil'], deps)).stdout).not.toContain('\u001b');
  });
});
