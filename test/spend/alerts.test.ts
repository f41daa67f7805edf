import { describe, expect, it } from 'vitest';
import type { Alert, AlertNotice, OpenAlert } from '../../src/domain/alert.ts';
import { fromUsd, nano } from '../../src/domain/money.ts';
import { createAlertBook } from '../../src/spend/alert-book.ts';
import type { ModelDay, RecentCalls } from '../../src/spend/alert-facts.ts';
import { budgetAlerts } from '../../src/spend/budget-alerts.ts';
import { priceDriftAlerts, unknownPriceAlerts } from '../../src/spend/price-alerts.ts';
import { quotaAlerts } from '../../src/spend/quota-alerts.ts';
import { cacheAlerts, errorRateAlerts, latencyAlerts } from '../../src/spend/service-alerts.ts';
import { hostingAlerts, spendSpikeAlerts } from '../../src/spend/spend-alerts.ts';
import { createSqliteLedger } from '../../src/spend/sqlite-ledger.ts';
import { createFakeClock } from '../support/fake-clock.ts';
import { ATTRIBUTES, attemptClosing, attemptOpening, budgetOf, callOpening, NOON } from '../support/ledger-facts.ts';
import { openTestDatabase } from '../support/open-test-database.ts';

const alert = (parts: Partial<Alert> = {}): Alert => ({
  kind: 'unknown_price',
  subject: 'acme/new-1',
  period: 0,
  level: 'warning',
  message: 'acme/new-1 has no known price.',
  ...parts,
});
const EVERYTHING = () => true;
const events = (notices: readonly AlertNotice[]) => notices.map((each) => `${each.event} ${each.alert.level}`);

async function openBooks(count: number) {
  const database = await openTestDatabase();
  const clock = createFakeClock(NOON);
  const open = (simulated: boolean) => createAlertBook({ database, now: clock.now, simulated });
  return { clock, books: Array.from({ length: count }, () => open(false)), sandbox: open(true) };
}

describe('the book of alerts (MON-05)', () => {
  it('has each told once a period by whoever comes first, and again for a higher level', async () => {
    const { books } = await openBooks(2);
    const [here, there] = books as [(typeof books)[0], (typeof books)[0]];
    const day = alert({ kind: 'budget', subject: 'all/day', period: 100 });
    expect(events(here.reconcile([day], EVERYTHING))).toEqual(['raised warning']);
    expect(there.reconcile([day], EVERYTHING)).toEqual([]);
    expect(events(there.reconcile([{ ...day, level: 'critical' }], EVERYTHING))).toEqual(['raised critical']);
    expect(here.reconcile([day], EVERYTHING)).toEqual([]);
    expect(there.open()).toMatchObject([{ period: 100, level: 'critical', raisedAt: NOON }]);
  });

  it('tells in the next period again what goes on, and does not call the last one over', async () => {
    const { books } = await openBooks(1);
    const day = alert({ kind: 'budget', period: 100 });
    books[0]?.reconcile([day], EVERYTHING);
    expect(events(books[0]?.reconcile([{ ...day, period: 200 }], EVERYTHING) ?? [])).toEqual(['raised warning']);
    expect(books[0]?.open()).toMatchObject([{ period: 200 }]);
  });

  it('ends what is over, tells what lasts again when it comes back, and what has a period only once in it', async () => {
    const { books } = await openBooks(1);
    const book = books[0] as (typeof books)[0];
    const ofDay = alert({ kind: 'price_drift', period: 5 });
    book.reconcile([alert(), ofDay], EVERYTHING);
    expect(events(book.reconcile([], EVERYTHING))).toEqual(['cleared warning', 'cleared warning']);
    expect([book.open(), book.reconcile([], EVERYTHING)]).toEqual([[], []]);
    expect(events(book.reconcile([alert(), ofDay], EVERYTHING))).toEqual(['raised warning']);
    expect(book.open()).toHaveLength(2);
    expect(book.latest(1)).toMatchObject([{ clearedAt: null }]);
  });

  it('leaves alone what this process cannot judge, and what belongs to the sandbox', async () => {
    const { books, sandbox } = await openBooks(1);
    const book = books[0] as (typeof books)[0];
    book.reconcile([alert({ kind: 'provider_down' })], EVERYTHING);
    expect(events(sandbox.reconcile([alert({ kind: 'provider_down' })], EVERYTHING))).toEqual(['raised warning']);
    expect(book.reconcile([], (open: OpenAlert) => open.kind !== 'provider_down')).toEqual([]);
    expect(events(sandbox.reconcile([], EVERYTHING))).toEqual(['cleared warning']);
    expect([book.open().length, sandbox.open().length]).toEqual([1, 0]);
  });

  it('keeps nothing of an alert whose telling could not be kept', async () => {
    const { books } = await openBooks(1);
    const refuse = () => {
      throw new Error('the disk is full');
    };
    expect(() => books[0]?.reconcile([alert()], EVERYTHING, refuse)).toThrow('disk is full');
    expect(books[0]?.open()).toEqual([]);
  });
});

