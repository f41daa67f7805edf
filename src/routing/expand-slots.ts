import { type Profile, SLOTS, type Slot } from '../config/config.ts';
import type { Deployment } from '../domain/deployment.ts';
import { toDeploymentId } from '../domain/deployment.ts';
import type { ModelSpec } from '../domain/model-spec.ts';
import type { Rejection } from '../domain/plan.ts';
import type { Fit } from './hard-filters.ts';
import { byCost } from './order-fits.ts';

/** The fits that fill each slot, in the order in which they are tried. */
export type FilledSlots = ReadonlyMap<Slot, readonly Fit[]>;

/**
 * A slot names a model at a provider; any provider of that model fills it: its own provider first, then the others by
 * expected cost, unknown cost last. A deployment that two slots name fills the first of them. Empty slots are left out.
 */
export function fillSlots(profile: Profile, fits: readonly Fit[]): FilledSlots {
  const filled = new Map<Slot, readonly Fit[]>();
  const taken = new Set<Fit>();
  for (const slot of SLOTS) {
    const spec = profile.models[slot];
    if (!spec) continue;
    const own = fits.filter((fit) => fills(fit.deployment, spec) && !taken.has(fit));
    if (own.length === 0) continue;
    if (own.length > 1) own.sort((a, b) => foreign(a, spec) - foreign(b, spec) || byCost(a, b));
    for (const fit of own) taken.add(fit);
    filled.set(slot, own);
  }
  return filled;
}

/** One `not_configured` rejection for each slot whose model no enabled provider offers. */
export function unfilledSlots(profile: Profile, deployments: readonly Deployment[]): readonly Rejection[] {
  const rejections: Rejection[] = [];
  for (const slot of SLOTS) {
    const spec = profile.models[slot];
    if (!spec || deployments.some((deployment) => fills(deployment, spec))) continue;
    const deployment = toDeploymentId(spec.provider, spec.model);
    if (rejections.some((rejection) => rejection.deployment === deployment)) continue;
    const detail = `No enabled provider offers the ${slot} model of profile ${profile.name}.`;
    rejections.push({ deployment, code: 'not_configured', detail });
  }
  return rejections;
}

function fills(deployment: Deployment, spec: ModelSpec): boolean {
  return deployment.model === spec.model;
}

function foreign({ deployment }: Fit, spec: ModelSpec): 0 | 1 {
  return deployment.provider === spec.provider ? 0 : 1;
}
