import type { Candidate } from '../domain/plan.ts';
import type { QualityOf } from './expected-quality.ts';

export interface VerifiedOrder {
  /** Answers that may be checked. */
  readonly steps: number;
  readonly qualityOf: QualityOf;
  /** What an accepted answer is expected to cost counts, rather than what an answer costs. */
  readonly byEvidence: boolean;
}

const UNKNOWN_QUALITY = 50;

/**
 * The order for a request whose answer is checked: the check is the bar, so the cheapest goes first. Each further one is
 * better than all before it, since a model that is no better would hardly pass what they did not; the last step belongs
 * to the best there is. The others come behind, for when a provider is out. Pure.
 */
export function orderVerified(candidates: readonly Candidate[], order: VerifiedOrder): readonly Candidate[] {
  const quality = ({ deployment }: Candidate) => order.qualityOf(deployment) ?? UNKNOWN_QUALITY;
  const price = (candidate: Candidate) => {
    const cost = candidate.expectedCost ?? Number.MAX_VALUE;
    return order.byEvidence ? cost / Math.max(0.01, quality(candidate) / 100) : cost;
  };
  const byPrice = [...candidates].sort((a, b) => price(a) - price(b) || quality(b) - quality(a));
  const ladder: Candidate[] = [];
  for (const candidate of byPrice) {
    const top = ladder.at(-1);
    if (!top || quality(candidate) > quality(top)) ladder.push(candidate);
  }
  const rungs = thin(ladder, Math.max(1, order.steps));
  const others = byPrice.filter((candidate) => !rungs.includes(candidate));
  return [...rungs, ...others].map((candidate) => ({ ...candidate, reason: 'verify' }));
}

/** The first and the last of a list, and evenly what is between. */
function thin<T>(list: readonly T[], most: number): readonly T[] {
  if (list.length <= most) return list;
  if (most === 1) return list.slice(0, 1);
  return Array.from({ length: most }, (_, step) => Math.round((step * (list.length - 1)) / (most - 1))).flatMap((at) =>
    list.slice(at, at + 1),
  );
}
