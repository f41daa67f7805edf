import type { Deployment } from '../domain/deployment.ts';
import type { Price } from '../domain/price.ts';
import type { Clock } from '../lib/clock.ts';
import type { Database } from '../storage/database.ts';
import { DAY_MS } from '../storage/rollup-sums.ts';
import { createPriceBook, readPrice } from './price-book.ts';

/** A price of a model, and when it held as far as this ledger has seen it. */
export interface PricePeriod {
  readonly provider: string;
  readonly model: string;
  readonly simulated: boolean;
  /** Epoch ms at which it was first and last seen. It holds until another one was first seen, at most to `seenAt`. */
  readonly since: number;
  readonly seenAt: number;
  readonly price: Price;
  /** SHA-256 of its content, in hex. */
  readonly hash: string;
}

/** Which price held when. Methods throw `storage_unavailable` where the database cannot be used. */
export interface PriceRegister {
  /** Notes the prices of what is offered now; writes what has changed, and at most once a day that the rest still holds. */
  see(deployments: readonly Deployment[]): void;
  /** In the order in which they were first seen; of one model (as named here or `provider/model`) or all. */
  periods(model?: string): readonly PricePeriod[];
}

interface LatestRow {
  readonly since: number;
  readonly price_id: number;
  readonly seen_at: number;
}

interface PeriodRow extends Pick<PricePeriod, 'provider' | 'model' | 'since' | 'seenAt' | 'hash'> {
  readonly simulated: 0 | 1;
  readonly content: string;
}

export function createPriceRegister(
  { sqlite, transaction, guarded }: Database,
  clock: Pick<Clock, 'now'>,
): PriceRegister {
  const prices = createPriceBook(sqlite);
  // A price may come back soon after another one: two configurations may use the same ledger in turn.
  const lately = sqlite.prepare<[string, string, 0 | 1, number], LatestRow>(
    `SELECT since, price_id, seen_at FROM price_periods
     WHERE provider = ? AND model = ? AND simulated = ? AND seen_at >= ? ORDER BY since DESC`,
  );
  const insert = sqlite.prepare('INSERT OR IGNORE INTO price_periods VALUES (?, ?, ?, ?, ?, ?)');
  const seen = sqlite.prepare(
    'UPDATE price_periods SET seen_at = ? WHERE provider = ? AND model = ? AND simulated = ? AND since = ?',
  );
  const last = sqlite.prepare<[string, string, 0 | 1], LatestRow>(
    `SELECT since, price_id, seen_at FROM price_periods
     WHERE provider = ? AND model = ? AND simulated = ? ORDER BY since DESC LIMIT 1`,
  );
  const all = sqlite.prepare<[string | null, string | null, string | null], PeriodRow>(
    `SELECT d.provider, d.model, d.simulated, d.since, d.seen_at AS seenAt, p.content, p.hash
     FROM price_periods d JOIN prices p ON p.id = d.price_id
     WHERE ? IS NULL OR d.model = ? OR d.provider || '/' || d.model = ? ORDER BY d.since, d.provider, d.model`,
  );

  const note = transaction((entries: readonly { readonly key: [string, string, 0 | 1]; readonly id: number }[]) => {
    const now = clock.now();
    for (const { key, id } of entries) {
      const latest = last.get(...key);
      const found =
        latest?.price_id === id ? latest : lately.all(...key, now - DAY_MS).find(({ price_id }) => price_id === id);
      if (!found) insert.run(...key, now, id, now);
      else if (found.seen_at < startOfDay(now)) seen.run(now, ...key, found.since);
    }
  });

  return {
    see: guarded((deployments) => {
      const entries = new Map<string, { readonly key: [string, string, 0 | 1]; readonly id: number }>();
      for (const { provider, model, price, simulated } of deployments) {
        const id = prices.idOf(price);
        const name = JSON.stringify([provider, model]);
        // Each key of a provider offers its models once more.
        if (id !== null && !entries.has(name)) entries.set(name, { key: [provider, model, simulated ? 1 : 0], id });
      }
      note([...entries.values()]);
    }),
    periods: guarded((model) =>
      all
        .all(model ?? null, model ?? null, model ?? null)
        .map(({ content, simulated, ...row }) => ({ ...row, simulated: simulated === 1, price: readPrice(content) })),
    ),
  };
}

function startOfDay(moment: number): number {
  return Math.floor(moment / DAY_MS) * DAY_MS;
}
