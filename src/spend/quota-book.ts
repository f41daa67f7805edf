import type { FreeQuota } from '../domain/deployment.ts';
import type { QuotaLeft } from '../domain/snapshot.ts';
import type { Clock } from '../lib/clock.ts';
import { createDayFinder, type DaySpan } from '../lib/day-span.ts';
import type { Database } from '../storage/database.ts';

/** A free quota with the name of its count. */
export interface NamedQuota {
  readonly id: string;
  readonly quota: FreeQuota;
}

/** A share of a quota that was taken for one attempt. */
export interface QuotaTicket {
  readonly quotaId: string;
  readonly dayStart: number;
  readonly tokens: number;
}

/**
 * What was taken of free quotas today: kept in the database, so that it holds across restarts and for all processes.
 * Methods throw `storage_unavailable` where the database cannot be used.
 */
export interface QuotaBook {
  left(named: NamedQuota): QuotaLeft;
  /** Takes one request and so many tokens, if the quota has room for both; null where it has not. */
  take(named: NamedQuota, tokens: number): QuotaTicket | null;
  /** Corrects the tokens of a ticket to what was used. The request stays counted: it was sent. */
  settle(ticket: QuotaTicket, usedTokens: number): void;
  /** Gives a ticket back of which nothing was sent. */
  cancel(ticket: QuotaTicket): void;
}

export interface QuotaBookDeps {
  readonly database: Database;
  readonly clock: Clock;
  /** The sandbox counts apart from real providers. */
  readonly simulated: boolean;
}

interface DayRow {
  readonly requests: number;
  readonly tokens: number;
}

export function createSqliteQuotaBook({ database, clock, simulated }: QuotaBookDeps): QuotaBook {
  const { sqlite, transaction, guarded } = database;
  const realm = simulated ? 1 : 0;
  const find = sqlite.prepare<[string, number, number], DayRow>(
    'SELECT requests, tokens FROM quota_days WHERE quota_id = ? AND simulated = ? AND day_start = ?',
  );
  const add = sqlite.prepare(
    `INSERT INTO quota_days (quota_id, simulated, day_start, requests, tokens) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET requests = requests + excluded.requests, tokens = tokens + excluded.tokens`,
  );
  const correct = sqlite.prepare(
    `UPDATE quota_days SET requests = max(0, requests + ?), tokens = max(0, tokens + ?)
     WHERE quota_id = ? AND simulated = ? AND day_start = ?`,
  );
  const finders = new Map<string, (now: number) => DaySpan>();

  function today({ timeZone }: FreeQuota): DaySpan {
    const finder = finders.get(timeZone) ?? createDayFinder(timeZone);
    finders.set(timeZone, finder);
    return finder(clock.now());
  }

  function leftIn({ id, quota }: NamedQuota, day: DaySpan): QuotaLeft {
    const row = find.get(id, realm, day.start);
    const rest = (limit: number | null, taken = 0) => Math.max(0, (limit ?? Number.POSITIVE_INFINITY) - taken);
    return {
      requests: rest(quota.requestsPerDay, row?.requests),
      tokens: rest(quota.tokensPerDay, row?.tokens),
      resetsAt: day.end,
    };
  }

  const change = transaction((ticket: QuotaTicket, requests: number, tokens: number) => {
    correct.run(requests, tokens, ticket.quotaId, realm, ticket.dayStart);
  });

  return {
    left: guarded((named) => leftIn(named, today(named.quota))),
    take: transaction((named, tokens) => {
      const day = today(named.quota);
      const left = leftIn(named, day);
      if (left.requests < 1 || left.tokens < tokens) return null;
      add.run(named.id, realm, day.start, 1, tokens);
      return { quotaId: named.id, dayStart: day.start, tokens };
    }),
    settle: (ticket, usedTokens) => change(ticket, 0, usedTokens - ticket.tokens),
    cancel: (ticket) => change(ticket, -1, -ticket.tokens),
  };
}
