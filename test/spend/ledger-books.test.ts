import { describe, expect, it } from 'vitest';
import { fromUsd, nano } from '../../src/domain/money.ts';
import { costOf } from '../../src/domain/price.ts';
import { normalizeUsage } from '../../src/domain/usage.ts';
import type { CallOpening } from '../../src/spend/ledger.ts';
import { createLedgerBooks } from '../../src/spend/ledger-books.ts';
import { createSqliteLedger } from '../../src/spend/sqlite-ledger.ts';
import { createSqliteReports } from '../../src/spend/sqlite-reports.ts';
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

const DAY = 86_400_000;
const EVER = { since: 0, until: Date.UTC(2100, 0, 1), groupBy: 'model', simulated: false } as const;

async function openBooks(
  retention: { rows: number | null; decisions: number | null } = { rows: null, decisions: null },
) {
  const database = await openTestDatabase();
  const clock = createFakeClock(NOON);
  const budgets = [budgetOf('all/month', 100), budgetOf('task:coding/day', 50), budgetOf('tag:x/total', 90)];
  const ledger = createSqliteLedger({ database, budgets, clock, simulated: false });
  const books = createLedgerBooks({ database, budgets, retention, clock });
  const reports = createSqliteReports({ database, budgets: ledger.budgets, baselineModel: 'big-1' });

  /** A call whose figures are those of its usage and price, as the pipeline would book it. */
  function book(name: string, parts: Partial<CallOpening> = {}, failedFirst = false): void {
    const call = callOpening(name, { attribution: { surface: 'mcp', runId: 'r1', tags: ['x', 'y'] }, ...parts });
    const usage = normalizeUsage({ inputTokens: 1_000 + name.length, outputTokens: 321, cacheReadTokens: 100 });
    const cost = costOf(CHEAP, usage);
    const { tags = [], runId = null } = call.attribution;
    const attributes = { ...ATTRIBUTES, task: call.task, tags, run: runId };
    for (let number = failedFirst ? 1 : 2; number <= 2; number++) {
      const attempt = attemptOpening(name, { number: failedFirst ? number : 1, startedAt: call.startedAt });
      ledger.reserve(call, attempt, attributes);
      const failed = number === 1;
      ledger.settle(
        attemptClosing(name, 0, {
          id: attempt.id,
          result: failed ? 'failed' : 'answered',
          failure: failed ? 'server_error' : null,
          usage: failed ? null : usage,
          rawUsage: failed ? null : `{"prompt_tokens":${usage.inputTokens},"completion_tokens":321}`,
          cost: { amount: failed ? nano(0) : cost, source: 'computed' },
          charge: failed ? nano(0) : cost,
        }),
      );
    }
    const baselineCost = fromUsd(0.01);
    ledger.finish(
      call,
      callClosing(name, 0, {
        cost: { amount: cost, source: 'computed' },
        baselineCost,
        saved: nano(baselineCost - cost),
      }),
    );
  }
  return { database, clock, ledger, books, reports, book };
}

describe('the audit of the ledger', () => {
  it('finds nothing wrong in what the ledger wrote, also with months closed', async () => {
    const { books, book, clock } = await openBooks();
    book('a', {}, true);
    book('b', { startedAt: NOON - 40 * DAY, task: 'general' });
    book('c', { startedAt: NOON - 41 * DAY, simulated: true, purpose: 'judge' });
    book('d', { attribution: { surface: 'cli' } });
    expect(books.verify()).toMatchObject({ calls: 4, attempts: 5, prices: 2, days: 3, problems: [] });
    clock.advance(70 * DAY);
    books.maintain();
    expect(books.verify().problems).toEqual([]);
    book('late', { startedAt: NOON - 40 * DAY });
    expect(books.verify().problems).toEqual([]);
  });

  it.each([
    ['a cost', 'UPDATE attempt_rows SET cost = cost + 1', /Attempt 1 of call 1 is booked at/],
    ['a call', 'UPDATE call_rows SET cost = cost + 1', /Call 1 is booked at/],
    ['tokens', 'UPDATE attempt_rows SET output_tokens = 400', /usage × price/],
    [
      'a price',
      "UPDATE prices SET content = replace(content, '150000000', '150000001')",
      /not what its hash was made of/,
    ],
    ['an hour', 'UPDATE rollup_hours SET output = output + 1', /has .* as output; the rows add up to/],
    ['a day', 'UPDATE rollup_days SET calls = 0', /The day .* has 0 as calls/],
    ['a budget', 'UPDATE budget_windows SET spent = spent - 1', /Budget all\/month has .* as spent/],
    ['a hold', 'UPDATE budget_windows SET held = 5', /holds 5; what is in flight holds 0/],
  ])('finds %s that was changed by one', async (_what, change, problem) => {
    const { books, book, database } = await openBooks();
    book('a');
    database.sqlite.exec(change);
    expect(books.verify().problems.join('\n')).toMatch(problem);
  });

  it('finds a closed month whose sums were changed', async () => {
    const { books, book, database, clock } = await openBooks();
    book('a');
    clock.advance(60 * DAY);
    books.maintain();
    database.sqlite.exec('UPDATE rollup_day_totals SET cost = cost + 1');
    expect(books.verify().problems).toEqual([expect.stringMatching(/closed month 682/)]);
  });
});

