import type { Price } from '../domain/price.ts';

/** What a price list says of a model. */
export interface ListedModel {
  /** null: the list knows the model but not what it costs. */
  readonly price: Price | null;
  readonly contextWindow: number | null;
}

/** Prices by provider and model. Immutable for as long as a catalogue uses it; looking up is pure and cached. */
export interface PriceBook {
  /** A model as its provider names it; null where the list does not know it. Never a guess, never 0 for unknown. */
  find(provider: string, upstreamModel: string): ListedModel | null;
  /** A model at its maker, where a name says no provider, e.g. `claude-3.5-sonnet`. */
  findByModel(model: string): ListedModel | null;
}

/** A price list that knows nothing: for tests, and where no list can be read. */
export const emptyPriceBook: PriceBook = { find: () => null, findByModel: () => null };