describe('alerts of budgets (CST-04)', () => {
  it.each([
    ['budget', 50, 0.8, 0.95, 40, 47.5],
    ['balanced', 200, 0.75, 0.9, 150, 180],
    ['premium', 1000, 0.7, 0.85, 700, 850],
  ])(
    'of profile %s ($%d) come at its thresholds, to the cent, and not a cent before',
    async (_, limit, warning, critical, ...at) => {
      const database = await openTestDatabase();
      const clock = createFakeClock(NOON);
      const budgets = [budgetOf('all/month', limit, { thresholds: { warning, critical } })];
      const ledger = createSqliteLedger({ database, budgets, clock, simulated: false });
      const book = createAlertBook({ database, now: clock.now, simulated: false });
      let spent = 0;
      const spendUpTo = (usd: number) => {
        const [name, amount] = [`at-${usd}`, Number((usd - spent).toFixed(2))];
        spent = usd;
        ledger.reserve(callOpening(name), attemptOpening(name, { hold: fromUsd(amount) }), ATTRIBUTES);
        ledger.settle(attemptClosing(name, amount));
        // Whoever looks twice is told once.
        return [1, 2].flatMap(() => events(book.reconcile(budgetAlerts(ledger.budgets()), EVERYTHING)));
      };
      const [first = 0, second = 0] = at;
      const steps = [first - 0.01, first, second - 0.01, second, limit - 0.01, limit];
      expect(steps.map(spendUpTo)).toEqual([[], ['raised warning'], [], ['raised critical'], [], ['raised exhausted']]);
      clock.advance(10 * 86_400_000);
      expect(events(book.reconcile(budgetAlerts(ledger.budgets()), EVERYTHING))).toEqual(['cleared exhausted']);
    },
  );
});

const DAY = 1_000;
const model = (parts: Partial<ModelDay>): ModelDay => ({
  provider: 'acme',
  model: 'small-1',
  unknown: 0,
  reported: { attempts: 0, cost: nano(0), computed: nano(0) },
  ...parts,
});
const reported = (attempts: number, cost: number, computed: number) => ({
  reported: { attempts, cost: fromUsd(cost), computed: fromUsd(computed) },
});

describe('alerts of prices (CST-17)', () => {
  it('tell of models without a price that were called, and not of attempts whose process died', () => {
    const hasPrice = (_: string, name: string) => name === 'priced';
    const models = [model({ unknown: 2 }), model({ model: 'priced', unknown: 1 }), model({ model: 'unused' })];
    expect(unknownPriceAlerts(models, hasPrice, DAY)).toMatchObject([{ subject: 'acme/small-1', period: DAY }]);
  });

  it('tell where the provider charges more or less than our price, beyond the tolerance', () => {
    const drift = (...figures: Parameters<typeof reported>) =>
      priceDriftAlerts([model(reported(...figures))], 0.1, DAY).map(({ message }) => message);
    expect([drift(5, 1.1, 1), drift(2, 9, 1), drift(5, 0, 0)]).toEqual([[], [], []]);
    expect(drift(5, 1.2, 1)[0]).toContain('20 % more than our price says ($1.00)');
    expect(drift(5, 0.5, 1)[0]).toContain('50 % less');
    expect(drift(3, 0.5, 0)[0]).toContain('although our price says free');
  });
});