describe('retention', () => {
  it('gives up rows and decisions by age, and no report changes', async () => {
    const { books, book, reports, database, clock } = await openBooks({ rows: 30, decisions: 10 });
    for (let i = 59; i >= 0; i--) book(`c${i}`, { startedAt: NOON - i * DAY, ...(i % 3 === 0 && { task: 'general' }) });
    const groups = ['model', 'task', 'day', 'run', 'tag'] as const;
    const period = { ...EVER, since: NOON - 45 * DAY };
    const before = await Promise.all(groups.map((groupBy) => reports.report({ ...EVER, groupBy })));
    const partly = (await reports.report(period)).totals;
    expect(books.maintain()).toMatchObject({ calls: 29, decisions: 20 });
    expect(await Promise.all(groups.map((groupBy) => reports.report({ ...EVER, groupBy })))).toEqual(before);
    expect(books.verify()).toMatchObject({ calls: 31, problems: [] });
    // The rows of its first hour are gone: the period is told in whole hours.
    const widened = await reports.report({ ...period, since: period.since + 1 });
    expect(widened).toMatchObject({ since: new Date(period.since).toISOString(), totals: partly });
    expect(database.sqlite.prepare('SELECT count(*) FROM decisions').pluck().get()).toBe(11);
    clock.advance(100 * DAY);
    expect(books.maintain()).toMatchObject({ calls: 31 });
    expect(await Promise.all(groups.map((groupBy) => reports.report({ ...EVER, groupBy })))).toEqual(
      before.map((report) => ({ ...report, budgets: expect.anything() })),
    );
    // Numbers of calls are never used again.
    book('next', { startedAt: clock.now() });
    expect(books.verify().problems).toEqual([]);
  });
});

describe('export and import', () => {
  it('lose nothing: an import into an empty ledger exports the same again', async () => {
    const here = await openBooks();
    here.book('a', {}, true);
    here.book('b', { startedAt: NOON - 40 * DAY, simulated: true, purpose: 'judge' });
    here.ledger.finish(callOpening('c'), callClosing('c', 0, { status: 'failed', errorCode: 'no_candidate' }));
    const there = await openBooks();
    const lines = [...here.books.export()];
    expect(there.books.import(lines)).toEqual({ added: 3, skipped: 0 });
    expect([...there.books.export()]).toEqual(lines);
    expect(there.books.verify()).toMatchObject({ calls: 3, attempts: 3, problems: [] });
    for (const groupBy of ['model', 'tag', 'run', 'day'] as const) {
      const of = async (reports: typeof here.reports) => (await reports.report({ ...EVER, groupBy })).groups;
      expect(await of(there.reports)).toEqual(await of(here.reports));
    }
    expect(there.ledger.budgets().map(({ spent }) => spent)).toEqual(here.ledger.budgets().map(({ spent }) => spent));
    expect(there.books.import(lines)).toEqual({ added: 0, skipped: 3 });
  });

  it('import nothing where a line is broken, and name it', async () => {
    const { books, book } = await openBooks();
    book('a');
    const lines = [...books.export()];
    const there = await openBooks();
    const broken = (line: string) => () => there.books.import([...lines, line]);
    const error = (text: RegExp) =>
      expect.objectContaining({ code: 'invalid_request', message: expect.stringMatching(text) });
    expect(broken('{"type":"call"')).toThrow(error(new RegExp(`Line ${lines.length + 1} `)));
    expect(broken('{"type":"cat"}')).toThrow(error(/nobody knows the type "cat"/));
    expect(() => there.books.import(['{"type":"farebox-ledger","version":9}'])).toThrow(
      error(/Line 1 .*another version/),
    );
    const negative = lines.map((line) => line.replace(/"cost":\d+/g, '"cost":-5'));
    expect(() => there.books.import(negative)).toThrow(error(/CHECK/));
    expect(there.books.verify()).toMatchObject({ calls: 0, attempts: 0 });
  });

  it('wait until nothing is in flight', async () => {
    const { books, ledger } = await openBooks();
    ledger.reserve(callOpening('a'), attemptOpening('a'), ATTRIBUTES);
    expect(() => books.import([])).toThrow(expect.objectContaining({ code: 'invalid_request' }));
  });
});
