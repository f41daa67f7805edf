import type { Catalogue } from '../catalogue/catalogue.ts';
import type { Config } from '../config/config.ts';
import { SLOTS } from '../config/config.ts';
import { FareboxError } from '../domain/errors.ts';
import { nearest } from '../lib/nearest.ts';
import { DOCUMENT_OFFERS, findOffer } from './document-prices.ts';
import { type Offer, priceOffer } from './offer.ts';
import { specOffer } from './profile-mix.ts';

/** Prices of models by name, the most authoritative first: named on the command line, configured, of the design documents. */
export function configuredOffers(config: Config, own: readonly Offer[]): ReadonlyMap<string, Offer> {
  const offers = new Map<string, Offer>();
  const add = (offer: Offer | null) => {
    if (offer && !offers.has(offer.name)) offers.set(offer.name, offer);
  };
  own.forEach(add);
  const mine = config.profiles.get(config.defaultProfile);
  for (const profile of [...(mine ? [mine] : []), ...config.profiles.values()]) {
    for (const slot of SLOTS) {
      const spec = profile.models[slot];
      if (spec) add(specOffer(spec, config));
    }
  }
  for (const spec of config.models) add(specOffer(spec, config));
  for (const offer of DOCUMENT_OFFERS.values()) add(offer);
  return offers;
}

/**
 * The offers with those added that only the catalogue and its price list know. Throws `unknown_model`, naming the
 * nearest, where nobody knows the price of a missing one; one that is merely wished for may stay unknown.
 */
export function withCatalogue(
  offers: ReadonlyMap<string, Offer>,
  { missing, wished }: { readonly missing: readonly string[]; readonly wished: readonly string[] },
  catalogue: Catalogue,
): ReadonlyMap<string, Offer> {
  const found = new Map(offers);
  for (const name of [...missing, ...wished]) {
    const { price } = catalogue.baseline(name);
    const deployment = catalogue.deployments.find(({ id, model }) => id === name || model === name);
    if (price) found.set(name, { name, price: priceOffer(price), quality: deployment?.quality ?? null });
    else if (missing.includes(name)) {
      throw unknownModel(name, [...offers.keys(), ...catalogue.deployments.map(({ model }) => model)]);
    }
  }
  return found;
}

/** Models of the profiles' slots that the configuration does not price. */
export function unpricedModels(config: Config): readonly string[] {
  const specs = [...config.profiles.values()].flatMap(({ models }) => Object.values(models));
  return specs.filter((spec) => specOffer(spec, config) === null).map(({ model }) => model);
}

/** Of these names, those that have no offer yet. */
export function missingOffers(offers: ReadonlyMap<string, Offer>, names: readonly string[]): readonly string[] {
  return [...new Set(names)].filter((name) => findOffer(offers, name) === null);
}

function unknownModel(name: string, known: readonly string[]): FareboxError {
  const near = nearest(name, known);
  return new FareboxError('unknown_model', `No price is known of "${name}".`, {
    remedy: `${near ? `Did you mean "${near}"? ` : ''}Or give its price: --offer "${name}=tokens:0.15/0.60".`,
  });
}
