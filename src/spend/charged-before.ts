import { type Budget, QUOTA_BUFFER } from '../domain/budget.ts';
import { type NanoUsd, nano } from '../domain/money.ts';
import type { SqliteConnection } from '../storage/database.ts';
import { ATTEMPTS_PER_CALL } from '../storage/ledger-codes.ts';
import type { BudgetAccount, BudgetWindowAt } from './budget-accounts.ts';
import { groupCondition, SCOPE_CONDITIONS } from './budget-rules.ts';
import { coverPeriod, type Stretch } from './cover-period.ts';
import { prepareExtent } from './extent.ts';
import { readHolds, writeHolds } from './in-flight.ts';

const CHARGED = 'coalesce(sum(coalesce(a.charged, a.cost)), 0)';
const ROWS = `booked_calls b JOIN contexts x ON x.id = b.context
  JOIN attempt_rows a ON a.place > b.seq * ${ATTEMPTS_PER_CALL} AND a.place < (b.seq + 1) * ${ATTEMPTS_PER_CALL}
  JOIN routes r ON r.id = a.route`;

/** What a window had cost before its budget was configured: from roll-ups as far as they can tell, else from rows. */
export function chargedBefore(
  sqlite: SqliteConnection,
  account: BudgetAccount,
  realm: 0 | 1,
  { key, span }: BudgetWindowAt,
): number {
  const { window } = account.budget;
  const rows = (where: string, ...values: readonly (number | string | null)[]) => {
    const scope = scopeOf(account, 'a.place');
    const sql = `SELECT ${CHARGED} FROM ${ROWS} WHERE x.simulated = ? AND ${where} AND ${scope.sql}`;
    return Number(
      sqlite
        .prepare(sql)
        .pluck()
        .get(realm, ...values, ...scope.values),
    );
  };
  if (window === 'call') return rows('b.seq = ?', key);
  if (window === 'run') return rows('b.run = ?', key);
  // Sessions are not written down with the calls: a budget for them counts from when it is there.
  if (!span) return 0;
  const [since, until] = [span.start, span.end ?? Number.MAX_SAFE_INTEGER];
  const groups = groupsOf(account);
  if (!groups) return rows('b.started_at >= ? AND b.started_at < ?', since, until);

  const rollups = (table: string, [from, to]: Stretch) => {
    const sql = `SELECT coalesce(sum(u.charged), 0) FROM ${table} u JOIN report_groups g ON g.id = u.group_id
      WHERE u.start >= ? AND u.start < ? AND g.simulated = ? AND ${groups.sql}`;
    return Number(
      sqlite
        .prepare(sql)
        .pluck()
        .get(from, to, realm, ...groups.values),
    );
  };
  const cover = coverPeriod(since, until, prepareExtent(sqlite)());
  return (
    cover.months.reduce((sum, months) => sum + rollups('rollup_months', months), 0) +
    cover.days.reduce((sum, days) => sum + rollups('rollup_days', days), 0) +
    cover.hours.reduce((sum, hours) => sum + rollups('rollup_hours', hours), 0) +
    cover.rows.reduce((sum, [from, to]) => sum + rows('b.started_at >= ? AND b.started_at < ?', from, to), 0)
  );
}

/** Makes the calls in flight that a new window takes in hold in it, too, so that they are charged to it. Returns the sum. */
export function adoptHolds(
  sqlite: SqliteConnection,
  account: BudgetAccount,
  realm: 0 | 1,
  { key, span }: BudgetWindowAt,
): number {
  const { budget } = account;
  const scope = scopeOf(account, `b.call_seq * ${ATTEMPTS_PER_CALL} + b.number`);
  const [where, ...values] = span
    ? ['b.call_started_at >= ? AND b.call_started_at < ?', span.start, span.end ?? Number.MAX_SAFE_INTEGER]
    : budget.window === 'session'
      ? ['FALSE']
      : [budget.window === 'call' ? 'b.call_seq = ?' : 'b.run = ?', key];
  const running = sqlite.prepare(
    `SELECT b.id, b.holds, b.hold FROM in_flight b
     JOIN contexts x ON x.id = b.context JOIN routes r ON r.id = b.route
     WHERE b.owner IS NOT NULL AND b.number IS NOT NULL AND b.simulated = ? AND ${where} AND ${scope.sql}`,
  );
  const update = sqlite.prepare('UPDATE in_flight SET holds = ? WHERE id = ?');
  let held = 0;
  const rows = running.all(realm, ...values, ...scope.values) as readonly { id: string; holds: string; hold: number }[];
  for (const row of rows) {
    const adopted = { budgetId: budget.id, windowKey: key, amount: nano(row.hold) as NanoUsd };
    update.run(writeHolds([...readHolds(row.holds), adopted]), row.id);
    held += row.hold;
  }
  return held;
}

interface Condition {
  readonly sql: string;
  readonly values: readonly (string | null)[];
}

/** `place`: an expression for that of the attempt. */
function scopeOf({ chain }: BudgetAccount, place: string): Condition {
  const condition = ({ scope }: Budget) =>
    isQuotaBuffer(scope)
      ? `(${SCOPE_CONDITIONS.tag} OR ${place} IN (SELECT place FROM beyond_quota))`
      : SCOPE_CONDITIONS[scope.kind];
  return {
    sql: chain.map(condition).join(' AND '),
    values: chain.map(({ scope }) => scope.value),
  };
}

/** That tag is put on while an attempt is tried; its call does not have it. */
export function isQuotaBuffer({ kind, value }: Budget['scope']): boolean {
  return kind === 'tag' && value === QUOTA_BUFFER;
}

/** The same as a condition on groups of roll-ups; null where they cannot tell. */
function groupsOf({ chain }: BudgetAccount): Condition | null {
  const narrow = chain.filter(({ scope }) => scope.kind !== 'all');
  const [only] = narrow;
  if (only && narrow.length === 1 && only.scope.kind === 'run') return { sql: 'g.run = ?', values: [only.scope.value] };
  if (narrow.some(({ scope }) => isQuotaBuffer(scope))) return null;
  const conditions = narrow.map(({ scope }) => groupCondition(scope.kind));
  if (conditions.includes(null)) return null;
  return { sql: ['g.run IS NULL', ...conditions].join(' AND '), values: narrow.map(({ scope }) => scope.value) };
}
