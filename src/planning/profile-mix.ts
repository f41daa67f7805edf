import { type Config, type Profile, SLOTS } from '../config/config.ts';
import { FareboxError } from '../domain/errors.ts';
import type { ModelSpec } from '../domain/model-spec.ts';
import { type Mix, toMix, wholeMix } from './mix.ts';
import { type Offer, priceOffer, tokenPrice } from './offer.ts';
import { toRatio } from './ratio.ts';

/** A profile's mix by its `estimatedCosts.breakdown`, with what must be said of it; or why it has none. */
export type ProfileMix =
  | { readonly mix: Mix; readonly note: string | null }
  | { readonly mix: null; readonly note: string };

/**
 * How a profile shares out the work. Without a breakdown, all of it goes to the primary model. `findOffer` prices a
 * model that the profile does not price itself; null: nobody knows the price.
 */
export function profileMix(profile: Profile, findOffer: (spec: ModelSpec) => Offer | null): ProfileMix {
  const { primary } = profile.models;
  const { breakdown } = profile;
  if (!breakdown) {
    const offer = primary && findOffer(primary);
    if (!offer) return { mix: null, note: `${profile.name}: the price of its primary model is not known` };
    const isAllOfIt = Object.keys(profile.models).length === 1;
    const note = `${profile.name}: its file has no estimatedCosts.breakdown; all work is taken to go to ${offer.name}`;
    return { mix: wholeMix(profile.name, offer), note: isAllOfIt ? null : note };
  }
  const parts: Mix['parts'][number][] = [];
  for (const slot of SLOTS) {
    const share = breakdown[slot];
    if (share === undefined || share === 0) continue;
    const spec = profile.models[slot];
    const offer = spec && findOffer(spec);
    if (!offer) return { mix: null, note: `${profile.name}: the price of its ${slot} model is not known` };
    parts.push({ offer, share: toRatio(share) });
  }
  try {
    return { mix: toMix(profile.name, parts), note: null };
  } catch (error) {
    if (error instanceof FareboxError) return { mix: null, note: `${profile.name}: ${error.message}` };
    throw error;
  }
}

/** A model of a profile as an offer, where the profile prices it or its provider is local; else null. */
export function specOffer(spec: ModelSpec, { providers }: Pick<Config, 'providers'>): Offer | null {
  const isLocal = providers.some((provider) => provider.name === spec.provider && provider.local);
  const price = spec.price ?? (isLocal ? tokenPrice(0, 0) : null);
  return price && { name: spec.model, price: priceOffer(price), quality: spec.quality ?? null };
}
