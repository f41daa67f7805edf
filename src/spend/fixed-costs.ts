import { flatShare, hourlyShare, type TimeSpan } from '../domain/fixed-cost.ts';
import { type NanoUsd, nano, sumUsd } from '../domain/money.ts';
import type { SqliteConnection } from '../storage/database.ts';
import { ATTEMPTS_PER_CALL } from '../storage/ledger-codes.ts';
import { DAY_MS } from '../storage/rollup-sums.ts';
import { coverPeriod } from './cover-period.ts';
import { prepareExtent } from './extent.ts';
import { accountName, type MachineStretch } from './machine-book.ts';
import { readPrice } from './price-book.ts';
import type { FixedCostLine, ReportQuery } from './reports.ts';

/** A model that is (or was) paid by a fixed cost, with the time in which it was seen to be. */
interface FixedPeriod {
  readonly provider: string;
  readonly model: string;
  readonly account: string;
  readonly kind: FixedCostLine['kind'];
  /** A month's fee, or an hour's price. */
  readonly rate: NanoUsd;
  readonly since: number;
  readonly seenAt: number;
}

/**
 * What was paid in a period whatever was used: subscriptions by the days on which they were configured, machines by the
 * hours that they ran. Days and months are those of UTC. To be run inside one transaction.
 */
export function createFixedCosts(sqlite: SqliteConnection): (query: ReportQuery) => readonly FixedCostLine[] {
  const periodsOf = preparePeriods(sqlite);
  const attemptsOf = prepareAttempts(sqlite);
  const stretches = sqlite.prepare<[string, 0 | 1, number, number], MachineStretch>(
    `SELECT start, stop, hourly FROM machine_hours
     WHERE account = ? AND simulated = ? AND start < ? AND stop > ? ORDER BY start`,
  );
  return (query) => {
    const realm = query.simulated ? 1 : 0;
    const part: TimeSpan = { start: query.since, stop: query.until };
    const accounts = new Map<string, FixedPeriod[]>();
    for (const period of periodsOf(realm)) {
      accounts.set(period.account, [...(accounts.get(period.account) ?? []), period]);
    }
    return [...accounts].flatMap(([account, periods]) => {
      const machine = stretches.all(account, realm, part.stop, part.start);
      const flat = flatCost(periods, part);
      const amount = sumUsd([flat.amount, ...machine.map((each) => hourlyShare(nano(each.hourly), each, part))]);
      const runMs = machine.reduce((sum, each) => sum + overlap(each, part), 0);
      if (flat.days === 0 && runMs === 0) return [];
      const models = [...new Set(periods.map(({ provider, model }) => `${provider}/${model}`))];
      const attempts = attemptsOf(periods, query);
      const latest = periods.at(-1);
      return [
        {
          account,
          kind: latest?.kind ?? 'flat',
          rate: latest?.rate ?? nano(0),
          amount,
          days: flat.days,
          hours: runMs / 3_600_000,
          models,
          attempts,
          perAttempt: attempts === 0 ? null : nano(Math.ceil(amount / attempts)),
        },
      ];
    });
  };
}

/** Of what has a fixed cost, in the order in which it was first seen. */
function preparePeriods(sqlite: SqliteConnection): (realm: 0 | 1) => readonly FixedPeriod[] {
  const rows = sqlite.prepare<[0 | 1], PeriodRow>(
    `SELECT d.provider, d.model, d.since, d.seen_at AS seenAt, p.content FROM price_periods d
     JOIN prices p ON p.id = d.price_id WHERE d.simulated = ? ORDER BY d.since, d.provider, d.model`,
  );
  return (realm) => {
    return rows.all(realm).flatMap((row) => {
      const { fixed } = readPrice(row.content);
      if (!fixed) return [];
      const rate = fixed.kind === 'flat' ? fixed.monthly : fixed.hourly;
      return [{ ...row, kind: fixed.kind, rate, account: accountName(fixed, row.provider, row.model) }];
    });
  };
}

