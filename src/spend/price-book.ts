import { createHash } from 'node:crypto';
import { nano } from '../domain/money.ts';
import type { FixedCost, Price, TokenRates } from '../domain/price.ts';
import type { SqliteConnection } from '../storage/database.ts';

/** The rows of prices. A row is shared by everything that used that price, and never changes. */
export interface PriceBook {
  /** The row of a price, made where it is missing; null for an unknown price. Call it before a transaction. */
  idOf(price: Price | null): number | null;
  /** The price of a row; null for none. */
  priceOf(id: number | null): Price | null;
}

export function createPriceBook(sqlite: SqliteConnection): PriceBook {
  const find = sqlite.prepare<[string], number>('SELECT id FROM prices WHERE content = ?').pluck();
  const content = sqlite.prepare<[number], string>('SELECT content FROM prices WHERE id = ?').pluck();
  const insert = sqlite.prepare(
    'INSERT INTO prices (content, source, as_of, hash) VALUES (?, ?, ?, ?) ON CONFLICT (content) DO NOTHING',
  );
  // Prices live as long as their catalogue does, so each is looked up once.
  const ids = new WeakMap<Price, number>();
  const prices = new Map<number, Price>();
  return {
    idOf(price) {
      if (!price) return null;
      const cached = ids.get(price);
      if (cached !== undefined) return cached;
      const text = priceContent(price);
      if (find.get(text) === undefined) insert.run(text, price.source, price.asOf, priceHash(text));
      const id = Number(find.get(text));
      ids.set(price, id);
      prices.set(id, price);
      return id;
    },
    priceOf(id) {
      if (id === null) return null;
      const known = prices.get(id);
      if (known) return known;
      const text = content.get(id);
      if (text === undefined) return null;
      const price = readPrice(text);
      prices.set(id, price);
      return price;
    },
  };
}

/** SHA-256 of a price's content, in hex. */
export function priceHash(content: string): string {
  return createHash('sha256').update(content).digest('hex');
}

/** The same text for the same price, whatever the order of its fields. */
export function priceContent({ rates, tiers, perRequest, fixed, source, asOf }: Price): string {
  const ordered = (r: TokenRates) => [r.input, r.output, r.cacheRead, r.cacheWrite5m, r.cacheWrite1h];
  return JSON.stringify({
    columns: 'input, output, cache read, cache write 5m, cache write 1h: nano-dollars per million tokens',
    rates: ordered(rates),
    tiers: tiers.map((tier) => ({ fromInputTokens: tier.fromInputTokens, rates: ordered(tier.rates) })),
    perRequest,
    ...(fixed && { fixed: orderedFixed(fixed) }),
    source,
    asOf,
  });
}

function orderedFixed(fixed: FixedCost): FixedCost {
  const { kind, account } = fixed;
  return kind === 'flat'
    ? { kind, monthly: fixed.monthly, account }
    : { kind, hourly: fixed.hourly, idleTimeoutMs: fixed.idleTimeoutMs, account };
}

type WrittenRates = readonly [number, number, number | null, number | null, number | null];

/** The price of a row's content. */
export function readPrice(content: string): Price {
  const written = JSON.parse(content) as {
    rates: WrittenRates;
    tiers: readonly { fromInputTokens: number; rates: WrittenRates }[];
    perRequest: number;
    fixed?: FixedCost;
    source: Price['source'];
    asOf: string | null;
  };
  const toRates = ([input, output, cacheRead, cacheWrite5m, cacheWrite1h]: WrittenRates): TokenRates => ({
    input,
    output,
    cacheRead,
    cacheWrite5m,
    cacheWrite1h,
  });
  return {
    rates: toRates(written.rates),
    tiers: written.tiers.map(({ fromInputTokens, rates }) => ({ fromInputTokens, rates: toRates(rates) })),
    perRequest: nano(written.perRequest),
    ...(written.fixed && { fixed: written.fixed }),
    source: written.source,
    asOf: written.asOf,
  };
}
