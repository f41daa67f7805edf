import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OPTIMISATIONS, type OptimisationEffect } from '../../src/domain/effect.ts';
import { nano } from '../../src/domain/money.ts';
import type { CallOpening } from '../../src/spend/ledger.ts';
import { createLedgerBooks } from '../../src/spend/ledger-books.ts';
import type { EffectLine } from '../../src/spend/reports.ts';
import { createSqliteLedger } from '../../src/spend/sqlite-ledger.ts';
import { createSqliteReports } from '../../src/spend/sqlite-reports.ts';
import { createFakeClock } from '../support/fake-clock.ts';
import { callClosing, callOpening, NOON } from '../support/ledger-facts.ts';
import { openTestDatabase } from '../support/open-test-database.ts';

const DAY = 86_400_000;
const EVER = { since: 0, until: Date.UTC(2100, 0, 1), groupBy: 'optimisation', simulated: false } as const;

async function openBooks(rows: number | null = null) {
  const database = await openTestDatabase();
  const clock = createFakeClock(NOON);
  const ledger = createSqliteLedger({ database, budgets: [], clock, simulated: false });
  const retention = { rows, decisions: null };
  const books = createLedgerBooks({ database, budgets: [], retention, clock });
  const reports = createSqliteReports({ database, budgets: ledger.budgets, baselineModel: 'big-1' });
  const book = (name: string, effects: readonly OptimisationEffect[], parts: Partial<CallOpening> = {}) =>
    ledger.finish(callOpening(name, parts), callClosing(name, 0, { effects }));
  const effectsOf = async (query: Partial<Parameters<typeof reports.report>[0]> = {}) =>
    (await reports.report({ ...EVER, ...query })).effects;
  return { database, clock, ledger, books, reports, book, effectsOf };
}

function effect(
  optimisation: OptimisationEffect['optimisation'],
  tokensAvoided: number,
  costAvoided: number | null,
  ownCost = 0,
): OptimisationEffect {
  return {
    optimisation,
    tokensAvoided,
    costAvoided: costAvoided === null ? null : nano(costAvoided),
    ownCost: nano(ownCost),
  };
}

const HIT: EffectLine = {
  optimisation: 'response_cache',
  calls: 1,
  tokensAvoided: 1_200,
  costAvoided: nano(180_000),
  unknownCalls: 0,
  ownCost: nano(0),
  net: nano(180_000),
};

