import { describe, expect, it } from 'vitest';
import { fromUsd } from '../../src/domain/money.ts';
import { type Alert, createAlertBook } from '../../src/spend/alert-book.ts';
import { budgetAlerts } from '../../src/spend/budget-alerts.ts';
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

describe('alerts (MON-05)', () => {
  it('are told once a period by whoever raises them first, and again for a higher level', async () => {
    const database = await openTestDatabase();
    const clock = createFakeClock(NOON);
    const [here, there] = [createAlertBook(database, clock.now), createAlertBook(database, clock.now)];
    const day = alert({ kind: 'budget', subject: 'all/day', period: 100 });
    expect([here.raise(day), there.raise(day), here.raise(day)]).toEqual([true, false, false]);
    expect([there.raise({ ...day, level: 'critical' }), here.raise({ ...day, level: 'warning' })]).toEqual([
      true,
      false,
    ]);
    expect(here.raise({ ...day, period: 200 })).toBe(true);
    expect(there.open().map(({ period, level }) => [period, level])).toEqual([
      [100, 'critical'],
      [200, 'warning'],
    ]);
  });

  it('end when their cause is over, and what lasts is told again when it comes back', async () => {
    const database = await openTestDatabase();
    const book = createAlertBook(database, createFakeClock(NOON).now);
    book.raise(alert());
    expect(book.clear('unknown_price', 'acme/new-1')).toMatchObject([{ ...alert(), raisedAt: NOON }]);
    expect([book.open(), book.clear('unknown_price', 'acme/new-1')]).toEqual([[], []]);
    expect(book.raise(alert())).toBe(true);
    const ofDay = alert({ period: 5 });
    book.raise(ofDay);
    book.clear('unknown_price', 'acme/new-1');
    expect(book.raise(ofDay)).toBe(false);
  });

  it('of budgets follow their levels, and are cleared in the next window', async () => {
    const database = await openTestDatabase();
    const clock = createFakeClock(NOON);
    const ledger = createSqliteLedger({ database, budgets: [budgetOf('all/day', 1)], clock, simulated: false });
    const book = createAlertBook(database, clock.now);
    const told: string[] = [];
    const look = () => {
      const { raise, clear } = budgetAlerts(ledger.budgets(), book.open());
      for (const each of raise) if (book.raise(each)) told.push(each.message);
      for (const subject of clear) told.push(...book.clear('budget', subject).map(() => `${subject} is over`));
    };
    const spend = (name: string, usd: number) => {
      ledger.reserve(callOpening(name), attemptOpening(name, { hold: fromUsd(usd) }), ATTRIBUTES);
      ledger.settle(attemptClosing(name, usd));
      look();
      look();
    };
    spend('a', 0.5);
    spend('b', 0.35);
    spend('c', 0.15);
    clock.advance(86_400_000);
    look();
    look();
    expect(told).toEqual([
      'Budget all/day has passed its warning threshold: $0.85 of $1.00; it resets at 2026-11-22T00:00:00.000Z.',
      'Budget all/day is used up: $1.00 of $1.00; it resets at 2026-11-22T00:00:00.000Z.',
      'all/day is over',
    ]);
  });
});
