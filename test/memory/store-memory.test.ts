import { describe, expect, it } from 'vitest';
import { openMemory } from './open-memory.ts';

const DAY = 86_400_000;

describe('storing', () => {
  it('gives a new memory an id and version 1, and finds it after a restart (MEM-01, MEM-03)', async () => {
    const { memory, database, store, clock } = await openMemory();
    const stored = store('The database is in Frankfurt', {
      key: 'db-region',
      kind: 'fact',
      tags: ['Ops', 'ops', 'EU'],
    });
    expect(stored).toEqual({ id: expect.stringMatching(/^mem_/), status: 'created', version: 1 });
    const again = await openMemory({ path: database.path, clock });
    expect(again.memory.search({ ids: [stored.id], limit: 8 })).toEqual(memory.search({ ids: [stored.id], limit: 8 }));
    expect(again.memory.search({ ids: [stored.id], limit: 8 }).hits[0]?.row).toEqual({
      id: stored.id,
      key: 'db-region',
      namespace: 'team',
      kind: 'fact',
      tags: ['ops', 'eu'],
      content: 'The database is in Frankfurt',
      source: 'test',
      supersedes: null,
      createdAt: '2026-11-21T12:00:00.000Z',
      updatedAt: '2026-11-21T12:00:00.000Z',
      expiresAt: null,
      version: 1,
    });
  });

  it('makes a new version of a live key, and finds only that', async () => {
    const { memory, store, find, clock } = await openMemory();
    const first = store('We deploy on Fridays', { key: 'deploy' });
    clock.advance(1000);
    expect(store('We deploy on Mondays', { key: 'deploy' })).toEqual({ id: first.id, status: 'updated', version: 2 });
    expect(find('deploy')).toEqual(['We deploy on Mondays']);
    expect(find('Fridays')).toEqual([]);
    expect(memory.search({ ids: [first.id], limit: 1 }).hits[0]?.row).toMatchObject({
      version: 2,
      createdAt: '2026-11-21T12:00:00.000Z',
      updatedAt: '2026-11-21T12:00:01.000Z',
    });
  });

  it('keeps the same key of two namespaces apart', async () => {
    const { store, find } = await openMemory();
    store('alpha value', { key: 'k', namespace: 'a' });
    expect(store('beta value', { key: 'k', namespace: 'b' }).status).toBe('created');
    expect(find('value', { namespaces: ['a'] })).toEqual(['alpha value']);
    expect(find('value', { namespaces: ['b'] })).toEqual(['beta value']);
    expect(find('value', { namespaces: ['a', 'b'] })).toHaveLength(2);
  });

  it('recognizes the same content, adds its tags and keeps the longer life', async () => {
    const { memory, store } = await openMemory();
    const first = store('same words', { tags: ['one'], ttlDays: 1 });
    expect(store('same words', { tags: ['two'], ttlDays: 3 })).toEqual({ ...first, status: 'duplicate' });
    const row = () => memory.search({ ids: [first.id], limit: 1 }).hits[0]?.row;
    expect(row()).toMatchObject({ tags: ['one', 'two'], expiresAt: '2026-11-24T12:00:00.000Z' });
    store('same words', { ttlDays: 1 });
    expect(row()?.expiresAt).toBe('2026-11-24T12:00:00.000Z');
    store('same words');
    expect(row()?.expiresAt).toBeNull();
    expect(memory.search({ query: 'two', limit: 1 }).hits[0]?.row.id).toBe(first.id);
    expect(store('same words', { namespace: 'other' }).status).toBe('created');
  });

  it('takes content without a key as a duplicate of a keyed one, but not one key for another', async () => {
    const { store } = await openMemory();
    const keyed = store('the port is 4141', { key: 'port' });
    expect(store('the port is 4141')).toEqual({ ...keyed, status: 'duplicate' });
    expect(store('the port is 4141', { key: 'port' }).status).toBe('duplicate');
    expect(store('the port is 4141', { key: 'default-port' }).status).toBe('created');
  });

  it('replaces what it supersedes', async () => {
    const { memory, store, find } = await openMemory();
    const old = store('Prices are in euros');
    const fresh = store('Prices are in dollars', { supersedes: old.id });
    expect(fresh).toMatchObject({ status: 'updated', version: 2 });
    expect(find('prices')).toEqual(['Prices are in dollars']);
    expect(memory.search({ ids: [old.id], limit: 1 }).hits).toEqual([]);
    expect(memory.search({ ids: [fresh.id], limit: 1 }).hits[0]?.row.supersedes).toBe(old.id);
    // A repeated request does no harm.
    expect(store('Prices are in dollars', { supersedes: old.id })).toEqual({ ...fresh, status: 'duplicate' });
    expect(() => store('x', { supersedes: 'mem_unknown' })).toThrow(expect.objectContaining({ code: 'not_found' }));
  });

  it('keeps the key of what it supersedes where it names none', async () => {
    const { store, find } = await openMemory();
    const old = store('Anna leads the team', { key: 'lead' });
    expect(store('Bela leads the team', { supersedes: old.id })).toEqual({ id: old.id, status: 'updated', version: 2 });
    store('Cora leads the team', { key: 'lead' });
    expect(find('leads')).toEqual(['Cora leads the team']);
  });

  it('keeps only so many versions of a key (MEM-04)', async () => {
    const { database, store } = await openMemory({ maxVersions: 3 });
    for (let i = 1; i <= 10; i++) store(`counter ${i}`, { key: 'counter' });
    expect(database.sqlite.prepare('SELECT version FROM memories ORDER BY version').pluck().all()).toEqual([8, 9, 10]);
  });

  it('says which rule an input breaks (SEC-11)', async () => {
    const { store } = await openMemory();
    const refused = (content: string, more: Parameters<typeof store>[1], message: RegExp) =>
      expect(() => store(content, more)).toThrow(
        expect.objectContaining({
          code: 'invalid_request',
          message: expect.stringMatching(message),
          remedy: expect.any(String),
        }),
      );
    refused(' \n', {}, /content is empty/);
    refused('ä'.repeat(32_769), {}, /65538 bytes; a memory holds at most 65536/);
    refused('half a pair \ud800', {}, /not valid Unicode/);
    refused('x', { namespace: '' }, /namespace is empty/);
    refused('x', { namespace: 'a b' }, /namespace "a b" has characters/);
    refused('x', { namespace: '../etc' }, /namespace/);
    refused('x', { namespace: 'n'.repeat(129) }, /namespace has 129 characters; at most 128/);
    refused('x', { key: 'a\nb' }, /key "a\\nb" has control characters/);
    refused('x', { tags: [' x'] }, /tag " x" has/);
    refused('x', { tags: Array.from({ length: 33 }, (_, i) => `t${i}`) }, /33 tags; at most 32/);
    refused('x', { ttlDays: 0 }, /ttl_days is 0/);
    refused('x', { ttlDays: Number.NaN }, /ttl_days is NaN/);
    refused('x', { kind: 'decisoin' as 'decision' }, /no kind of memory called "decisoin"/);
    refused('x', { supersedes: "' OR 1=1" }, /supersedes has/);
    expect(store('ä'.repeat(32_768)).status).toBe('created');
  });
});

