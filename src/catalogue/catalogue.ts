import type { Deployment } from '../domain/deployment.ts';
import type { Baseline } from '../domain/plan.ts';

/** The models that make vectors of texts. */
export interface Embedders {
  readonly deployments: readonly Deployment[];
  /** As `Catalogue.resolve`. */
  resolve(name: string): readonly Deployment[];
}

/** Every deployment that the enabled providers offer, priced. Immutable; a reload builds a new one. */
export interface Catalogue {
  /** In a stable order: profile slots first, then the user's models, then the shipped catalogue, then discovered ones. */
  readonly deployments: readonly Deployment[];
  /** Models that make vectors of texts, in the same order. They are not among `deployments`, since they write nothing. */
  readonly embedders: Embedders;
  /** Known models that no enabled provider serves, each with what would enable it. For `models` and `doctor`. */
  readonly unavailable: readonly { readonly provider: string; readonly model: string; readonly reason: string }[];
  /**
   * The deployments meant by a name: `provider/model`, a model, an upstream model id. A name `provider/anything` of an
   * enabled provider is taken at its word, with default capabilities and a price if a price list knows one.
   * Throws `unknown_model`, naming the nearest known one.
   */
  resolve(name: string): readonly Deployment[];
  /** A model's price for comparisons, whether or not it can be called; price null where no list knows it. */
  baseline(model: string): Baseline;
}
