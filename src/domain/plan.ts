import type { Deployment, DeploymentId } from './deployment.ts';
import type { NanoUsd } from './money.ts';
import type { TaskProfile } from './task.ts';

/** Why a deployment was left out of a plan. */
export type RejectionCode =
  | 'not_requested'
  | 'not_local'
  | 'wrong_region'
  | 'no_tools'
  | 'no_json'
  | 'no_vision'
  | 'context_too_small'
  | 'over_max_cost'
  | 'over_budget'
  | 'unknown_price'
  /** The request may wait, and a budget that pays for it is critical. */
  | 'paused'
  | 'below_quality'
  | 'unhealthy'
  | 'rate_limited'
  /** Its free quota of today is used up, and it is not to be paid for. */
  | 'quota_used_up'
  /** It could serve, but the profile's failure path ends before it (`cascadeFallback` is off). */
  | 'not_in_failure_path'
  | 'not_configured';

/** Rejections by which money alone keeps a deployment from serving: what else it must be able to do is looked at first. */
export const MONEY_REJECTIONS: ReadonlySet<RejectionCode> = new Set<RejectionCode>([
  'over_budget',
  'over_max_cost',
  'unknown_price',
  'paused',
]);

export interface Rejection {
  readonly deployment: DeploymentId;
  readonly code: RejectionCode;
  /** A sentence with the figures that decided. */
  readonly detail: string;
}

export interface Candidate {
  readonly deployment: Deployment;
  /** The profile's slot (`primary` …) that it fills, or null. */
  readonly slot: string | null;
  /** Why it stands where it stands, e.g. `taskTypeMapping coding → secondary`. */
  readonly reason: string;
  /** The `max_tokens` that would be sent: never more than what cost cap and context window allow. */
  readonly maxOutputTokens: number;
  /** Upper bound of one attempt's cost; null where the price is unknown. */
  readonly worstCost: NanoUsd | null;
  /** Cost as expected from the estimated tokens; null where the price is unknown. */
  readonly expectedCost: NanoUsd | null;
  /** Expected wait for a place below the provider's limits, in ms; absent: none. */
  readonly waitMs?: number;
  /** It has no tools of its own: they are described in its prompt, and its calls read from its words. */
  readonly emulatesTools?: true;
  /**
   * The provider's free quota has room for it, as far as the plan can tell. `orPaid`: should the quota be used up when
   * the attempt is made, it is paid (`worstCost` is what that may cost); else it is not made.
   */
  readonly freeQuota?: { readonly orPaid: boolean };
}

/** Pure result of classification and planning: replayable from the same snapshot, explainable in full. */
export interface Plan {
  readonly profile: string;
  readonly strategy: string;
  readonly task: TaskProfile;
  /** In the order in which they are tried; empty where nothing can serve the request. */
  readonly candidates: readonly Candidate[];
  /** Left out since they rest (they are among the rejections, too), and tried all the same where all candidates fail. */
  readonly lastResorts?: readonly Candidate[];
  readonly rejections: readonly Rejection[];
  /** The rule of the precedence that chose the first candidate, e.g. `complexityRouting.simple`. */
  readonly rule: string;
  /** One sentence for people. */
  readonly reason: string;
  readonly warnings: readonly string[];
  /** How long it waits before it is sent, in ms, since its budget is spent too fast; absent: not at all. */
  readonly pauseMs?: number;
  /** What the same request would be expected to cost on the baseline model; null where it has no known price. */
  readonly baseline: { readonly model: string; readonly expectedCost: NanoUsd | null };
}

/** A model's price for comparison, taken at the time of the call. */
export interface Baseline {
  readonly model: string;
  readonly price: Deployment['price'];
}
