import { describe, expect, it } from 'vitest';
import type { MemoryRow } from '../../src/memory/memory.ts';
import { openMemory } from './open-memory.ts';

describe('export and import', () => {
  it('carry everything that is live over to another file, and back (MEM-10)', async () => {
    const from = await openMemory();
    for (let i = 0; i < 250; i++) {
      from.store(`memory ${i} é « \0 数据`, { key: i % 3 ? `k${i % 50}` : undefined, tags: [`t${i % 7}`] } as object);
      from.clock.advance(i % 2);
    }
    from.store('short', { ttlDays: 2, kind: 'decision', namespace: 'other', source: 'cli' });
    const rows = [...from.memory.export()];
    const to = await openMemory({ clock: from.clock });
    expect(to.memory.import(JSON.parse(JSON.stringify(rows)))).toEqual({ added: rows.length, skipped: 0 });
    expect([...to.memory.export()]).toEqual(rows);
    expect(to.memory.import(rows)).toEqual({ added: 0, skipped: rows.length });
    expect([...to.memory.export(['other'])].map(({ content }) => content)).toEqual(['short']);
    expect(to.find('memory 数据')).not.toEqual([]);
  });

  it('skip expired rows, live keys and known content, and bring forgotten ones back', async () => {
    const { memory, store, find, clock } = await openMemory();
    const forgotten = store('forgotten words', { key: 'f' });
    const temporary = store('temporary words', { ttlDays: 1 });
    const rows = [...memory.export()];
    clock.advance(1000);
    memory.forget({ ids: [forgotten.id], hard: false });
    clock.advance(86_400_000);
    expect(memory.import(rows)).toEqual({ added: 1, skipped: 1 });
    expect(find('words')).toEqual(['forgotten words']);
    expect(memory.search({ ids: [forgotten.id, temporary.id], limit: 9 }).hits.map(({ row }) => row)).toMatchObject([
      { version: 2, createdAt: rows[0]?.createdAt, updatedAt: '2026-11-21T12:00:01.000Z' },
    ]);
    const [row] = rows as [MemoryRow];
    expect(memory.import([{ ...row, id: 'mem_x' as MemoryRow['id'] }])).toEqual({ added: 0, skipped: 1 });
    expect(memory.import([{ ...row, id: 'mem_y' as MemoryRow['id'], key: null }])).toEqual({ added: 0, skipped: 1 });
  });

  it('refuse a row that breaks a rule', async () => {
    const { memory, store } = await openMemory();
    store('good');
    const [row] = [...memory.export()] as [MemoryRow];
    for (const bad of [
      { content: 7 },
      { createdAt: 'x' },
      { version: 0 },
      { id: 'a b' },
      { tags: 'a' },
      { namespace: null },
    ]) {
      expect(() => memory.import([{ ...row, ...bad } as MemoryRow])).toThrow(
        expect.objectContaining({ code: 'invalid_request' }),
      );
    }
    expect(() => memory.import(['x' as unknown as MemoryRow])).toThrow('Row 1 is not an object');
  });

  it('let the reader write while it exports', async () => {
    const { memory, store } = await openMemory();
    for (let i = 0; i < 300; i++) store(`row ${i}`);
    let seen = 0;
    for (const row of memory.export()) {
      if (seen++ === 0) memory.forget({ ids: [row.id], hard: false });
    }
    expect(seen).toBe(300);
  });
});
