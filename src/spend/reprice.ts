import { type NanoUsd, nano } from '../domain/money.ts';
import { costOf, type Price } from '../domain/price.ts';
import type { TokenUsage } from '../domain/usage.ts';
import type { SqliteConnection } from '../storage/database.ts';
import { ATTEMPTS_PER_CALL, CACHED } from '../storage/ledger-codes.ts';
import { createPriceBook } from './price-book.ts';

export interface RepriceQuery {
  /** Epoch ms at which the calls began: inclusive, exclusive. */
  readonly since: number;
  readonly until: number;
  readonly simulated: boolean;
}

/** Who served an attempt. */
export interface Served {
  readonly provider: string;
  readonly model: string;
  readonly upstreamModel: string;
}

/** What the attempts of a model were booked at, and what the same usage comes to at other prices. Nothing is changed. */
export interface RepricedLine {
  readonly provider: string;
  readonly model: string;
  /** That can be priced again: they have usage, and a price. */
  readonly attempts: number;
  /** Of these: as booked, and again. */
  readonly booked: NanoUsd;
  readonly repriced: NanoUsd;
  /** Attempts without usage, or without a price now; and what those of them are booked at that have a known cost. */
  readonly left: number;
  readonly leftBooked: NanoUsd;
}

/** `price`: that with which an attempt was booked, null for none. */
export type PriceAgain = (served: Served, price: Price | null) => Price | null;

interface Row extends TokenUsage, Served {
  readonly priceId: number | null;
  readonly cost: number | null;
  readonly hasUsage: 0 | 1;
}

/**
 * Prices the attempts of a period again, as far as their rows are kept; the dearest model first. What a provider refused
 * at no cost stays at none, and answers from the cache are left out. To be run inside one transaction.
 */
export function repriceAttempts(
  sqlite: SqliteConnection,
  { since, until, simulated }: RepriceQuery,
  priceAgain: PriceAgain,
): readonly RepricedLine[] {
  const prices = createPriceBook(sqlite);
  const rows = sqlite.prepare<[number, number, 0 | 1], Row>(
    `SELECT r.provider, r.model, r.upstream_model AS upstreamModel, a.price_id AS priceId, a.cost,
       a.input_tokens IS NOT NULL AND a.output_tokens IS NOT NULL AS hasUsage, a.input_tokens AS inputTokens,
       a.uncached_input_tokens AS uncachedInputTokens, a.cache_read_tokens AS cacheReadTokens,
       a.cache_write_5m_tokens AS cacheWrite5mTokens, a.cache_write_1h_tokens AS cacheWrite1hTokens,
       a.output_tokens AS outputTokens, a.reasoning_tokens AS reasoningTokens
     FROM booked_calls b JOIN contexts x ON x.id = b.context
     JOIN attempt_rows a ON a.place > b.seq * ${ATTEMPTS_PER_CALL} AND a.place < (b.seq + 1) * ${ATTEMPTS_PER_CALL}
     JOIN routes r ON r.id = a.route
     WHERE b.started_at >= ? AND b.started_at < ? AND x.simulated = ? AND a.result <> ${CACHED}`,
  );
  const lines = new Map<string, Draft>();
  for (const row of rows.iterate(since, until, simulated ? 1 : 0)) {
    const { provider, model } = row;
    const key = JSON.stringify([provider, model]);
    const line = lines.get(key) ?? { provider, model, ...NOTHING };
    lines.set(key, line);
    const price = row.hasUsage ? priceAgain(row, prices.priceOf(row.priceId)) : null;
    if (!price) {
      line.left += 1;
      line.leftBooked += row.cost ?? 0;
      continue;
    }
    line.attempts += 1;
    line.booked += row.cost ?? 0;
    line.repriced += costOf(price, row);
  }
  return [...lines.values()]
    .map((line) => ({
      ...line,
      booked: nano(line.booked),
      repriced: nano(line.repriced),
      leftBooked: nano(line.leftBooked),
    }))
    .sort((a, b) => b.repriced - a.repriced || b.leftBooked - a.leftBooked || a.model.localeCompare(b.model));
}

interface Draft extends Pick<RepricedLine, 'provider' | 'model'> {
  attempts: number;
  booked: number;
  repriced: number;
  left: number;
  leftBooked: number;
}

const NOTHING = { attempts: 0, booked: 0, repriced: 0, left: 0, leftBooked: 0 };