describe('effects of optimisations in the ledger', () => {
  it('add up by optimisation, the one of most worth first, what is unknown apart', async () => {
    const { book, effectsOf, books } = await openBooks();
    book('a', [effect('response_cache', 1_200, 180_000)]);
    book('b', [effect('response_cache', 300, null), effect('hedging', -500, 0, 75_000)]);
    book('c', []);
    expect(await effectsOf()).toEqual([
      { ...HIT, calls: 2, tokensAvoided: 1_500, unknownCalls: 1 },
      {
        optimisation: 'hedging',
        calls: 1,
        tokensAvoided: -500,
        costAvoided: 0,
        unknownCalls: 0,
        ownCost: 75_000,
        net: -75_000,
      },
    ]);
    expect(books.verify().problems).toEqual([]);
  });

  it('are one for each optimisation of a call, however often it did something', async () => {
    const { book, effectsOf, database } = await openBooks();
    book('a', [effect('chunking', 10.4, 5, 1), effect('chunking', 20, 7, 2)]);
    book('b', [effect('chunking', 1, null), effect('chunking', 1, 7)]);
    expect(
      database.sqlite.prepare('SELECT call_id, tokens_avoided, cost_avoided, own_cost FROM call_effects').all(),
    ).toEqual([
      { call_id: 'call_a', tokens_avoided: 30, cost_avoided: 12, own_cost: 3 },
      { call_id: 'call_b', tokens_avoided: 2, cost_avoided: null, own_cost: 0 },
    ]);
    expect(await effectsOf()).toMatchObject([{ calls: 2, costAvoided: 12, unknownCalls: 1, net: 9 }]);
  });

  it('cost a call without any no space', async () => {
    const { book, database } = await openBooks();
    book('a', []);
    for (const table of ['effect_rows', 'effect_days']) {
      expect(database.sqlite.prepare(`SELECT count(*) FROM ${table}`).pluck().get()).toBe(0);
    }
  });

  it('belong to the world, the run and the period of their call', async () => {
    const { book, effectsOf } = await openBooks();
    const hit = [effect('response_cache', 1_200, 180_000)];
    book('real', hit);
    book('sandbox', hit, { simulated: true });
    book('run', hit, { attribution: { surface: 'mcp', runId: 'r1' }, startedAt: NOON - 3 * DAY });
    expect(await effectsOf({ simulated: true })).toEqual([HIT]);
    expect(await effectsOf({ runId: 'r1' })).toEqual([HIT]);
    expect(await effectsOf({ since: NOON - 1 })).toEqual([HIT]);
    expect(await effectsOf({ since: NOON - 4 * DAY, until: NOON })).toEqual([HIT]);
    expect(await effectsOf({ since: NOON + 1 })).toEqual([]);
  });

  it('are closed once, by the first closing of a call', async () => {
    const { book, effectsOf } = await openBooks();
    for (let i = 0; i < 3; i++) book('a', [effect('response_cache', 1_200, 180_000)]);
    expect(await effectsOf()).toEqual([HIT]);
  });

  it('outlive their rows, whole days at the edges of a period', async () => {
    const { book, effectsOf, reports, books, database } = await openBooks(30);
    for (let day = 0; day < 60; day++) {
      book(`c${day}`, [effect('response_cache', 1_200, 180_000)], { startedAt: NOON - day * DAY });
    }
    const before = await effectsOf();
    expect(books.maintain()).toMatchObject({ calls: 29 });
    expect(database.sqlite.prepare('SELECT count(*) FROM effect_rows').pluck().get()).toBe(31);
    expect(await effectsOf()).toEqual(before);
    expect(books.verify().problems).toEqual([]);
    const since = NOON - 45 * DAY + 1;
    const report = await reports.report({ ...EVER, since });
    expect(report).toMatchObject({
      since: '2026-10-07T00:00:00.000Z',
      totals: { calls: 46 },
      effects: [{ calls: 46 }],
    });
  });

  it.each([
    ['a row', 'UPDATE effect_rows SET tokens_avoided = tokens_avoided + 1', /The day .* response_cache .* add up to/],
    ['a sum', 'UPDATE effect_days SET own_cost = own_cost + 1', /The day .* response_cache/],
    ['a lost sum', 'DELETE FROM effect_days', /has nothing for response_cache/],
    ['a lost call', 'DELETE FROM call_rows', /Effects are booked for call 1/],
  ])('are audited: %s that was changed is found', async (_what, change, problem) => {
    const { book, books, database } = await openBooks();
    book('a', [effect('response_cache', 1_200, 180_000)]);
    expect(books.verify().problems).toEqual([]);
    database.sqlite.exec(change);
    expect(books.verify().problems.join('\n')).toMatch(problem);
  });

  it('are exported and imported without loss, and one that nobody knows is refused', async () => {
    const here = await openBooks();
    here.book('a', [effect('semantic_cache', 5, null), effect('hedging', -7, 0, 3)]);
    here.book('b', []);
    const lines = [...here.books.export()];
    const there = await openBooks();
    expect(there.books.import(lines)).toEqual({ added: 2, skipped: 0 });
    expect([...there.books.export()]).toEqual(lines);
    expect(await there.effectsOf()).toEqual(await here.effectsOf());
    expect(there.books.verify().problems).toEqual([]);
    const strange = lines.map((line) => line.replace('semantic_cache', 'magic'));
    const empty = await openBooks();
    expect(() => empty.books.import(strange)).toThrow(/nobody knows the optimisation "magic"/);
    expect(await empty.effectsOf()).toEqual([]);
  });

  it('agree with their sums whatever is booked', async () => {
    const one = fc.record({
      optimisation: fc.constantFrom(...OPTIMISATIONS),
      tokensAvoided: fc.integer({ min: -1_000_000, max: 1_000_000 }),
      costAvoided: fc.option(fc.integer({ min: -1_000_000_000, max: 1_000_000_000 }).map(nano)),
      ownCost: fc.integer({ min: 0, max: 1_000_000_000 }).map(nano),
    });
    const calls = fc.array(
      fc.record({ effects: fc.array(one, { maxLength: 6 }), hours: fc.nat(100), simulated: fc.boolean() }),
      { maxLength: 12 },
    );
    await fc.assert(
      fc.asyncProperty(calls, fc.nat(100), async (booked, edge) => {
        const { book, books, effectsOf } = await openBooks();
        for (const [i, { effects, hours, simulated }] of booked.entries()) {
          book(`c${i}`, effects, { startedAt: NOON - hours * 3_600_000, simulated });
        }
        expect(books.verify().problems).toEqual([]);
        const since = NOON - edge * 3_600_000;
        const inside = booked.filter(({ hours, simulated }) => hours <= edge && !simulated);
        const net = inside
          .flatMap(({ effects }) =>
            OPTIMISATIONS.map((name) => effects.filter(({ optimisation }) => optimisation === name)),
          )
          .flatMap((same) => {
            const known = same.every(({ costAvoided }) => costAvoided !== null);
            return same.map(({ costAvoided, ownCost }) => (known ? (costAvoided ?? 0) : 0) - ownCost);
          })
          .reduce((sum, each) => sum + each, 0);
        const lines = (await effectsOf({ since })) ?? [];
        expect(lines.reduce((sum, line) => sum + line.net, 0)).toBe(net);
      }),
      { numRuns: 40 },
    );
  });
});