interface PeriodRow extends Pick<FixedPeriod, 'provider' | 'model' | 'since' | 'seenAt'> {
  readonly content: string;
}

/** Subscriptions of one account by day: on each the one that was seen last is paid, by the share of its month. */
function flatCost(
  periods: readonly FixedPeriod[],
  part: TimeSpan,
): { readonly amount: NanoUsd; readonly days: number } {
  const flat = periods.filter(({ kind }) => kind === 'flat');
  const firstDay = Math.floor(Math.max(part.start, Math.min(...flat.map(({ since }) => since))) / DAY_MS);
  const lastDay = Math.floor(Math.min(part.stop - 1, Math.max(...flat.map(({ seenAt }) => seenAt))) / DAY_MS);
  const shares: NanoUsd[] = [];
  for (let day = firstDay; day <= lastDay; day++) {
    const span = { start: day * DAY_MS, stop: (day + 1) * DAY_MS };
    const paid = flat.findLast(({ since, seenAt }) => since < span.stop && seenAt >= span.start);
    if (paid) shares.push(flatShare(paid.rate, monthOf(span.start), intersection(span, part)));
  }
  return { amount: sumUsd(shares), days: shares.length };
}

function monthOf(moment: number): TimeSpan {
  const date = new Date(moment);
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth()];
  return { start: Date.UTC(year, month, 1), stop: Date.UTC(year, month + 1, 1) };
}

function intersection(a: TimeSpan, b: TimeSpan): TimeSpan {
  return { start: Math.max(a.start, b.start), stop: Math.min(a.stop, b.stop) };
}

function overlap(a: TimeSpan, b: TimeSpan): number {
  const { start, stop } = intersection(a, b);
  return Math.max(0, stop - start);
}

/** How many attempts the models of an account took in a period, from roll-ups as far as they can tell. */
function prepareAttempts(sqlite: SqliteConnection) {
  const extent = prepareExtent(sqlite);
  const where = 'g.simulated = ? AND g.run IS NULL AND g.provider = ? AND g.model = ?';
  const rollup = (table: string) =>
    sqlite
      .prepare<[number, number, 0 | 1, string, string], number>(
        `SELECT coalesce(sum(u.attempts - u.cached), 0) FROM ${table} u JOIN report_groups g ON g.id = u.group_id
         WHERE u.start >= ? AND u.start < ? AND ${where}`,
      )
      .pluck();
  const [months, days, hours] = [rollup('rollup_months'), rollup('rollup_days'), rollup('rollup_hours')];
  const rows = sqlite
    .prepare<[number, number, 0 | 1, string, string], number>(
      `SELECT count(*) FROM booked_calls b JOIN contexts x ON x.id = b.context
       JOIN attempt_rows a ON a.place > b.seq * ${ATTEMPTS_PER_CALL} AND a.place < (b.seq + 1) * ${ATTEMPTS_PER_CALL}
       JOIN routes r ON r.id = a.route
       WHERE b.started_at >= ? AND b.started_at < ? AND x.simulated = ? AND r.provider = ? AND r.model = ? AND a.result <> 1`,
    )
    .pluck();
  return (models: readonly Pick<FixedPeriod, 'provider' | 'model'>[], { since, until, simulated }: ReportQuery) => {
    const cover = coverPeriod(since, until, extent());
    const distinct = new Map(models.map(({ provider, model }) => [`${provider}/${model}`, [provider, model] as const]));
    let attempts = 0;
    for (const model of distinct.values()) {
      const add = (statement: typeof rows, stretches: typeof cover.rows) => {
        for (const [from, to] of stretches) attempts += Number(statement.get(from, to, simulated ? 1 : 0, ...model));
      };
      add(months, cover.months);
      add(days, cover.days);
      add(hours, cover.hours);
      add(rows, cover.rows);
    }
    return attempts;
  };
}
