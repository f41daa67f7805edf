import type { DeploymentId } from '../domain/deployment.ts';
import type { ProviderFailure } from '../domain/failure.ts';
import { type NanoUsd, sumUsd } from '../domain/money.ts';
import type { Candidate, Plan } from '../domain/plan.ts';
import { otherKeysLast } from '../routing/after-failure.ts';
import {
  decideAfterFailure,
  type FailureDecision,
  isOfQuality,
  mayPass,
  type Where,
  whereAfter,
} from '../routing/failure-policy.ts';
import type { Call } from './call.ts';

/** What a call has left to try. Replaced, never changed. */
export interface LeftToTry {
  /** The first one is next. */
  readonly remaining: readonly Candidate[];
  /** At rest: tried where nobody else remains. */
  readonly lastResorts: readonly Candidate[];
  /** Failed for a passing reason, so that the call may return to them where nobody else is left. */
  readonly waiting: readonly Waiting[];
  readonly retries: ReadonlyMap<DeploymentId, number>;
  readonly returns: number;
  /** Answers that were given back to their model to be mended: one in a call at most. */
  readonly repairs: number;
  /** Answers that were not good enough and sent the call to another model. */
  readonly upgrades: number;
}

interface Waiting {
  readonly candidate: Candidate;
  /** Of the monotonic clock: before it the provider does not want to be asked. */
  readonly from: number;
}

export interface FailureFacts {
  readonly failure: ProviderFailure;
  /** Of the monotonic clock. */
  readonly now: number;
  /** Until the call's deadline. */
  readonly remainingMs: number;
  /** A float in [0, 1). */
  readonly jitter: number;
  /** It is known what is wrong with the answer. */
  readonly mendable?: boolean;
  /** Answers that may still be checked. */
  readonly checksLeft?: number;
}

export function beginWith({ candidates, lastResorts = [] }: Pick<Plan, 'candidates' | 'lastResorts'>): LeftToTry {
  return { remaining: candidates, lastResorts, waiting: [], retries: new Map(), returns: 0, repairs: 0, upgrades: 0 };
}

/**
 * What rests by now, although it was planned, goes behind what does not: other calls have found out meanwhile that it
 * is out, or are probing it at this moment. Where all rest, an attempt is better than none.
 */
export function awakeFirst(left: LeftToTry, isResting: (id: DeploymentId) => boolean): LeftToTry {
  const { remaining } = left;
  if (!remaining[0] || !isResting(remaining[0].deployment.id)) return left;
  const rests = ({ deployment }: Candidate) => isResting(deployment.id);
  const awake = remaining.filter((candidate) => !rests(candidate));
  return awake.length === 0 ? left : { ...left, remaining: [...awake, ...remaining.filter(rests)] };
}

