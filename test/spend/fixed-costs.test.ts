import { beforeEach, describe, expect, it } from 'vitest';
import { type Deployment, toDeploymentId } from '../../src/domain/deployment.ts';
import { fromUsd, nano } from '../../src/domain/money.ts';
import type { FixedCost, Price } from '../../src/domain/price.ts';
import { normalizeUsage } from '../../src/domain/usage.ts';
import type { Ledger } from '../../src/spend/ledger.ts';
import { createLedgerBooks } from '../../src/spend/ledger-books.ts';
import { createPriceRegister, type PriceRegister } from '../../src/spend/price-register.ts';
import type { Report, ReportQuery, Reports } from '../../src/spend/reports.ts';
import { settleCost } from '../../src/spend/settle-cost.ts';
import { createSqliteLedger } from '../../src/spend/sqlite-ledger.ts';
import { createSqliteReports } from '../../src/spend/sqlite-reports.ts';
import type { Database } from '../../src/storage/database.ts';
import { createFakeClock, type FakeClock } from '../support/fake-clock.ts';
import { fakeDeployment } from '../support/fake-engine.ts';
import {
  ATTRIBUTES,
  attemptClosing,
  attemptOpening,
  budgetOf,
  CHEAP,
  callClosing,
  callOpening,
} from '../support/ledger-facts.ts';
import { openTestDatabase } from '../support/open-test-database.ts';

const DAY = 86_400_000;
const NOVEMBER = Date.UTC(2026, 10, 1);
const DECEMBER = Date.UTC(2026, 11, 1);
const FREE_RATES = { input: 0, output: 0, cacheRead: null, cacheWrite5m: null, cacheWrite1h: null };

const priced = (fixed: FixedCost): Price => ({ ...CHEAP, rates: FREE_RATES, fixed });
const FLAT = priced({ kind: 'flat', monthly: fromUsd(20), account: 'copilot' });
const GPU = priced({ kind: 'gpu', hourly: fromUsd(3.5), idleTimeoutMs: 300_000, account: null });

let clock: FakeClock;
let database: Database;
let ledger: Ledger;
let reports: Reports;
let register: PriceRegister;

beforeEach(async () => {
  clock = createFakeClock(NOVEMBER);
  database = await openTestDatabase({ clock });
  ledger = createSqliteLedger({ database, budgets: [budgetOf('all/month', 1)], clock, simulated: false });
  reports = createSqliteReports({ database, budgets: ledger.budgets, baselineModel: 'big-1' });
  register = createPriceRegister(database, clock);
});

const offered = (model: string, price: Price | null): Deployment => ({
  ...fakeDeployment,
  id: toDeploymentId('acme', model),
  provider: 'acme',
  model,
  price,
});

let calls = 0;
function call(model: string, price: Price, startedAt: number, durationMs: number): void {
  const name = `c${calls++}`;
  const opening = callOpening(name, { startedAt });
  const attempt = attemptOpening(name, { model, price, startedAt, hold: nano(0) });
  expect(ledger.reserve(opening, attempt, ATTRIBUTES)).toBeNull();
  const cost = settleCost({ price, usage: null, reportedCost: null, estimated: false });
  expect(cost).toEqual({ amount: 0, source: 'computed' });
  ledger.settle(attemptClosing(name, 0, { id: attempt.id, cost, charge: nano(0), durationMs }));
  ledger.finish(opening, callClosing(name, 0));
}

async function fixed(
  since: number,
  until: number,
  more: Partial<ReportQuery> = {},
): Promise<NonNullable<Report['fixed']>> {
  const report = await reports.report({ since, until, groupBy: 'model', simulated: false, ...more });
  return report.fixed ?? { amount: nano(-1), lines: [] };
}

/** Has farebox running on each of these days. */
function seeDaily(days: number, deployments: readonly Deployment[]): void {
  for (let day = 0; day < days; day++) {
    register.see(deployments);
    clock.advance(DAY);
  }
}

describe('a subscription (UPS-09)', () => {
  it('costs nothing by call and its fee by month, which budgets do not count', async () => {
    seeDaily(30, [offered('copilot-x', FLAT)]);
    for (let i = 0; i < 4; i++) call('copilot-x', FLAT, NOVEMBER + i * DAY, 900);
    const report = await reports.report({ since: NOVEMBER, until: DECEMBER, groupBy: 'model', simulated: false });
    expect(report.totals).toMatchObject({ cost: 0, attempts: 4, unknownCostAttempts: 0, estimatedAttempts: 0 });
    expect(report.fixed).toEqual({
      amount: fromUsd(20),
      lines: [
        {
          account: 'copilot',
          kind: 'flat',
          rate: fromUsd(20),
          amount: fromUsd(20),
          days: 30,
          hours: 0,
          models: ['acme/copilot-x'],
          attempts: 4,
          perAttempt: fromUsd(5),
        },
      ],
    });
    expect(report.savings.saved).toBe(-fromUsd(20));
    expect(ledger.budgets()[0]?.spent).toBe(0);
  });

  it('is paid once where several models share it', async () => {
    seeDaily(30, [offered('copilot-x', FLAT), offered('copilot-y', FLAT)]);
    const { amount, lines } = await fixed(NOVEMBER, DECEMBER);
    expect([amount, lines[0]?.models]).toEqual([fromUsd(20), ['acme/copilot-x', 'acme/copilot-y']]);
  });

  it('is paid for the days on which it was configured, and the parts of a month add up', async () => {
    seeDaily(10, [offered('copilot-x', FLAT)]);
    seeDaily(20, [offered('copilot-x', CHEAP)]);
    const whole = await fixed(NOVEMBER, DECEMBER);
    expect(whole.amount).toBe(Math.ceil((fromUsd(20) * 10) / 30));
    let sum = 0;
    for (let day = NOVEMBER; day < DECEMBER; day += DAY) sum += (await fixed(day, day + DAY)).amount;
    expect(sum).toBe(whole.amount);
    const noon = NOVEMBER + 4.5 * DAY;
    expect((await fixed(NOVEMBER, noon)).amount + (await fixed(noon, DECEMBER)).amount).toBe(whole.amount);
  });

  it('belongs to no run, and to the sandbox only where that has it', async () => {
    seeDaily(3, [{ ...offered('copilot-x', FLAT), simulated: true }]);
    expect((await fixed(NOVEMBER, DECEMBER)).lines).toEqual([]);
    expect((await fixed(NOVEMBER, DECEMBER, { simulated: true })).lines).toHaveLength(1);
    const ofRun = await reports.report({ since: 0, until: DECEMBER, groupBy: 'model', simulated: true, runId: 'r' });
    expect(ofRun.fixed).toBeNull();
  });
});

