import type { Deployment } from '../domain/deployment.ts';
import type { FailureKind } from '../domain/failure.ts';
import type { Candidate } from '../domain/plan.ts';

/** Failures that are about the key that was used: another key of the same provider may well serve. */
const OF_THE_KEY: ReadonlySet<FailureKind> = new Set<FailureKind>(['rate_limited', 'unauthorized', 'payment_required']);

/**
 * What is left after a failure, in the order in which it is tried. Where the provider is down or silent, or does not have the
 * model, its other keys for that model reach the same trouble: they go to the end. Pure.
 */
export function otherKeysLast(
  others: readonly Candidate[],
  failed: Deployment,
  kind: FailureKind,
): readonly Candidate[] {
  if (failed.key === undefined || OF_THE_KEY.has(kind)) return others;
  const isTwin = ({ deployment }: Candidate) =>
    deployment.provider === failed.provider && deployment.model === failed.model;
  return [...others.filter((other) => !isTwin(other)), ...others.filter(isTwin)];
}

/** Whether two deployments are asked with the same key of the same provider, which may be none at all. */
export function sharesKey(a: Pick<Deployment, 'provider' | 'key'>, b: Pick<Deployment, 'provider' | 'key'>): boolean {
  return a.provider === b.provider && a.key === b.key;
}