/** What to do after the first of the remaining candidates has failed, and what is left to try then. Pure. */
export function afterFailure(
  left: LeftToTry,
  call: Call,
  { failure, now, remainingMs, jitter, mendable, checksLeft }: FailureFacts,
): { readonly decision: FailureDecision; readonly left: LeftToTry } {
  const [candidate, ...behind] = left.remaining;
  if (!candidate) return { decision: { action: 'give_up' }, left };
  const { id } = candidate.deployment;
  const better = (other: Candidate) =>
    isAffordable(call, other) && isBetter(other, candidate, whereAfter(failure.kind));
  const planned = otherKeysLast(behind.filter(better), candidate.deployment, failure.kind);
  const lastResorts = left.lastResorts.filter(better);
  const others = planned.length > 0 ? planned : lastResorts;
  const mayReturn = mayPass(failure.kind) && isAffordable(call, candidate);
  const waiting = [
    ...left.waiting.filter((entry) => better(entry.candidate)),
    ...(mayReturn ? [{ candidate, from: now + (failure.retryAfterMs ?? 0) }] : []),
  ];
  const soonest = waiting.reduce<Waiting | null>(
    (best, entry) => (best && best.from <= entry.from ? best : entry),
    null,
  );
  const decision = decideAfterFailure({
    kind: failure.kind,
    retryAfterMs: failure.retryAfterMs,
    // What cannot be paid again is not retried.
    retries: isAffordable(call, candidate) ? (left.retries.get(id) ?? 0) : Number.POSITIVE_INFINITY,
    returns: left.returns,
    hasNext: others.length > 0,
    returnInMs: soonest && Math.max(0, soonest.from - now),
    remainingMs,
    rules: call.profile.routing.fallbackRules,
    mayRepair: mendable === true && left.repairs === 0 && isAffordable(call, candidate),
    upgrades: left.upgrades,
    ...(checksLeft !== undefined && { checksLeft }),
    jitter,
  });
  switch (decision.action) {
    case 'retry':
      return { decision, left: { ...left, retries: new Map(left.retries).set(id, (left.retries.get(id) ?? 0) + 1) } };
    case 'next':
      return {
        decision,
        left: {
          ...left,
          remaining: others,
          lastResorts: planned.length > 0 ? lastResorts : [],
          waiting,
          upgrades: left.upgrades + (isOfQuality(failure.kind) ? 1 : 0),
        },
      };
    case 'repair':
      return { decision, left: { ...left, repairs: left.repairs + 1 } };
    case 'return':
      return {
        decision,
        left: {
          ...left,
          remaining: soonest ? [soonest.candidate] : [],
          waiting: waiting.filter((entry) => entry !== soonest),
          returns: left.returns + 1,
        },
      };
    case 'give_up':
      return { decision, left: { ...left, remaining: [] } };
  }
}

/** As it was, but for the candidate that was tried: it comes first, also where it was asked before its turn. */
export function triedFirst(left: LeftToTry, tried: Candidate): LeftToTry {
  if (left.remaining[0] === tried) return left;
  return { ...left, remaining: [tried, ...left.remaining.filter((candidate) => candidate !== tried)] };
}

/** Without a candidate that is not to be asked again. */
export function withoutCandidate(left: LeftToTry, gone: Candidate | undefined): LeftToTry {
  return gone ? { ...left, remaining: left.remaining.filter((candidate) => candidate !== gone) } : left;
}

/** After a budget refused the first of the remaining candidates, only cheaper ones are left. */
export function afterRefusal(left: LeftToTry): LeftToTry {
  const [refused, ...behind] = left.remaining;
  const isCheaper = ({ worstCost }: Candidate) =>
    refused !== undefined && worstCost !== null && refused.worstCost !== null && worstCost < refused.worstCost;
  return { ...left, remaining: behind.filter(isCheaper) };
}

/** The first of the remaining candidates could not even be sent; the others can. */
export function withoutFirst(left: LeftToTry): LeftToTry {
  const remaining = left.remaining.slice(1);
  return remaining.length > 0 ? { ...left, remaining } : { ...left, remaining: left.lastResorts, lastResorts: [] };
}

/** Whether a candidate fits below the caller's cap for the whole call, beside what earlier attempts cost. */
export function isAffordable(call: Call, { worstCost }: Candidate): boolean {
  const cap = call.request.constraints.maxCost;
  if (cap === undefined || call.attempts.length === 0) return true;
  const spent: NanoUsd = sumUsd(call.attempts.flatMap(({ cost }) => (cost.amount === null ? [] : [cost.amount])));
  return worstCost !== null && spent + worstCost <= cap;
}

function isBetter({ deployment }: Candidate, failed: Candidate, where: Where): boolean {
  switch (where) {
    case 'anywhere':
      return true;
    case 'other_key':
      return deployment.provider !== failed.deployment.provider || deployment.key !== failed.deployment.key;
    case 'larger_context':
      return deployment.capabilities.contextWindow > failed.deployment.capabilities.contextWindow;
  }
}
