import type { Deployment } from '../../domain/deployment.ts';
import { MONEY_REJECTIONS, type Plan, type RejectionCode } from '../../domain/plan.ts';

const LENGTH: ReadonlySet<RejectionCode> = new Set<RejectionCode>(['context_too_small']);
const LENGTH_OR_MONEY: ReadonlySet<RejectionCode> = new Set<RejectionCode>([...LENGTH, ...MONEY_REJECTIONS]);

/**
 * The largest context window of those that could serve a request but for its length, in tokens; null where somebody can
 * serve it, or where it is not the length that keeps all from serving.
 */
export function largestTooSmall(plan: Plan, deployments: readonly Deployment[]): number | null {
  return largestRejected(plan, deployments, LENGTH);
}

/** The same of those that could serve a shorter request, be it that it fits then or that it can be paid then. */
export function largestOfShorter(plan: Plan, deployments: readonly Deployment[]): number | null {
  return largestRejected(plan, deployments, LENGTH_OR_MONEY);
}

function largestRejected(
  plan: Plan,
  deployments: readonly Deployment[],
  codes: ReadonlySet<RejectionCode>,
): number | null {
  if (plan.candidates.length > 0) return null;
  const ids = new Set(plan.rejections.filter(({ code }) => codes.has(code)).map(({ deployment }) => deployment));
  const windows = deployments.filter(({ id }) => ids.has(id)).map(({ capabilities }) => capabilities.contextWindow);
  return windows.length === 0 ? null : Math.max(...windows);
}
