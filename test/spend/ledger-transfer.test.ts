import { describe, expect, it } from 'vitest';
import { QUOTA_BUFFER, QUOTA_BUFFER_BUDGET } from '../../src/domain/budget.ts';
import { fromUsd, nano } from '../../src/domain/money.ts';
import type { Price } from '../../src/domain/price.ts';
import { normalizeUsage } from '../../src/domain/usage.ts';
import { createLedgerBooks } from '../../src/spend/ledger-books.ts';
import { createSqliteLedger } from '../../src/spend/sqlite-ledger.ts';
import { createUsageFaults } from '../../src/spend/usage-faults.ts';
import { createFakeClock } from '../support/fake-clock.ts';
import {
  ATTRIBUTES,
  attemptClosing,
  attemptOpening,
  budgetOf,
  CHEAP,
  callClosing,
  callOpening,
  NOON,
} from '../support/ledger-facts.ts';
import { openTestDatabase } from '../support/open-test-database.ts';

const RETENTION = { rows: null, decisions: null };
const BUFFER = { ...budgetOf(QUOTA_BUFFER_BUDGET, 50), scope: { kind: 'tag' as const, value: QUOTA_BUFFER } };
const MACHINE: Price = {
  ...CHEAP,
  rates: { input: 0, output: 0, cacheRead: null, cacheWrite5m: null, cacheWrite1h: null },
  fixed: { kind: 'gpu', hourly: fromUsd(3.5), idleTimeoutMs: 300_000, account: 'gpu' },
};

async function open() {
  const clock = createFakeClock(NOON);
  const database = await openTestDatabase({ clock });
  const ledger = createSqliteLedger({ database, budgets: [BUFFER], clock, simulated: false });
  return { database, ledger, books: createLedgerBooks({ database, budgets: [BUFFER], retention: RETENTION, clock }) };
}

describe('an export and an import', () => {
  it('carry what was paid beyond a free quota, so that its budget stands where it stood', async () => {
    const { ledger, books } = await open();
    const attributes = { ...ATTRIBUTES, tags: [QUOTA_BUFFER] };
    ledger.reserve(callOpening('a'), attemptOpening('a', { hold: fromUsd(1) }), attributes);
    ledger.settle(attemptClosing('a', 0.25));
    ledger.finish(callOpening('a'), callClosing('a', 0.25));
    expect(ledger.budgets()).toMatchObject([{ spent: fromUsd(0.25) }]);

    const lines = [...books.export()];
    const copy = await open();
    expect(copy.books.import(lines)).toEqual({ added: 1, skipped: 0 });
    expect(copy.ledger.budgets()).toMatchObject([{ spent: fromUsd(0.25) }]);
    expect([...copy.books.export()]).toEqual(lines);
  });

  it('carry how often usage contradicted itself, and count it once if made again', async () => {
    const { ledger, books } = await open();
    const usage = normalizeUsage({ inputTokens: 10, cacheReadTokens: 50, outputTokens: 5 });
    expect(usage.faults).toHaveLength(1);
    ledger.reserve(callOpening('a'), attemptOpening('a'), ATTRIBUTES);
    ledger.settle(attemptClosing('a', 0.1, { usage }));
    ledger.finish(callOpening('a'), callClosing('a', 0.1));

    const lines = [...books.export()];
    const copy = await open();
    copy.books.import(lines);
    copy.books.import(lines);
    const told = createUsageFaults(copy.database.sqlite)({
      ...{ since: NOON - 1, until: NOON + 1, groupBy: 'model', simulated: false },
    });
    expect(told).toMatchObject([{ fault: usage.faults?.[0], attempts: 1 }]);
    expect([...copy.books.export()]).toEqual(lines);
  });
});

describe('ledger verify of machines by the hour', () => {
  const ran = async () => {
    const opened = await open();
    for (const [call, startedAt] of [
      ['a', NOON],
      ['b', NOON + 60_000],
      ['c', NOON + 3_600_000],
    ] as const) {
      const opening = callOpening(call, { startedAt });
      opened.ledger.reserve(opening, attemptOpening(call, { startedAt, price: MACHINE, hold: nano(0) }), ATTRIBUTES);
      const cost = { amount: nano(0), source: 'computed' as const };
      opened.ledger.settle(attemptClosing(call, 0, { cost, durationMs: 90_000 }));
      opened.ledger.finish(opening, callClosing(call, 0, { cost }));
    }
    return opened;
  };

  it('agrees with what the attempts add up to', async () => {
    expect((await ran()).books.verify().problems).toEqual([]);
  });

  it.each([
    ['a stretch that is missing', 'DELETE FROM machine_hours WHERE start > (SELECT min(start) FROM machine_hours)'],
    ['a stretch that is too long', 'UPDATE machine_hours SET stop = stop + 1'],
    ['a stretch of nobody', "INSERT INTO machine_hours VALUES ('other', 0, 1, 2, 3)"],
    ['another price', 'UPDATE machine_hours SET hourly = 1'],
  ])('finds %s', async (_, damage) => {
    const { database, books } = await ran();
    database.sqlite.exec(damage);
    expect(books.verify().problems.join('\n')).toContain('The machine ');
  });
});

describe('a ledger that has prices of its own', () => {
  it('writes imported calls as they were written, whatever numbers its prices have', async () => {
    const { ledger, books } = await open();
    ledger.reserve(callOpening('a'), attemptOpening('a', { price: MACHINE }), ATTRIBUTES);
    ledger.settle(attemptClosing('a', 0));
    ledger.finish(callOpening('a'), callClosing('a', 0));
    const calls = (lines: Iterable<string>) => [...lines].filter((line) => line.startsWith('{"type":"call"'));
    const copy = await open();
    copy.ledger.reserve(callOpening('b'), attemptOpening('b', { price: CHEAP }), ATTRIBUTES);
    copy.ledger.settle(attemptClosing('b', 0));
    copy.ledger.finish(callOpening('b'), callClosing('b', 0));
    copy.books.import(books.export());
    expect(calls(copy.books.export()).filter((line) => line.includes(callOpening('a').id))).toEqual(
      calls(books.export()),
    );
  });
});
