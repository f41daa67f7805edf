import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { newId } from '../../src/lib/random.ts';
import { createDecisionBook } from '../../src/spend/decision-book.ts';
import { createNames } from '../../src/spend/names.ts';
import { packNumbers, packText, splitAtCommas, unpackNumbers, unpackText } from '../../src/spend/packed-text.ts';
import { packId, unpackId, unpackIdSql } from '../../src/storage/packed-id.ts';
import { openTestDatabase } from '../support/open-test-database.ts';
import { createSeededRandom } from '../support/seeded-random.ts';

const texts = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 80 }),
  fc.json(),
  fc.string({ unit: fc.constantFrom(...'0123456789az.,-/_ \u0001"{}[]:$'), maxLength: 60 }),
);

describe('packed texts', () => {
  it('take the figures out, but not those of names', () => {
    const { form, figures } = packText('["acme/gpt-4o-2024","llama-3.3-70b",120,0.5] costs $3.25, v2.');
    expect(form).toBe('["acme/gpt-4o-2024","llama-3.3-70b",\u0001,\u0001] costs $\u0001, v2.');
    expect(figures.length).toBe(6);
  });

  it('lose nothing, whatever the text', () => {
    fc.assert(
      fc.property(texts, (text) => {
        expect(unpackText(packText(text))).toBe(text);
        expect(splitAtCommas(text).join(',')).toBe(text);
      }),
      { numRuns: 2_000 },
    );
  });

  it('pack numbers in as many bytes as they need', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(2 ** 40)), (values) => {
        expect(unpackNumbers(packNumbers(values))).toEqual(values);
      }),
    );
    expect(packNumbers([0, 127, 128, 16_384])).toHaveLength(7);
  });

  it('give decisions back from the file', async () => {
    const { sqlite } = await openTestDatabase();
    const book = createDecisionBook(sqlite, createNames(sqlite));
    fc.assert(
      fc.property(
        fc.string().map((text) => text.replaceAll('\n', ' ')),
        fc.json(),
        (reason, decision) => {
          expect(book.read(book.write(book.pack(reason, decision)))).toEqual({ reason, decision });
        },
      ),
      { numRuns: 100 },
    );
  });
});

describe('packed ids', () => {
  it('are spelled again by the code and by the database, and others are kept as they are', async () => {
    const { sqlite } = await openTestDatabase();
    const random = createSeededRandom(3);
    sqlite.exec('CREATE TABLE t (started_at INTEGER, id_high INTEGER, id_low INTEGER, id_text TEXT)');
    const insert = sqlite.prepare('INSERT INTO t VALUES (?, ?, ?, ?)');
    const ids = Array.from(
      { length: 50 },
      (_, i) => [newId('call', 1_700_000_000_000 + i, random), 1_700_000_000_000 + i] as const,
    );
    const others = [['call_1', 5] as const, [ids[0]?.[0] ?? '', 6] as const, ['call_', 7] as const];
    for (const [id, startedAt] of [...ids, ...others]) {
      const packed = packId('call', id, startedAt);
      expect(unpackId('call', packed, startedAt)).toBe(id);
      insert.run(startedAt, packed.high, packed.low, packed.text);
    }
    const spelled = sqlite
      .prepare(`SELECT ${unpackIdSql('call', 't')} FROM t ORDER BY rowid`)
      .pluck()
      .all();
    expect(spelled).toEqual([...ids, ...others].map(([id]) => id));
    expect(ids.every(([id, startedAt]) => packId('call', id, startedAt).text === null)).toBe(true);
  });
});
