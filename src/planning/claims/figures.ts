import { NANO_PER_USD } from '../../domain/money.ts';
import { DAYS_PER_MONTH, MONTHS_PER_YEAR } from '../amounts.ts';
import { DOCUMENT_MIXES, type DocumentMixName, mixOf } from '../document-mixes.ts';
import { DOCUMENT_BASELINE, requireOffer } from '../document-prices.ts';
import { addCosts, costOfOffer } from '../offer-cost.ts';
import { greatest, least, multiply, type Ratio, ratio, subtract, sum } from '../ratio.ts';
import { WORKLOADS, type Workload } from '../workload.ts';
import type { ClaimWorld, Compute } from './claim.ts';

// The words in which claims are recomputed. All amounts are exact dollars; percentages are 0 to 100.

/** Which mix of the documents: a profile's breakdown, a mix with a name, or one model. */
export type MixName = keyof ClaimWorld['breakdowns'] | DocumentMixName | `${string}/${string}`;

const HUNDRED = ratio(100);

export function workloadNamed(name: string): Workload {
  const found = WORKLOADS.find((workload) => workload.name === name);
  if (!found) throw new RangeError(`There is no workload ${name}.`);
  return found;
}

function sharesOf(name: MixName, { breakdowns }: ClaimWorld): Readonly<Record<string, number>> {
  if (Object.hasOwn(breakdowns, name)) return breakdowns[name as keyof typeof breakdowns];
  return Object.hasOwn(DOCUMENT_MIXES, name) ? DOCUMENT_MIXES[name as DocumentMixName] : { [name]: 1 };
}

/** Dollars a month. */
export function costIn(name: MixName, workload: Workload, world: ClaimWorld): Ratio {
  const { parts } = mixOf(name, sharesOf(name, world), world.offers);
  const cost = addCosts(parts.map(({ offer, share }) => costOfOffer(offer, workload, share)));
  if (cost.kind === 'unknown') throw new RangeError(cost.reason);
  return multiply(sum([cost.fixed, cost.usage]), ratio(1, NANO_PER_USD));
}

export const cost =
  (name: MixName, workload: string): Compute =>
  (world) =>
    costIn(name, workloadNamed(workload), world);

export const baseline = (workload: string): Compute => cost(DOCUMENT_BASELINE, workload);

/** Dollars a year saved against the baseline. */
export const annualSavings =
  (name: MixName, workload: string): Compute =>
  (world) =>
    yearOf(subtract(baseline(workload)(world), cost(name, workload)(world)));

/** Dollars a year saved if the mix cost what the document says. */
export const annualSavingsAt =
  (monthly: Ratio, workload: string): Compute =>
  (world) =>
    yearOf(subtract(baseline(workload)(world), monthly));

/** Percent saved against the baseline. */
export const savings =
  (name: MixName, workload: string): Compute =>
  (world) =>
    percentSaved(cost(name, workload)(world), baseline(workload)(world));

export const savingsAt =
  (monthly: Ratio, workload: string): Compute =>
  (world) =>
    percentSaved(monthly, baseline(workload)(world));

export function percentSaved(actual: Ratio, base: Ratio): Ratio {
  return percentOf(subtract(base, actual), base);
}

export function percentOf(part: Ratio, whole: Ratio): Ratio {
  return multiply(multiply(part, HUNDRED), ratio(whole.denominator, whole.numerator));
}

/** A million tokens of input only, and of output only: every proportion lies between them. */
const INPUT_ONLY: Workload = { name: 'input only', inputTokens: 1_000_000, outputTokens: 0, requests: null };
const OUTPUT_ONLY: Workload = { name: 'output only', inputTokens: 0, outputTokens: 1_000_000, requests: null };

export const inputOnlySavings =
  (name: MixName): Compute =>
  (world) =>
    percentSaved(costIn(name, INPUT_ONLY, world), costIn(DOCUMENT_BASELINE, INPUT_ONLY, world));

/** Least and most that can be saved over all proportions of input to output. */
export const savingsRange =
  (name: MixName) =>
  (world: ClaimWorld): readonly [Ratio, Ratio] => {
    const input = inputOnlySavings(name)(world);
    const output = percentSaved(costIn(name, OUTPUT_ONLY, world), costIn(DOCUMENT_BASELINE, OUTPUT_ONLY, world));
    return [least(input, output), greatest(input, output)];
  };

/** Dollars per thousand tokens: input only, output only. */
export function perThousand(name: MixName, world: ClaimWorld): { readonly input: Ratio; readonly output: Ratio } {
  const thousandth = ratio(1, 1000);
  return {
    input: multiply(costIn(name, INPUT_ONLY, world), thousandth),
    output: multiply(costIn(name, OUTPUT_ONLY, world), thousandth),
  };
}

/** Dollars per thousand tokens at five tokens in to one out. */
export const blendedPerThousand =
  (name: MixName): Compute =>
  (world) =>
    multiply(costIn(name, workloadNamed('unit_1M_0.2M'), world), ratio(1, 1200));

export function yearOf(monthly: Ratio): Ratio {
  return multiply(monthly, ratio(MONTHS_PER_YEAR));
}

export function monthOf(daily: Ratio): Ratio {
  return multiply(daily, ratio(DAYS_PER_MONTH));
}

export function qualityOf(name: string, { offers }: ClaimWorld): Ratio {
  return ratio(requireOffer(offers, name).quality ?? 0);
}
