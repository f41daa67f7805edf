import type { BudgetAttributes } from '../domain/budget.ts';
import { QUOTA_BUFFER } from '../domain/budget.ts';
import type { ProviderFailure } from '../domain/failure.ts';
import { ZERO_USD } from '../domain/money.ts';
import type { Candidate } from '../domain/plan.ts';
import { budgetAttributes } from './call.ts';
import type { PipelineDeps } from './pipeline-deps.ts';
import { toFailure } from './to-failure.ts';
import type { WatchedAttempt } from './watchers/attempt-observer.ts';

/** Whether an attempt may be sent now, and how it is paid for. */
export type Admission =
  | {
      readonly type: 'admitted';
      /** The candidate with the price that holds for this attempt. */
      readonly funded: Candidate;
      readonly attributes: BudgetAttributes;
      /** Gives everything back, unless it was sent. */
      leave(): void;
    }
  | { readonly type: 'not_sent'; readonly failure: ProviderFailure };

/**
 * Waits for a place below the provider's limits, then asks whether the provider's free quota pays. Comes before anything
 * is reserved, so that no money is held for a call that only waits, and the ledger has rows of what was sent and no other.
 */
export async function admitAttempt(
  { admit, quotas }: PipelineDeps,
  attempt: WatchedAttempt,
  signal: AbortSignal,
): Promise<Admission> {
  const { candidate, call } = attempt;
  const attributes = budgetAttributes(call, candidate.deployment);
  let leavePlace: () => void;
  try {
    leavePlace = await admit(attempt, signal);
  } catch (error) {
    return { type: 'not_sent', failure: toFailure(error, candidate, signal) };
  }
  const funding = orGiveBack(() => quotas.fund(attempt), leavePlace);
  switch (funding.type) {
    case 'none':
      leavePlace();
      return { type: 'not_sent', failure: funding.failure };
    case 'paid': {
      const tagged = { ...attributes, tags: [...attributes.tags, QUOTA_BUFFER] };
      return {
        type: 'admitted',
        funded: candidate,
        attributes: funding.beyondQuota ? tagged : attributes,
        leave: leavePlace,
      };
    }
    case 'free': {
      const deployment = { ...candidate.deployment, price: funding.price };
      const leave = () => {
        funding.giveBack();
        leavePlace();
      };
      return { type: 'admitted', funded: { ...candidate, deployment, worstCost: ZERO_USD }, attributes, leave };
    }
  }
}

/** `work`, before which something was taken that is given back where it throws. */
export function orGiveBack<T>(work: () => T, giveBack: () => void): T {
  try {
    return work();
  } catch (error) {
    giveBack();
    throw error;
  }
}
