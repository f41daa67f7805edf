import fc from 'fast-check';
import { expect, it } from 'vitest';
import { FareboxError } from '../../src/domain/errors.ts';
import type { MemoryKind } from '../../src/memory/memory.ts';
import { openMemory } from './open-memory.ts';

const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.string({ unit: 'grapheme', maxLength: 60 }),
  fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 20 }).map((units) => String.fromCharCode(...units)),
  fc.constantFrom(
    '"',
    '\0',
    'a\0b',
    '\ud800',
    'NEAR(a b)',
    "'); --",
    '*',
    'content:',
    '数据库',
    'ก็',
    '\u0301',
    '{a b}: c',
  ),
);

/** The answer, or the refusal that every text may meet; anything else fails the test. */
function answerOf<T>(work: () => T): T | 'refused' {
  try {
    return work();
  } catch (error) {
    if (error instanceof FareboxError && error.code === 'invalid_request') return 'refused';
    throw error;
  }
}

it('takes any text or refuses it as an invalid request, and gives back the bytes it took (SEC-11)', async () => {
  const { memory, store, database } = await openMemory();
  fc.assert(
    fc.property(anyText, anyText, anyText, anyText, (content, key, namespace, tag) => {
      answerOf(() => store(content, { key }));
      answerOf(() => store(content, { namespace, tags: [tag] }));
      const stored = answerOf(() => store(content));
      if (stored !== 'refused') {
        const [hit] = memory.search({ ids: [stored.id], limit: 1 }).hits;
        expect(Buffer.from(hit?.row.content ?? '')).toEqual(Buffer.from(content));
      }
      for (const query of [content, key]) {
        const found = answerOf(() => memory.search({ query, namespaces: ['team'], limit: 5 }));
        if (found === 'refused') continue;
        for (const { matched, score } of found.hits) {
          expect(score).toBeGreaterThan(0);
          if (found.mode === 'keyword') expect(matched.length).toBeGreaterThan(0);
        }
      }
      answerOf(() => memory.search({ query: tag, tags: [tag], namespaces: [namespace], asOf: key, limit: 5 }));
      answerOf(() => memory.search({ kinds: [key as MemoryKind], ids: [key], limit: 5 }));
      answerOf(() => memory.forget({ ids: [key], hard: true }));
      answerOf(() => memory.forget({ key: tag, namespace, hard: false }));
    }),
    { numRuns: 200 },
  );
  expectSoundIndex(database);
});

const word = fc.constantFrom('deploy', 'server', 'budget', 'router', '数据库', 'deployment', 'cost');
const content = fc.array(word, { minLength: 1, maxLength: 5 }).map((words) => words.join(' '));
const key = fc.option(fc.constantFrom('a', 'b', 'c'), { nil: undefined });
const operation = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ type: fc.constant('store' as const), content, key, tag: word, ttl: fc.boolean() }),
  },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('forget' as const), index: fc.nat(20), hard: fc.boolean() }) },
  {
    weight: 1,
    arbitrary: fc.record({
      type: fc.constant('forget key' as const),
      key: fc.constantFrom('a', 'b'),
      hard: fc.boolean(),
    }),
  },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('supersede' as const), index: fc.nat(20), content, key }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('wait' as const), ms: fc.nat(80_000_000) }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('sweep' as const) }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('restore' as const) }) },
);

it('keeps the index and the history sound whatever is done (MEM-03)', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(operation, { minLength: 10, maxLength: 60 }), async (operations) => {
      const { memory, store, database, clock } = await openMemory({ historyDays: 2, maxVersions: 4 });
      const ids: string[] = [];
      let exported = [...memory.export()];
      for (const step of operations) {
        switch (step.type) {
          case 'store': {
            const life = step.ttl ? { ttlDays: 1 } : {};
            ids.push(store(step.content, { ...(step.key ? { key: step.key } : {}), tags: [step.tag], ...life }).id);
            break;
          }
          case 'supersede': {
            const supersedes = ids[step.index % Math.max(1, ids.length)];
            const known = supersedes && database.sqlite.prepare('SELECT 1 FROM memories WHERE id = ?').get(supersedes);
            const named = step.key ? { key: step.key } : {};
            if (supersedes && known) ids.push(store(step.content, { supersedes, ...named }).id);
            break;
          }
          case 'forget':
            memory.forget({ ids: [ids[step.index % Math.max(1, ids.length)] ?? 'none'], hard: step.hard });
            break;
          case 'forget key':
            memory.forget({ key: step.key, namespace: 'team', hard: step.hard });
            break;
          case 'wait':
            exported = [...memory.export()];
            clock.advance(step.ms);
            break;
          case 'sweep':
            memory.sweep();
            break;
          case 'restore':
            memory.import(exported);
        }
      }
      expectSoundIndex(database);
      expectOneVersionAtATime(database);
      const live = [...memory.export()].map(({ id }) => id).sort();
      const listed = memory.search({ limit: 100 }).hits.map(({ row }) => row.id);
      expect(new Set(listed).size).toBe(listed.length);
      expect([...listed].sort()).toEqual(live);
    }),
    { numRuns: 40 },
  );
});

type OpenDatabase = Awaited<ReturnType<typeof openMemory>>['database'];

/** FTS5 compares its index with the table, word by word. */
function expectSoundIndex({ sqlite }: OpenDatabase): void {
  sqlite.prepare("INSERT INTO memories_fts (memories_fts, rank) VALUES ('integrity-check', 1)").run();
  expect(sqlite.pragma('integrity_check', { simple: true })).toBe('ok');
}

function expectOneVersionAtATime({ sqlite }: OpenDatabase): void {
  const overlaps = sqlite
    .prepare(
      `SELECT a.id, a.version, b.version FROM memories a JOIN memories b ON a.seq < b.seq
       AND (a.id = b.id OR (a.namespace = b.namespace AND a.key = b.key))
       AND a.valid_from < min(ifnull(b.valid_to, 9e15), ifnull(b.expires_at, 9e15))
       AND b.valid_from < min(ifnull(a.valid_to, 9e15), ifnull(a.expires_at, 9e15))`,
    )
    .all();
  expect(overlaps).toEqual([]);
}
