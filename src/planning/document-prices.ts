import { FareboxError } from '../domain/errors.ts';
import { nearest } from '../lib/nearest.ts';
import { type Offer, tokenOffer } from './offer.ts';

/** The model that every saving of the design documents is measured against. */
export const DOCUMENT_BASELINE = 'anthropic/claude-3.5-sonnet';

/** The list prices with which the design documents plan, and their quality scores. */
export const DOCUMENT_OFFERS: ReadonlyMap<string, Offer> = offerMap([
  tokenOffer(DOCUMENT_BASELINE, 3, 15, 96),
  tokenOffer('deepseek/deepseek-chat', 0.15, 0.15, 88),
  tokenOffer('meta-llama/llama-3.3-70b-instruct', 0.1, 0.4, 90),
  tokenOffer('qwen/qwen-2.5-coder-32b-instruct', 0.23, 0.23, 92),
  tokenOffer('mistralai/mistral-small-3.1', 0.3, 0.3, 93),
  tokenOffer('thudm/glm-4-9b:free', 0, 0, 75),
]);

export function offerMap(offers: Iterable<Offer>): ReadonlyMap<string, Offer> {
  return new Map([...offers].map((offer) => [offer.name, offer]));
}

/** The offer of a name, or of the last part of a name where that is unique ("deepseek-chat"). */
export function findOffer(offers: ReadonlyMap<string, Offer>, name: string): Offer | null {
  const exact = offers.get(name);
  if (exact) return exact;
  const alike = [...offers.values()].filter((offer) => offer.name.slice(offer.name.lastIndexOf('/') + 1) === name);
  return alike.length === 1 ? (alike[0] ?? null) : null;
}

/** As `findOffer`. Throws `unknown_model`, naming the nearest. */
export function requireOffer(offers: ReadonlyMap<string, Offer>, name: string): Offer {
  const found = findOffer(offers, name);
  if (found) return found;
  const near = nearest(name, offers.keys());
  throw new FareboxError('unknown_model', `No price is known of "${name}".`, {
    remedy: near ? `Did you mean "${near}"?` : `Name one of: ${[...offers.keys()].join(', ')}.`,
  });
}
