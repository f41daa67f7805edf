import { FareboxError } from '../domain/errors.ts';
import type { Offer } from './offer.ts';
import { compare, ONE, type Ratio, sum, toFixed, ZERO } from './ratio.ts';

/** Who serves which share of a workload. The shares are above 0 and add up to exactly 1. */
export interface Mix {
  readonly name: string;
  readonly parts: readonly { readonly offer: Offer; readonly share: Ratio }[];
}

/** One offer that serves everything. */
export function wholeMix(name: string, offer: Offer): Mix {
  return { name, parts: [{ offer, share: ONE }] };
}

/** A mix from its parts, those of share 0 left out. Throws `invalid_request` that says what the shares add up to. */
export function toMix(name: string, parts: Mix['parts']): Mix {
  const negative = parts.find(({ share }) => share.numerator < 0n);
  if (negative) {
    throw new FareboxError('invalid_request', `In ${name}, the share of ${negative.offer.name} is below 0.`, {
      remedy: 'Give shares from 0 to 1.',
    });
  }
  const total = sum(parts.map(({ share }) => share));
  if (compare(total, ONE) !== 0) {
    throw new FareboxError('invalid_request', `The shares of ${name} add up to ${decimal(total)}, not to 1.`, {
      remedy: 'Give each model the part of the work that it gets, for example 0.6 and 0.4.',
    });
  }
  return { name, parts: parts.filter(({ share }) => compare(share, ZERO) > 0) };
}

/** Up to nine places, without zeros at the end. */
export function decimal(value: Ratio): string {
  return toFixed(value, 9).replace(/\.?0+$/, '');
}

/** A mix as somebody asks for it: by the name of a known one, or by its parts. */
export type MixText =
  | { readonly kind: 'named'; readonly name: string }
  | { readonly kind: 'own'; readonly name: string; readonly parts: readonly { model: string; share: Ratio }[] };
