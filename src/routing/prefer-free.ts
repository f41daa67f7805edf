import type { Candidate } from '../domain/plan.ts';

/**
 * The longest wait for a place below a provider's limits that is shorter than turning elsewhere, in ms: a model with
 * such a wait stays in the plan, and its attempt waits that long before the next candidate serves.
 */
export const SHORT_WAIT_MS = 5_000;

/**
 * Deployments of one model are equally good answers: of those, the ones that can begin at once come before the ones that
 * must wait, and among them those with free quota left before those that cost money. Different models never change
 * places with each other, so the quality that was chosen is kept.
 */
export function preferFree(candidates: readonly Candidate[]): readonly Candidate[] {
  if (candidates.every((candidate) => rank(candidate) === rank(candidates[0]))) return candidates;
  const places = new Map<string, Candidate[]>();
  for (const candidate of candidates) {
    const group = places.get(groupOf(candidate));
    if (group) group.push(candidate);
    else places.set(groupOf(candidate), [candidate]);
  }
  for (const group of places.values()) group.sort((a, b) => rank(a) - rank(b)).reverse();
  return candidates.map((candidate) => places.get(groupOf(candidate))?.pop() ?? candidate);
}

function groupOf({ slot, deployment, emulatesTools }: Candidate): string {
  return `${slot}\n${deployment.model}\n${emulatesTools === true}`;
}

function rank(candidate: Candidate | undefined): number {
  return ((candidate?.waitMs ?? 0) > 0 ? 2 : 0) + (candidate?.freeQuota ? 0 : 1);
}
