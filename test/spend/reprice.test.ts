import { describe, expect, it } from 'vitest';
import { fromUsd } from '../../src/domain/money.ts';
import { normalizeUsage } from '../../src/domain/usage.ts';
import { createLedgerBooks } from '../../src/spend/ledger-books.ts';
import { createSqliteLedger } from '../../src/spend/sqlite-ledger.ts';
import { createFakeClock } from '../support/fake-clock.ts';
import {
  ATTRIBUTES,
  attemptClosing,
  attemptOpening,
  CHEAP,
  callClosing,
  callOpening,
  DEAR,
  NOON,
} from '../support/ledger-facts.ts';
import { openTestDatabase } from '../support/open-test-database.ts';

describe('history at other prices (CST-17)', () => {
  it('is priced again beside what was booked, which it never touches', async () => {
    const clock = createFakeClock(NOON);
    const database = await openTestDatabase({ clock });
    const ledger = createSqliteLedger({ database, budgets: [], clock, simulated: false });
    const books = createLedgerBooks({ database, budgets: [], retention: { rows: null, decisions: null }, clock });
    const usage = normalizeUsage({ inputTokens: 1_000_000, outputTokens: 200_000 });
    const book = (name: string, usd: number, parts: Parameters<typeof attemptClosing>[2] = {}) => {
      const model = parts.result === 'failed' ? 'big-1' : 'small-1';
      ledger.reserve(callOpening(name), attemptOpening(name, { model }), ATTRIBUTES);
      ledger.settle(attemptClosing(name, usd, { usage, ...parts }));
      ledger.finish(callOpening(name), callClosing(name, usd));
    };
    book('a', 0.18);
    book('b', 0.18);
    book('c', 0.07, { usage: null, cost: { amount: fromUsd(0.07), source: 'provider' } });
    book('d', 0, { result: 'failed', failure: 'rate_limited', usage: null });
    book('e', 0, { result: 'cached' });
    const before = database.sqlite.prepare('SELECT * FROM attempt_rows').all();

    const query = { since: 0, until: NOON + 1, simulated: false };
    expect(books.reprice(query, () => DEAR)).toEqual([
      {
        provider: 'acme',
        model: 'small-1',
        attempts: 2,
        booked: fromUsd(0.36),
        repriced: fromUsd(12),
        left: 1,
        leftBooked: fromUsd(0.07),
      },
      { provider: 'acme', model: 'big-1', attempts: 0, booked: 0, repriced: 0, left: 1, leftBooked: 0 },
    ]);
    expect(books.reprice(query, (_served, booked) => booked)[0]).toMatchObject({
      repriced: fromUsd(0.36),
      booked: fromUsd(0.36),
    });
    expect(books.reprice(query, () => null)[0]).toMatchObject({ attempts: 0, left: 3, leftBooked: fromUsd(0.43) });
    expect(books.reprice({ ...query, until: NOON }, () => CHEAP)).toEqual([]);
    expect(books.reprice({ ...query, simulated: true }, () => CHEAP)).toEqual([]);
    expect(database.sqlite.prepare('SELECT * FROM attempt_rows').all()).toEqual(before);
    expect(books.verify().problems).toEqual([]);
  });
});