describe('a machine by the hour (UPS-09)', () => {
  it('is paid while it answers and until it has been idle for its time, once for requests side by side', async () => {
    register.see([offered('gpu-x', GPU)]);
    call('gpu-x', GPU, NOVEMBER, 60_000);
    call('gpu-x', GPU, NOVEMBER + 30_000, 60_000);
    call('gpu-x', GPU, NOVEMBER + 3_600_000, 60_000);
    const { lines } = await fixed(NOVEMBER, DECEMBER);
    // 90 s and 60 s of work, and twice 300 s idle.
    expect(lines[0]).toMatchObject({ kind: 'gpu', account: 'acme/gpu-x', hours: 750 / 3600, attempts: 3 });
    expect(lines[0]?.amount).toBe(Math.ceil((390 * fromUsd(3.5)) / 3600) + Math.ceil((360 * fromUsd(3.5)) / 3600));
  });

  it('comes to 892.50 dollars for 255 hours', async () => {
    register.see([offered('gpu-x', GPU)]);
    const hours = 255 * 3_600_000 - 300_000;
    call('gpu-x', GPU, NOVEMBER, hours);
    expect((await fixed(NOVEMBER, DECEMBER)).amount).toBe(fromUsd(892.5));
  });

  it('does not run for what never reached it', async () => {
    register.see([offered('gpu-x', GPU)]);
    const attempt = attemptOpening('lost', { model: 'gpu-x', price: GPU, startedAt: NOVEMBER, hold: nano(0) });
    ledger.reserve(callOpening('lost', { startedAt: NOVEMBER }), attempt, ATTRIBUTES);
    ledger.settle(attemptClosing('lost', 0, { result: 'failed', failure: 'connection', usage: null }));
    expect((await fixed(NOVEMBER, DECEMBER)).lines).toEqual([]);
  });

  it('is the same after an export and an import', async () => {
    seeDaily(2, [offered('gpu-x', GPU), offered('copilot-x', FLAT)]);
    call('gpu-x', GPU, NOVEMBER, 60_000);
    const before = await fixed(NOVEMBER, DECEMBER);
    const parts = { budgets: [], retention: { rows: null, decisions: null }, clock };
    const lines = [...createLedgerBooks({ database, ...parts }).export()];
    const copy = await openTestDatabase({ clock });
    createLedgerBooks({ database: copy, ...parts }).import(lines);
    const copied = createSqliteReports({ database: copy, budgets: () => [], baselineModel: 'big-1' });
    const after = await copied.report({ since: NOVEMBER, until: DECEMBER, groupBy: 'model', simulated: false });
    expect(after.fixed).toEqual(before);
    expect(createPriceRegister(copy, clock).periods()).toEqual(register.periods());
  });
});

describe('a price that is removed while a call is in flight', () => {
  it('is still the one that the call is booked at', async () => {
    const usage = normalizeUsage({ inputTokens: 1_000_000, outputTokens: 200_000 });
    const attempt = attemptOpening('late', { price: CHEAP, startedAt: NOVEMBER, hold: fromUsd(0.5) });
    ledger.reserve(callOpening('late', { startedAt: NOVEMBER }), attempt, ATTRIBUTES);
    register.see([offered('small-1', CHEAP)]);
    // As after a reload whose configuration knows neither the model nor its price.
    register.see([]);
    const reloaded = createSqliteLedger({ database, budgets: [], clock, simulated: false });
    const cost = { amount: fromUsd(0.2), source: 'provider' } as const;
    reloaded.settle(attemptClosing('late', 0.2, { id: attempt.id, usage, cost }));
    reloaded.finish(callOpening('late', { startedAt: NOVEMBER }), callClosing('late', 0.2, { cost }));
    const report = await reports.report({ since: NOVEMBER, until: DECEMBER, groupBy: 'model', simulated: false });
    expect(report.totals.reported).toEqual({ attempts: 1, cost: fromUsd(0.2), computed: fromUsd(0.18) });
  });
});
