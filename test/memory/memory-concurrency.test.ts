import { execFile } from 'node:child_process';
import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { expect, it } from 'vitest';
import { projectRoot } from '../support/source-tree.ts';
import { openMemory, tempFolder } from './open-memory.ts';

it('two connections that write one key in turns never make the same version (MEM-01)', async () => {
  const one = await openMemory({ maxVersions: 1000 });
  const two = await openMemory({ path: one.database.path, clock: one.clock, maxVersions: 1000 });
  const versions = Array.from({ length: 20 }, (_, i) => {
    return (i % 2 ? one : two).store(`value ${i}`, { key: 'shared' }).version;
  });
  expect(versions).toEqual(Array.from({ length: 20 }, (_, i) => i + 1));
  expect(one.find('value')).toEqual(['value 19']);
  expect(two.find('value')).toEqual(['value 19']);
});

it('four processes that write one key at once lose nothing and never make the same version (MEM-01)', async () => {
  const folder = tempFolder();
  const outfile = join(folder, 'writer.mjs');
  const entryPoints = [join(projectRoot, 'test/memory/memory-writer.ts')];
  symlinkSync(join(projectRoot, 'node_modules'), join(folder, 'node_modules'));
  await build({ entryPoints, outfile, bundle: true, platform: 'node', format: 'esm', packages: 'external' });

  const path = join(folder, 'farebox.db');
  const run = (name: string) => promisify(execFile)(process.execPath, [outfile, path, name, '60']);
  const outputs = await Promise.all(['a', 'b', 'c', 'd'].map(run));
  const versions = outputs.flatMap(({ stdout }) => JSON.parse(stdout) as number[]);
  expect(versions.sort((x, y) => x - y)).toEqual(Array.from({ length: 240 }, (_, i) => i + 1));
  const { memory, database } = await openMemory({ path });
  expect([...memory.export()].filter(({ key }) => key === null)).toHaveLength(240);
  expect(memory.search({ query: 'shared', limit: 100 }).hits.map(({ row }) => row.version)).toEqual([240]);
  database.sqlite.prepare("INSERT INTO memories_fts (memories_fts, rank) VALUES ('integrity-check', 1)").run();
});

it('what another process is reading can be forgotten all the same', async () => {
  const one = await openMemory();
  const two = await openMemory({ path: one.database.path, clock: one.clock });
  const { id } = one.store('being read');
  two.database.sqlite.exec('BEGIN');
  expect(two.find('read')).toEqual(['being read']);
  expect(one.memory.forget({ ids: [id], hard: true })).toBe(1);
  expect(two.find('read')).toEqual(['being read']);
  two.database.sqlite.exec('COMMIT');
  expect(two.find('read')).toEqual([]);
  expect(one.database.sqlite.pragma('busy_timeout', { simple: true })).toBe(5000);
});
