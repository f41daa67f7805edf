import type { Capabilities, FreeQuota, RateLimits } from './deployment.ts';
import type { Price } from './price.ts';

/**
 * What a profile, the user's configuration or a catalogue file says of a model at a provider. Fields that it leaves
 * out are filled from the next source (profile, then configuration, then catalogue file, then price list, then defaults).
 */
export interface ModelSpec {
  readonly provider: string;
  /** The model as farebox names it; the same name at two providers means the same model. */
  readonly model: string;
  /** The name that the provider wants, where it differs. */
  readonly upstreamModel?: string;
  readonly price?: Price;
  readonly capabilities?: Partial<Capabilities>;
  readonly quality?: number;
  readonly specialization?: readonly string[];
  readonly rateLimits?: RateLimits;
  readonly freeQuota?: FreeQuota;
  readonly regions?: readonly string[];
}
