import type { Budget } from '../domain/budget.ts';
import type { NanoUsd } from '../domain/money.ts';
import { costOf } from '../domain/price.ts';
import type { TokenUsage } from '../domain/usage.ts';
import type { SqliteConnection } from '../storage/database.ts';
import { ATTEMPTS_PER_CALL } from '../storage/ledger-codes.ts';
import { auditEffects } from './effect-audit.ts';
import { auditMachines } from './machine-audit.ts';
import { createPriceBook, priceHash } from './price-book.ts';
import { auditRollups, type Problem } from './rollup-audit.ts';
import { auditWindows } from './window-audit.ts';

export interface LedgerAudit {
  readonly calls: number;
  readonly attempts: number;
  readonly prices: number;
  readonly hours: number;
  readonly days: number;
  /** Budget windows whose spending and holds were added up again. */
  readonly windows: number;
  /** Empty: everything agrees. At most a hundred of each kind. */
  readonly problems: readonly Problem[];
}

const MOST_PROBLEMS = 100;

/**
 * Recomputes what the ledger says of itself: the file's own integrity, the hash of every price, the cost of every
 * attempt from its usage and price, that of every call from its attempts, every roll-up from the rows, when machines
 * ran, and what the budgets' present windows have spent and hold. To be run inside one transaction, so that nothing moves meanwhile.
 */
export function auditLedger(sqlite: SqliteConnection, budgets: readonly Budget[], now: number): LedgerAudit {
  const integrity = String(sqlite.pragma('quick_check(1)', { simple: true }));
  const prices = auditPrices(sqlite);
  const attempts = auditAttempts(sqlite);
  const calls = auditCalls(sqlite);
  const rollups = auditRollups(sqlite);
  const windows = auditWindows(sqlite, budgets, now);
  const effects = auditEffects(sqlite, MOST_PROBLEMS);
  const machines = auditMachines(sqlite, MOST_PROBLEMS);
  return {
    calls: calls.count,
    attempts: attempts.count,
    prices: prices.count,
    hours: rollups.hours,
    days: rollups.days,
    windows: windows.count,
    problems: [
      ...(integrity === 'ok' ? [] : [`SQLite finds the file damaged: ${integrity}.`]),
      ...[prices, attempts, calls, rollups, windows].flatMap(({ problems }) => problems.slice(0, MOST_PROBLEMS)),
      ...[...effects, ...machines].slice(0, 2 * MOST_PROBLEMS),
    ],
  };
}

interface Part {
  readonly count: number;
  readonly problems: readonly Problem[];
}

function auditPrices(sqlite: SqliteConnection): Part {
  const rows = sqlite.prepare('SELECT id, content, hash FROM prices').all();
  const wrong = (rows as { id: number; content: string; hash: string }[]).filter(
    ({ content, hash }) => priceHash(content) !== hash,
  );
  return { count: rows.length, problems: wrong.map(({ id }) => `Price ${id} is not what its hash was made of.`) };
}

interface PricedAttempt extends TokenUsage {
  readonly place: number;
  readonly priceId: number;
  readonly computed: NanoUsd;
  /** What sharing a request with others took off the cost of the call; 0 for nearly all. */
  readonly avoided: number;
}

function auditAttempts(sqlite: SqliteConnection): Part {
  const prices = createPriceBook(sqlite);
  const count = Number(sqlite.prepare('SELECT count(*) FROM attempt_rows').pluck().get());
  // A provider that refused at once charges nothing, whatever the usage would cost.
  const rows = sqlite.prepare<[], PricedAttempt>(
    `SELECT place, price_id AS priceId, coalesce(computed_cost, cost) AS computed, input_tokens AS inputTokens,
       uncached_input_tokens AS uncachedInputTokens, cache_read_tokens AS cacheReadTokens,
       cache_write_5m_tokens AS cacheWrite5mTokens, cache_write_1h_tokens AS cacheWrite1hTokens,
       output_tokens AS outputTokens, reasoning_tokens AS reasoningTokens,
       coalesce((SELECT cost_avoided FROM effect_rows e JOIN names n ON n.id = e.optimisation
         WHERE n.name = 'batching' AND e.seq = place / ${ATTEMPTS_PER_CALL}), 0) AS avoided
     FROM attempt_rows
     WHERE price_id IS NOT NULL AND input_tokens IS NOT NULL AND output_tokens IS NOT NULL
       AND (cost_source IN (1, 2) OR computed_cost IS NOT NULL) AND result <> 1`,
  );
  const problems: Problem[] = [];
  for (const row of rows.iterate()) {
    const price = prices.priceOf(row.priceId);
    const expected = price ? costOf(price, row) : null;
    const agrees = expected === row.computed || expected === row.computed + row.avoided;
    if (agrees || problems.length >= MOST_PROBLEMS) continue;
    const [call, number] = [Math.floor(row.place / ATTEMPTS_PER_CALL), row.place % ATTEMPTS_PER_CALL];
    problems.push(`Attempt ${number} of call ${call} is booked at ${row.computed}; usage × price is ${expected}.`);
  }
  return { count, problems };
}

function auditCalls(sqlite: SqliteConnection): Part {
  const count = Number(sqlite.prepare('SELECT count(*) FROM call_rows').pluck().get());
  const wrong = sqlite
    .prepare(
      `SELECT c.seq, c.cost, t.cost AS total, t.known FROM call_rows c JOIN (
         SELECT place / ${ATTEMPTS_PER_CALL} AS seq, sum(cost) AS cost, count(*) = count(cost) AS known
         FROM attempt_rows GROUP BY 1) t ON t.seq = c.seq
       WHERE CASE WHEN t.known THEN c.cost IS NOT t.cost ELSE c.cost IS NOT NULL END LIMIT ${MOST_PROBLEMS}`,
    )
    .all() as { seq: number; cost: number | null; total: number | null; known: 0 | 1 }[];
  return {
    count,
    problems: wrong.map(
      ({ seq, cost, total, known }) =>
        `Call ${seq} is booked at ${cost ?? 'unknown'}; its attempts cost ${known ? total : 'an unknown amount'}.`,
    ),
  };
}