describe('alerts of spending', () => {
  const rule = { factor: 5, least: fromUsd(1) };
  const week = Array.from({ length: 20 }, () => fromUsd(0.5));

  it('tell of an hour that costs many times what an hour of work does', () => {
    expect(spendSpikeAlerts(week, fromUsd(2.4), rule, DAY)).toEqual([]);
    expect(spendSpikeAlerts(week, fromUsd(3), rule, DAY)).toMatchObject([
      { kind: 'spend_spike', message: expect.stringContaining('$3.00 were spent this hour, 6.0 times') },
    ]);
  });

  it('know no spike without a custom, and none of pennies', () => {
    expect(spendSpikeAlerts(week.slice(0, 5), fromUsd(50), rule, DAY)).toEqual([]);
    expect(
      spendSpikeAlerts(
        week.map(() => fromUsd(0.01)),
        fromUsd(0.9),
        rule,
        DAY,
      ),
    ).toEqual([]);
  });

  it('tell of hosting beyond $40 a month, whatever it is that is paid', () => {
    const lines = [
      { account: 'gpu', amount: fromUsd(30) },
      { account: 'copilot', amount: fromUsd(10) },
    ];
    expect(hostingAlerts(lines, fromUsd(40), DAY)).toEqual([]);
    expect(hostingAlerts([...lines, { account: 'x', amount: nano(1) }], fromUsd(40), DAY)).toMatchObject([
      { kind: 'hosting_cost', message: expect.stringContaining('gpu $30.00, copilot $10.00') },
    ]);
    expect(hostingAlerts(lines, nano(0), DAY)).toEqual([]);
  });
});

describe('alerts of the service', () => {
  const rates = { api: 0.01, timeout: 0.005, quality: 0.05 };
  const recent = (
    attempts: number,
    failures: Record<string, number>,
    parts: Partial<RecentCalls> = {},
  ): RecentCalls => ({
    attempts,
    failures: new Map(Object.entries(failures)),
    durations: [],
    cacheHits: 0,
    cacheAsked: 0,
    ...parts,
  });
  const told = (calls: RecentCalls) => errorRateAlerts(calls, rates, DAY).map(({ subject }) => subject);

  it('tell of each kind of error at its own rate: 1 %, 0.5 %, 5 %', () => {
    expect(told(recent(300, { server_error: 2, connection: 1 }))).toEqual([]);
    expect(told(recent(299, { server_error: 2, connection: 1 }))).toEqual(['api']);
    expect(told(recent(600, { timeout_idle: 3 }))).toEqual([]);
    expect(told(recent(599, { timeout_idle: 3 }))).toEqual(['timeout']);
    expect(told(recent(100, { invalid_answer: 4, empty_answer: 1 }))).toEqual([]);
    expect(told(recent(100, { invalid_answer: 4, check_failed: 2 }))).toEqual(['quality']);
  });

  it('make nothing of a handful, nor of what the caller did wrong', () => {
    expect(told(recent(19, { server_error: 19 }))).toEqual([]);
    expect(told(recent(100, { server_error: 2 }))).toEqual([]);
    expect(told(recent(100, { bad_request: 50, cancelled: 20, content_refused: 9 }))).toEqual([]);
  });

  it('tell of slow calls and of a cold cache only where somebody asked for it', () => {
    const slow = recent(20, {}, { durations: [...Array.from({ length: 18 }, () => 100), 9_000, 9_000] });
    expect([latencyAlerts(slow, null, DAY).length, latencyAlerts(slow, 5_000, DAY).length]).toEqual([0, 1]);
    expect(latencyAlerts(slow, 9_000, DAY)).toEqual([]);
    const cold = recent(40, {}, { cacheHits: 27, cacheAsked: 40 });
    expect([cacheAlerts(cold, null, DAY).length, cacheAlerts(cold, 0.7, DAY).length]).toEqual([0, 1]);
    expect(cacheAlerts({ ...cold, cacheHits: 28 }, 0.7, DAY)).toEqual([]);
  });
});

describe('alerts of free quotas', () => {
  it('come when four fifths are used, and when all is', () => {
    const quota = { requestsPerDay: 100, tokensPerDay: 1_000, timeZone: 'UTC', thenPaid: true, shared: true };
    const state = (requests: number, tokens: number) =>
      quotaAlerts([{ id: 'groq', quota, left: { requests, tokens, resetsAt: NOON } }]).map(({ level }) => level);
    expect([state(21, 1_000), state(20, 1_000), state(100, 150), state(0, 900), state(50, 0)]).toEqual([
      [],
      ['warning'],
      ['warning'],
      ['exhausted'],
      ['exhausted'],
    ]);
  });
});
