import { describe, expect, it } from 'vitest';
import { fromUsd } from '../../src/domain/money.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { createLedgerReader } from '../../src/spend/ledger-reader.ts';
import { priceHash } from '../../src/spend/price-book.ts';
import { processOwner } from '../../src/spend/process-owner.ts';
import { createSqliteLedger } from '../../src/spend/sqlite-ledger.ts';
import { createSqliteReports } from '../../src/spend/sqlite-reports.ts';
import { ledgerContract } from '../contracts/ledger.contract.ts';
import { createFakeClock } from '../support/fake-clock.ts';
import {
  ATTRIBUTES,
  attemptClosing,
  attemptOpening,
  budgetOf,
  callClosing,
  callOpening,
  NOON,
} from '../support/ledger-facts.ts';
import { openTestDatabase } from '../support/open-test-database.ts';

/** No process has a pid beyond this. */
const DEAD = { ...processOwner(), pid: 2 ** 30, startedAt: 1 };
const self = processOwner();

ledgerContract('SQLite', async ({ budgets, clock, simulated = false }) => {
  const database = await openTestDatabase();
  const ledger = createSqliteLedger({ database, budgets, clock, simulated });
  return {
    ledger,
    reports: createSqliteReports({ database, budgets: ledger.budgets, baselineModel: 'big-1' }),
    another: (other) =>
      createSqliteLedger({ database, budgets: other.budgets, clock, simulated, owner: other.dies ? DEAD : self }),
  };
});

describe('rows of the ledger', () => {
  async function openLedger() {
    const database = await openTestDatabase();
    const clock = createFakeClock(NOON);
    return {
      database,
      ledger: createSqliteLedger({ database, budgets: [budgetOf('all/month', 10)], clock, simulated: false }),
    };
  }

  it('tell who asked, what was decided, what was used, at which price of which day', async () => {
    const { database, ledger } = await openLedger();
    const call = callOpening('a', { attribution: { surface: 'mcp', client: 'claude-code', tags: ['x'] } });
    ledger.reserve(call, attemptOpening('a'), ATTRIBUTES);
    ledger.settle(attemptClosing('a', 0.00018, { generationId: 'gen-1' }));
    ledger.finish(call, callClosing('a', 0.00018, { baselineCost: fromUsd(0.006), saved: fromUsd(0.00582) }));
    const found = createLedgerReader(database.sqlite).find('call_a');
    expect(found).toMatchObject({
      reason: 'coding goes to small-1',
      decision: '{"candidates":[]}',
      call: {
        status: 'complete',
        client: 'claude-code',
        tags: '["x"]',
        cost: 180_000,
        saved: 5_820_000,
        duration_ms: 14,
      },
      attempts: [
        {
          call_id: 'call_a',
          id: 'attempt_a_1',
          result: 'answered',
          input_tokens: 1_000,
          charged: 180_000,
          cost_source: 'computed',
          raw_usage: '{"prompt_tokens":1000,"completion_tokens":200}',
          generation_id: 'gen-1',
          duration_ms: 12,
        },
      ],
    });
    const price = database.sqlite.prepare('SELECT source, as_of, content, hash FROM prices WHERE id = ?');
    const used = price.get(found?.attempts[0]?.['price_id']) as { content: string; hash: string };
    expect(used).toMatchObject({ source: 'profile', as_of: '2026-11-01', hash: priceHash(used.content) });
  });

  it('share the rows of prices, and leave nothing in flight behind', async () => {
    const { database, ledger } = await openLedger();
    for (const name of ['a', 'b', 'c']) {
      // A catalogue that was loaded again has equal prices in other objects.
      const price = structuredClone(attemptOpening(name).price);
      ledger.reserve(callOpening(name), attemptOpening(name, { price }), ATTRIBUTES);
      ledger.settle(attemptClosing(name, 0.1));
      ledger.finish(callOpening(name), callClosing(name, 0.1));
    }
    const count = (table: string) => database.sqlite.prepare(`SELECT count(*) FROM ${table}`).pluck().get();
    expect(['prices', 'in_flight', 'owners', 'attempts'].map(count)).toEqual([2, 0, 1, 3]);
  });

  it('cannot break the rules of the ledger: the database refuses them', async () => {
    const { database, ledger } = await openLedger();
    const settleWith = (name: string, parts: Parameters<typeof attemptClosing>[2]) => {
      ledger.reserve(callOpening(name), attemptOpening(name), ATTRIBUTES);
      return () => ledger.settle(attemptClosing(name, 1, parts));
    };
    const usage = attemptClosing('x', 1).usage;
    if (!usage) throw new Error('no usage');
    const refused = expect.objectContaining({ code: 'internal' });
    expect(settleWith('a', { usage: { ...usage, cacheReadTokens: 1 } })).toThrow(refused);
    expect(settleWith('b', { usage: { ...usage, reasoningTokens: 201 } })).toThrow(refused);
    expect(settleWith('c', { cost: { amount: null, source: 'computed' } })).toThrow(refused);
    expect(settleWith('d', { cost: { amount: fromUsd(0), source: 'unknown' } })).toThrow(refused);
    expect(database.sqlite.prepare("SELECT count(*) FROM attempts WHERE result = 'running'").pluck().get()).toBe(4);
    expect(ledger.budgets()).toMatchObject([{ spent: 0, held: fromUsd(4) }]);
  });

  it('count a budget once that is configured twice, by its smaller limit', async () => {
    const database = await openTestDatabase();
    const budgets = [budgetOf('all/month', 10), budgetOf('all/month', 5)];
    const ledger = createSqliteLedger({ database, budgets, clock: systemClock, simulated: false });
    expect(ledger.budgets()).toMatchObject([{ left: fromUsd(5) }]);
  });
});
