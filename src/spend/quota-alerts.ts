import type { Alert } from '../domain/alert.ts';
import type { FreeQuota } from '../domain/deployment.ts';
import type { QuotaLeft } from '../domain/snapshot.ts';
import { isoTime } from '../lib/clock.ts';

/** A free quota with what is left of it today. */
export interface QuotaState {
  /** Provider, account or model that it belongs to. */
  readonly id: string;
  readonly quota: FreeQuota;
  readonly left: QuotaLeft;
}

/** The share of a day's quota from which somebody is told. */
const NEARLY = 0.8;

/** Free quotas that are nearly, or wholly, used up today. Pure. */
export function quotaAlerts(states: readonly QuotaState[]): readonly Alert[] {
  return states.flatMap(({ id, quota, left }) => {
    const used = Math.max(usedShare(quota.requestsPerDay, left.requests), usedShare(quota.tokensPerDay, left.tokens));
    if (used < NEARLY) return [];
    const isOver = used >= 1;
    const then = quota.thenPaid ? 'then its calls are paid' : 'then it is not asked';
    const message = isOver
      ? `The free quota of ${id} is used up until ${isoTime(left.resetsAt)}: ${quota.thenPaid ? 'its calls are paid' : 'it is not asked'}.`
      : `${Math.floor(used * 100)} % of the free quota of ${id} are used up; ${then}, until ${isoTime(left.resetsAt)}.`;
    return [
      { kind: 'free_quota', subject: id, period: left.resetsAt, level: isOver ? 'exhausted' : 'warning', message },
    ];
  });
}

function usedShare(limit: number | null, left: number): number {
  if (limit === null) return 0;
  return limit === 0 ? 1 : 1 - left / limit;
}