describe('expiry', () => {
  it('hides what has expired before it is swept, and lets the key begin anew (MEM-01)', async () => {
    const { memory, store, find, clock } = await openMemory();
    const first = store('token rotates soon', { key: 'token', ttlDays: 1 });
    clock.advance(DAY - 1);
    expect(find('token')).toHaveLength(1);
    clock.advance(1);
    expect(find('token')).toEqual([]);
    expect(memory.search({ ids: [first.id], limit: 1 }).hits).toEqual([]);
    expect(memory.search({ limit: 10 }).hits).toEqual([]);
    expect([...memory.export()]).toEqual([]);
    expect(memory.forget({ ids: [first.id], hard: false })).toBe(0);
    const second = store('token rotates soon', { key: 'token' });
    expect(second).toMatchObject({ status: 'created', version: 2 });
    expect(second.id).not.toBe(first.id);
  });

  it('sweeps what has expired and history that is too old, and returns how many (MEM-04)', async () => {
    const { memory, database, store, clock } = await openMemory({ historyDays: 10 });
    const rows = () => database.sqlite.prepare('SELECT count(*) FROM memories').pluck().get();
    for (let i = 0; i < 450; i++) store(`short lived ${i}`, { ttlDays: 1 });
    store('old', { key: 'k' });
    store('new', { key: 'k' });
    expect(memory.sweep()).toBe(0);
    clock.advance(DAY);
    expect(memory.sweep()).toBe(450);
    expect(rows()).toBe(2);
    clock.advance(9 * DAY);
    expect(memory.sweep()).toBe(1);
    expect(rows()).toBe(1);
    expect(memory.sweep()).toBe(0);
  });

  it('stops sweeping when its time is over', async () => {
    const { memory, store, clock } = await openMemory({ sweepBudgetMs: 0 });
    for (let i = 0; i < 450; i++) store(`short lived ${i}`, { ttlDays: 1 });
    clock.advance(DAY);
    expect([memory.sweep(), memory.sweep(), memory.sweep(), memory.sweep()]).toEqual([200, 200, 50, 0]);
  });
});
