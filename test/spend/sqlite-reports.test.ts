import { beforeEach, describe, expect, it } from 'vitest';
import { fromUsd, nano } from '../../src/domain/money.ts';
import { costOf } from '../../src/domain/price.ts';
import { normalizeUsage } from '../../src/domain/usage.ts';
import type { AttemptClosing, CallClosing, CallOpening, Ledger } from '../../src/spend/ledger.ts';
import { REPORT_GROUPS, type ReportQuery, type Reports } from '../../src/spend/reports.ts';
import { createSqliteLedger } from '../../src/spend/sqlite-ledger.ts';
import { createSqliteReports } from '../../src/spend/sqlite-reports.ts';
import type { Database } from '../../src/storage/database.ts';
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
import { createSeededRandom } from '../support/seeded-random.ts';

const DAY = 86_400_000;
const EVER: ReportQuery = { since: 0, until: Date.UTC(2100, 0, 1), groupBy: 'model', simulated: false };

let database: Database;
let ledger: Ledger;
let reports: Reports;

beforeEach(async () => {
  database = await openTestDatabase();
  ledger = createSqliteLedger({
    database,
    budgets: [budgetOf('all/month', 50)],
    clock: createFakeClock(NOON),
    simulated: false,
  });
  reports = createSqliteReports({ database, budgets: ledger.budgets, baselineModel: 'default-1' });
});

interface Entry {
  readonly call?: Partial<CallOpening>;
  readonly closing?: Partial<CallClosing>;
  /** One for each attempt. */
  readonly attempts: readonly (Partial<AttemptClosing> & { readonly model?: string; readonly usd: number })[];
}

function book(name: string, { call, closing, attempts }: Entry): void {
  const opening = callOpening(name, call);
  let total = 0;
  for (const [index, { model = 'small-1', usd, ...parts }] of attempts.entries()) {
    const attempt = attemptOpening(name, { number: index + 1, model, provider: model === 'big-1' ? 'grand' : 'acme' });
    ledger.reserve(opening, attempt, ATTRIBUTES);
    ledger.settle(attemptClosing(name, usd, { ...parts, id: attempt.id }));
    total += usd;
  }
  ledger.finish(opening, callClosing(name, total, closing));
}

const saving = (usd: number, cost: number) => ({ baselineCost: fromUsd(usd), saved: fromUsd(usd - cost) });

describe('a report', () => {
  it('says of an empty period that there is nothing', async () => {
    const report = await reports.report(EVER);
    expect(report).toMatchObject({
      since: '1970-01-01T00:00:00.000Z',
      until: '2100-01-01T00:00:00.000Z',
      groups: [],
      totals: { calls: 0, attempts: 0, cost: 0, saved: 0 },
      savings: { baselineModel: 'default-1', saved: 0, share: null, comparedCalls: 0, notComparedCalls: 0 },
      budgets: [{ budget: { id: 'all/month' } }],
      otherKindCalls: 0,
    });
  });

  it('groups attempts by their model, and counts a call where its last attempt went', async () => {
    book('a', {
      closing: saving(6, 1.25),
      attempts: [
        { usd: 0.25, model: 'big-1', result: 'failed' },
        { usd: 1, model: 'small-1' },
      ],
    });
    book('b', { closing: saving(6, 2), attempts: [{ usd: 2, model: 'big-1' }] });
    const { groups, totals } = await reports.report(EVER);
    const line = {
      calls: 1,
      failedAttempts: 0,
      cacheHits: 0,
      cachedInputTokens: 0,
      unknownCostAttempts: 0,
      estimatedAttempts: 0,
      baselineCost: fromUsd(6),
      reported: { attempts: 0, cost: 0, computed: 0 },
    };
    expect(groups).toEqual([
      {
        ...line,
        group: 'big-1',
        attempts: 2,
        failedAttempts: 1,
        inputTokens: 2_000,
        outputTokens: 400,
        cost: fromUsd(2.25),
        saved: fromUsd(4),
      },
      {
        ...line,
        group: 'small-1',
        attempts: 1,
        inputTokens: 1_000,
        outputTokens: 200,
        cost: fromUsd(1),
        saved: fromUsd(4.75),
      },
    ]);
    expect(totals).toMatchObject({ group: null, calls: 2, attempts: 3, cost: fromUsd(3.25), saved: fromUsd(8.75) });
  });

  it('groups by day in UTC, oldest first, by when the call began', async () => {
    book('late', { call: { startedAt: Date.UTC(2026, 10, 22, 0) }, attempts: [{ usd: 1 }] });
    book('early', { call: { startedAt: Date.UTC(2026, 10, 21, 23, 59, 59, 999) }, attempts: [{ usd: 2 }] });
    const { groups } = await reports.report({ ...EVER, groupBy: 'day' });
    expect(groups.map(({ group, cost }) => [group, cost])).toEqual([
      ['2026-11-21', fromUsd(2)],
      ['2026-11-22', fromUsd(1)],
    ]);
  });

  it('groups by who asked and what for, with those who did not say as null', async () => {
    const attribution = { surface: 'mcp', client: 'claude-code', project: 'web', role: 'qa', runId: 'r1' } as const;
    book('a', { call: { attribution, task: 'research' }, attempts: [{ usd: 2 }] });
    book('b', { attempts: [{ usd: 1 }] });
    const groupsBy = async (groupBy: ReportQuery['groupBy']) => {
      return (await reports.report({ ...EVER, groupBy })).groups.map(({ group }) => group);
    };
    expect(await groupsBy('client')).toEqual(['claude-code', null]);
    expect(await groupsBy('project')).toEqual(['web', null]);
    expect(await groupsBy('role')).toEqual(['qa', null]);
    expect(await groupsBy('run')).toEqual(['r1', null]);
    expect(await groupsBy('task')).toEqual(['research', 'coding']);
    expect(await groupsBy('provider')).toEqual(['acme']);
    expect((await reports.report({ ...EVER, runId: 'r1' })).totals).toMatchObject({ calls: 1, cost: fromUsd(2) });
  });

  it('takes the period from its first moment to just before its last', async () => {
    for (const [name, at] of [
      ['before', -1],
      ['first', 0],
      ['last', DAY - 1],
      ['after', DAY],
    ] as const) {
      book(name, { call: { startedAt: NOON + at }, attempts: [{ usd: 1 }] });
    }
    const { totals } = await reports.report({ ...EVER, since: NOON, until: NOON + DAY });
    expect(totals).toMatchObject({ calls: 2, attempts: 2, cost: fromUsd(2) });
  });

  it('never mixes simulated calls with real ones, and says how many of the others there are', async () => {
    book('real', { attempts: [{ usd: 1 }] });
    for (const name of ['x', 'y']) book(name, { call: { simulated: true }, attempts: [{ usd: 7 }] });
    expect(await reports.report(EVER)).toMatchObject({ totals: { calls: 1, cost: fromUsd(1) }, otherKindCalls: 2 });
    expect(await reports.report({ ...EVER, simulated: true })).toMatchObject({
      totals: { calls: 2 },
      otherKindCalls: 1,
    });
  });

  it('counts costs that are unknown or estimated, and tokens that were cached', async () => {
    const usage = normalizeUsage({ inputTokens: 1_000, cacheReadTokens: 600, outputTokens: 10 });
    book('a', { attempts: [{ usd: 0, cost: { amount: null, source: 'unknown' }, usage }] });
    book('b', { attempts: [{ usd: 1, cost: { amount: fromUsd(1), source: 'estimated' }, usage }] });
    expect((await reports.report(EVER)).totals).toMatchObject({
      cost: fromUsd(1),
      unknownCostAttempts: 1,
      estimatedAttempts: 1,
      inputTokens: 2_000,
      cachedInputTokens: 1_200,
    });
  });
});

