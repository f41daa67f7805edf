import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { openMemory } from './open-memory.ts';

describe('forgetting', () => {
  it('hides by ids, key or namespace, and counts exactly (MEM-01)', async () => {
    const { memory, store, find } = await openMemory();
    const a = store('thing a').id;
    store('thing b', { key: 'b' });
    store('thing b2', { key: 'b' });
    store('thing c', { namespace: 'other' });
    expect(memory.forget({ ids: [a, a, 'mem_unknown'], hard: false })).toBe(1);
    expect(memory.forget({ ids: [a], hard: false })).toBe(0);
    expect(memory.forget({ key: 'b', namespace: 'other', hard: false })).toBe(0);
    expect(memory.forget({ key: 'b', namespace: 'team', hard: false })).toBe(1);
    expect(find('thing')).toEqual(['thing c']);
    expect(memory.forget({ namespace: 'other', hard: false })).toBe(1);
    expect(find('thing')).toEqual([]);
    expect(store('thing b', { key: 'b' })).toMatchObject({ status: 'created', version: 3 });
  });

  it('does not reach into another namespace than the one named', async () => {
    const { memory, store } = await openMemory();
    const { id } = store('mine');
    expect(memory.forget({ ids: [id], namespace: 'other', hard: true })).toBe(0);
    expect(memory.forget({ ids: [id], namespace: 'team', hard: true })).toBe(1);
  });

  it('removes a memory with its versions and what it superseded, also after it was hidden', async () => {
    const { memory, database, store, find } = await openMemory();
    store('first words', { key: 'k' });
    const { id } = store('second words', { key: 'k' });
    const old = store('ancient words');
    const fresh = store('newer words', { supersedes: old.id });
    const kept = store('kept words');
    memory.forget({ ids: [id], hard: false });
    expect(memory.forget({ key: 'k', namespace: 'team', hard: true })).toBe(1);
    expect(memory.forget({ ids: [fresh.id], hard: true })).toBe(1);
    expect(database.sqlite.prepare('SELECT id FROM memories').pluck().all()).toEqual([kept.id]);
    expect(find('words')).toEqual(['kept words']);
    expect(store('again', { key: 'k' }).version).toBe(1);
  });

  it('leaves nothing of what is removed in the files (SEC-09)', async () => {
    const { memory, database, store } = await openMemory();
    for (let i = 0; i < 50; i++) store(`ordinary memory number ${i} ${'padding '.repeat(i * 3)}`);
    const { id } = store(`launch-code XYLOPHONE-${'zebra '.repeat(2000)}`, {
      key: 'secretkeyname',
      tags: ['quaggatag'],
    });
    store('launch-code replaced by WALRUSWORD', { key: 'secretkeyname', tags: ['quaggatag'] });
    for (let i = 50; i < 100; i++) store(`ordinary memory number ${i} ${'padding '.repeat(i * 3)}`);
    const traces = () => {
      const files = ['', '-wal'].map((end) => database.path + end).filter(existsSync);
      const bytes = Buffer.concat(files.map((file) => readFileSync(file)))
        .toString('latin1')
        .toLowerCase();
      return ['xylophone', 'zebra', 'walrusword', 'secretkeyname', 'quaggatag'].filter((word) => bytes.includes(word));
    };
    expect(traces()).toHaveLength(5);
    expect(memory.forget({ ids: [id], hard: true })).toBe(1);
    expect(traces()).toEqual([]);
  });

  it('refuses to guess what is meant', async () => {
    const { memory, store } = await openMemory();
    store('precious');
    for (const target of [{}, { key: 'k' }, { ids: [] }, { ids: [], namespace: 'team' }, { ids: ['a'], key: 'k' }]) {
      expect(() => memory.forget({ ...target, hard: true })).toThrow(
        expect.objectContaining({ code: 'invalid_request' }),
      );
    }
    expect([...memory.export()]).toHaveLength(1);
  });
});
