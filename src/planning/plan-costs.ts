import type { Config, Profile } from '../config/config.ts';
import { FareboxError } from '../domain/errors.ts';
import type { NanoUsd } from '../domain/money.ts';
import { nearest } from '../lib/nearest.ts';
import { baselineCost, type CostLine, costLine } from './cost-line.ts';
import { DOCUMENT_MIXES, mixOf, TEMPLATES, type Template } from './document-mixes.ts';
import { findOffer, requireOffer } from './document-prices.ts';
import { type Mix, type MixText, toMix, wholeMix } from './mix.ts';
import type { Offer } from './offer.ts';
import { profileMix, specOffer } from './profile-mix.ts';
import { WORKLOADS, type Workload } from './workload.ts';

export type PlanKind = 'profile' | 'own' | 'offer' | 'mix' | 'model';

export interface PlannedMix {
  readonly kind: PlanKind;
  readonly mix: Mix;
}

export interface PlannedWorkload {
  readonly workload: Workload;
  readonly baseline: { readonly name: string; readonly cost: NanoUsd };
  readonly lines: readonly { readonly kind: PlanKind; readonly line: CostLine }[];
}

/** A workload priced with each mix, against the baseline. */
export function planWorkload(workload: Workload, mixes: readonly PlannedMix[], baseline: Offer): PlannedWorkload {
  const cost = baselineCost(baseline, workload);
  const lines = mixes.map(({ kind, mix }) => ({ kind, line: costLine(mix, workload, cost) }));
  return { workload, baseline: { name: baseline.name, cost }, lines };
}

/** The profiles' mixes in the order of the configuration's shipped files, with what must be said of them. */
export function profileMixes(
  config: Config,
  offers: ReadonlyMap<string, Offer>,
): { readonly mixes: readonly PlannedMix[]; readonly notes: readonly string[] } {
  const isLocal = ({ models }: Profile) =>
    config.providers.some(({ name, local }) => local && name === models.primary?.provider);
  const mixes: PlannedMix[] = [];
  const notes: string[] = [];
  for (const profile of inOrder(config)) {
    const { mix, note } = profileMix(profile, (spec) => specOffer(spec, config) ?? findOffer(offers, spec.model));
    if (mix) mixes.push({ kind: 'profile', mix });
    if (note !== null) notes.push(isLocal(profile) ? `${note}, whose own machine is not counted` : note);
  }
  return { mixes, notes };
}

const ORDER = ['budget', 'balanced', 'premium'];

function inOrder({ profiles }: Config) {
  const rank = (name: string) => (ORDER.includes(name) ? ORDER.indexOf(name) : ORDER.length);
  return [...profiles.values()].sort((a, b) => rank(a.name) - rank(b.name));
}

/** What a user asked for with `--mix`, priced. Throws `unknown_model`, `invalid_request`. */
export function ownMix(text: MixText, offers: ReadonlyMap<string, Offer>): Mix {
  if (text.kind === 'named') return namedMix(text.name, offers);
  const parts = text.parts.map(({ model, share }) => ({ offer: requireOffer(offers, model), share }));
  return toMix(text.name, parts);
}

function namedMix(name: string, offers: ReadonlyMap<string, Offer>): Mix {
  const found = Object.entries(DOCUMENT_MIXES).find(([known]) => known === name);
  if (found) return mixOf(found[0], found[1], offers);
  const names = Object.keys(DOCUMENT_MIXES);
  const near = nearest(name, names);
  throw new FareboxError('invalid_request', `There is no mix "${name}".`, {
    remedy: `${near ? `Did you mean "${near}"? ` : ''}Name one of: ${names.join(', ')}; or write MODEL=SHARE,MODEL=SHARE.`,
  });
}

/** The mixes of the design documents, and each of their models on its own. */
export function documentMixes(offers: ReadonlyMap<string, Offer>): readonly PlannedMix[] {
  return Object.entries(DOCUMENT_MIXES).map(([name, shares]) => ({ kind: 'mix', mix: mixOf(name, shares, offers) }));
}

/** Each model that takes part in one of the mixes, alone. */
export function singleModels(mixes: readonly PlannedMix[]): readonly PlannedMix[] {
  const offers = new Map(mixes.flatMap(({ mix }) => mix.parts.map(({ offer }) => [offer.name, offer])));
  return [...offers.values()].map((offer) => ({ kind: 'model', mix: wholeMix(offer.name, offer) }));
}

/** A workload by its name. Throws `invalid_request`, naming the nearest. */
export function namedWorkload(name: string): Workload {
  const found = WORKLOADS.find((workload) => workload.name.toLowerCase() === name.toLowerCase());
  if (found) return found;
  const names = WORKLOADS.map((workload) => workload.name);
  const near = nearest(name, names);
  throw new FareboxError('invalid_request', `There is no workload "${name}".`, {
    remedy: `${near ? `Did you mean "${near}"? ` : ''}Choose one of: ${names.join(', ')}; or give --input-tokens and --output-tokens.`,
  });
}

export interface TemplateReport {
  readonly template: Template;
  readonly workload: Workload;
  readonly line: CostLine;
  /** Of the monthly budget. */
  readonly left: NanoUsd | null;
}

export function reportTemplates(offers: ReadonlyMap<string, Offer>, baseline: Offer): readonly TemplateReport[] {
  return TEMPLATES.map((template) => {
    const workload = namedWorkload(template.workload);
    const mix = mixOf(template.name, DOCUMENT_MIXES[template.mix], offers);
    const line = costLine(mix, workload, baselineCost(baseline, workload));
    const left = line.cost === null ? null : ((template.monthlyBudget - line.cost) as NanoUsd);
    return { template, workload, line, left };
  });
}