describe('savings in a report (CST-07)', () => {
  it('compare only calls whose cost and baseline are known, and say how', async () => {
    book('a', { closing: saving(6, 0.18), attempts: [{ usd: 0.18 }] });
    book('b', { attempts: [{ usd: 1 }] });
    const { savings } = await reports.report(EVER);
    expect(savings).toEqual({
      baselineModel: 'big-1',
      saved: fromUsd(5.82),
      overhead: 0,
      fixed: 0,
      share: 0.97,
      comparedCalls: 1,
      notComparedCalls: 1,
      method: expect.stringMatching(/big-1.*estimate/),
    });
  });

  it('are repriced against another baseline when one is given, to the nano-dollar', async () => {
    const usage = normalizeUsage({ inputTokens: 1_001, outputTokens: 203 });
    book('a', {
      attempts: [
        { usd: 0, result: 'failed', usage: null },
        { usd: 0.0001, usage },
      ],
    });
    book('failed', { closing: { status: 'failed' }, attempts: [{ usd: 0.1, result: 'failed' }] });
    const rates = { ...CHEAP.rates, input: 230_000_001, output: 700_000_003 };
    const report = await reports.report({
      ...EVER,
      baseline: { model: 'other-1', inputRate: rates.input, outputRate: rates.output },
    });
    const baselineCost = costOf({ ...CHEAP, rates }, usage);
    expect(report.totals).toMatchObject({ baselineCost, saved: baselineCost - 100_000 });
    expect(report.savings).toMatchObject({ baselineModel: 'other-1', comparedCalls: 1, notComparedCalls: 1 });
  });
});

describe('sums in a report (CST-01, CST-02)', () => {
  it('equal the sum of the log after 1,000 random calls, in every grouping', async () => {
    const random = createSeededRandom(7);
    const pick = <T>(items: readonly T[]) => items[Math.floor(random.next() * items.length)] as T;
    let cost = 0;
    database.sqlite.exec('BEGIN');
    for (let i = 0; i < 1_000; i++) {
      const usd = Math.floor(random.next() * 40_000_000) / 1e9;
      const role = pick(['qa', 'dev', undefined]);
      const attribution = role === undefined ? ({ surface: 'mcp' } as const) : ({ surface: 'mcp', role } as const);
      const startedAt = NOON + Math.floor(random.next() * 5 * DAY);
      const attempts = [{ usd, model: pick(['small-1', 'big-1']), result: pick(['answered', 'failed'] as const) }];
      book(`${i}`, { call: { attribution, startedAt, task: pick(['coding', 'general'] as const) }, attempts });
      cost += fromUsd(usd);
    }
    database.sqlite.exec('COMMIT');
    // An optimisation has only the calls for which it did something.
    for (const groupBy of REPORT_GROUPS.filter((group) => group !== 'optimisation')) {
      const { totals, groups } = await reports.report({ ...EVER, groupBy });
      expect(totals).toMatchObject({ calls: 1_000, attempts: 1_000, cost });
      expect(groups.reduce((sum, group) => sum + group.cost, 0)).toBe(cost);
    }
  });

  it('are refused rather than rounded where they are too large to be exact', async () => {
    const most = nano(Number.MAX_SAFE_INTEGER);
    ledger = createSqliteLedger({ database, budgets: [], clock: createFakeClock(NOON), simulated: false });
    const huge = { usd: 0, cost: { amount: most, source: 'provider' }, charge: most } as const;
    book('a', { attempts: [huge] });
    expect((await reports.report(EVER)).totals.cost).toBe(most);
    book('b', { attempts: [huge] });
    await expect(reports.report(EVER)).rejects.toMatchObject({ code: 'invalid_amount' });
  });
});
