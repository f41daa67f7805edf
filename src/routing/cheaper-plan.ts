import type { DeploymentId } from '../domain/deployment.ts';
import type { NanoUsd } from '../domain/money.ts';
import { createHardFilters, type Fit } from './hard-filters.ts';
import { tighter } from './output-cap.ts';
import type { RouteInput } from './plan-route.ts';

/** Who could serve a request that was refused for money, within what is left. */
export interface CheaperPlan {
  readonly deployment: DeploymentId;
  /** The most that one attempt there may cost. */
  readonly worstCost: NanoUsd;
  readonly maxOutputTokens: number;
  /** It fits only with fewer output tokens than the request asked for. */
  readonly isShorter: boolean;
}

/** An answer of fewer tokens is not worth naming. */
const LEAST_OUTPUT = 16;
/** Where the request names no length, what is tried first below the shortest that a plan takes by itself. */
const SHORT_OUTPUT = 128;

/**
 * The cheapest deployment that fits into `left` (and into the request's own cap), whoever the request names: at the
 * length asked for, else at the longest of its halves that fits. null: nothing fits. Pure, and no part of any call that
 * is served.
 */
export function cheaperPlan(input: RouteInput, left: NanoUsd | null): CheaperPlan | null {
  const asked = input.request.maxOutputTokens;
  const whole = cheapestAt(input, left, asked);
  if (whole) return { ...whole, isShorter: false };
  for (let tokens = asked ? Math.floor(asked / 2) : SHORT_OUTPUT; tokens >= LEAST_OUTPUT; tokens = tokens >> 1) {
    const shorter = cheapestAt(input, left, tokens);
    if (shorter) return { ...shorter, isShorter: true };
  }
  return null;
}

function cheapestAt(
  { request, task, snapshot, policy }: RouteInput,
  left: NanoUsd | null,
  maxOutputTokens: number | undefined,
): Omit<CheaperPlan, 'isShorter'> | null {
  const sized = maxOutputTokens === undefined ? request : { ...request, maxOutputTokens };
  const within = { ...snapshot, budgetLeft: tighter(snapshot.budgetLeft, left) };
  const judge = createHardFilters(sized, task, within, policy);
  let cheapest: (Fit & { readonly worstCost: NanoUsd }) | null = null;
  for (const deployment of snapshot.deployments) {
    const { fit, rejection } = judge(deployment);
    // Below the demanded quality is still a plan that its reader may choose; who rests or is out of room is none.
    if (!fit || fit.worstCost === null || (rejection !== null && rejection.code !== 'below_quality')) continue;
    if (!cheapest || fit.worstCost < cheapest.worstCost) cheapest = { ...fit, worstCost: fit.worstCost };
  }
  if (!cheapest) return null;
  const { deployment, worstCost } = cheapest;
  return { deployment: deployment.id, worstCost, maxOutputTokens: cheapest.maxOutputTokens };
}
