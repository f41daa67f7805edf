import type { NonCritical } from '../config/alert-policy.ts';
import type { CompletionRequest } from '../domain/completion-request.ts';
import type { Deployment } from '../domain/deployment.ts';
import { formatUsd, type NanoUsd, ZERO_USD } from '../domain/money.ts';
import type { Candidate, Rejection, RejectionCode } from '../domain/plan.ts';
import { costOf, isFree, worstCost } from '../domain/price.ts';
import type { QuotaLeft, RoutingSnapshot } from '../domain/snapshot.ts';
import type { TaskProfile } from '../domain/task.ts';
import { normalizeUsage } from '../domain/usage.ts';
import { isoTime } from '../lib/clock.ts';
import { whyPaused } from './non-critical.ts';
import { capByModel, capByMoney, type OutputWish, policyCap, tighter, usualOutput } from './output-cap.ts';
import { SHORT_WAIT_MS } from './prefer-free.ts';
import { upperBound } from './token-bounds.ts';

/** A deployment that can serve the request, with what it would be asked for and what that costs. */
export type Fit = Omit<Candidate, 'slot' | 'reason'>;

/**
 * What the filters say of a deployment. A rejection that comes with a fit is one of quality or of the moment: where
 * nothing passes, such a deployment may still be tried. One without a fit is final.
 */
export interface Verdict {
  readonly deployment: Deployment;
  readonly fit: Fit | null;
  readonly rejection: Rejection | null;
}

export interface RoutingPolicy {
  /** What is paused while a budget that pays for it is critical. */
  readonly nonCritical?: NonCritical;
  /** Whether free models go on when a budget is used up; absent: they do. */
  readonly onExhausted?: 'free' | 'stop';
  /** What a call of unknown price is held at where a cap or budget applies; null: it is refused there. */
  readonly unpricedCallCeiling: NanoUsd | null;
  /** Answers of a request with checks that are checked at most; 4 where absent. */
  readonly verify?: { readonly maxAttempts: number };
  /** `auto`: a model without tools of its own may serve a request with tools; absent is `off`. */
  readonly toolEmulation?: 'auto' | 'off';
}

/** What all deployments are measured by: taken from the request once. */
interface Measure {
  readonly request: CompletionRequest;
  readonly task: TaskProfile;
  readonly snapshot: RoutingSnapshot;
  readonly policy: RoutingPolicy;
  readonly wish: OutputWish;
  readonly usualOutput: number;
  /** Upper bound on input tokens, for money. */
  readonly inputBound: number;
  /** The most that one attempt may cost; null: nothing limits it. */
  readonly limit: NanoUsd | null;
  readonly limitCode: 'over_max_cost' | 'over_budget';
  /** Why nobody may serve it now; null: somebody may. */
  readonly paused: string | null;
}

/** Judges deployments one by one. Build it once for a request. */
export function createHardFilters(
  request: CompletionRequest,
  task: TaskProfile,
  snapshot: RoutingSnapshot,
  policy: RoutingPolicy,
): (deployment: Deployment) => Verdict {
  const maxCost = request.constraints.maxCost ?? null;
  const { budgetLeft } = snapshot;
  const measure: Measure = {
    request,
    task,
    snapshot,
    policy,
    wish: {
      tokens: request.maxOutputTokens ?? policyCap(task.task, task.complexity),
      given: request.maxOutputTokens !== undefined,
    },
    usualOutput: usualOutput(task.task, task.complexity),
    inputBound: upperBound(request),
    limit: tighter(maxCost, budgetLeft),
    limitCode: maxCost !== null && (budgetLeft === null || maxCost <= budgetLeft) ? 'over_max_cost' : 'over_budget',
    paused: whyPaused(request, task.task, snapshot.budgetLevel, policy.nonCritical),
  };
  return (deployment) => judge(deployment, measure);
}

function judge(deployment: Deployment, measure: Measure): Verdict {
  const stopped = stoppedBy(deployment, measure);
  if (stopped) return { deployment, fit: null, rejection: stopped };
  const barred = barredBy(deployment, measure);
  if (barred) return { deployment, fit: null, rejection: barred };
  const found = fitWithQuota(deployment, measure);
  if ('code' in found) return { deployment, fit: null, rejection: found };
  const emulates = measure.task.needs.tools && !deployment.capabilities.toolCalling;
  const fit: Fit = emulates ? { ...found, emulatesTools: true } : found;
  const waitMs = measure.snapshot.headroom.get(deployment.id)?.waitMs ?? 0;
  const waiting = waitMs > 0 ? { ...fit, waitMs } : fit;
  return { deployment, fit: waiting, rejection: belowQuality(deployment, measure) ?? notNow(fit, measure) };
}

/**
 * The request measured against what the provider gives away today; what that does not cover is measured against money.
 * An answer that money would cut short, or not pay at all, is written for free or not at all.
 */
function fitWithQuota(deployment: Deployment, measure: Measure): Fit | Rejection {
  const { freeQuota } = deployment;
  const left = freeQuota && measure.snapshot.freeQuota?.get(deployment.id);
  if (!left) return fitOf(deployment, measure);
  const paid = freeQuota.thenPaid ? fitOf(deployment, measure) : null;
  const cap = capByModel(deployment, measure.wish, measure.task.needs.inputTokens);
  if (cap === null) return fitOf(deployment, measure);
  const isCovered = left.requests >= 1 && left.tokens >= measure.inputBound + cap;
  if (!isCovered) return paid ?? quotaUsedUp(deployment, left);
  if (paid && !('code' in paid) && paid.maxOutputTokens === cap) {
    return { ...paid, expectedCost: ZERO_USD, freeQuota: { orPaid: true } };
  }
  return {
    deployment,
    maxOutputTokens: cap,
    worstCost: ZERO_USD,
    expectedCost: ZERO_USD,
    freeQuota: { orPaid: false },
  };
}

function quotaUsedUp(deployment: Deployment, { resetsAt }: QuotaLeft): Rejection {
  const reset = isoTime(resetsAt);
  return reject(
    deployment,
    'quota_used_up',
    `Its free quota of today has no room for this; it begins anew at ${reset}.`,
  );
}

/** Money keeps everybody from serving, the free ones too. */
function stoppedBy(deployment: Deployment, { paused, policy, snapshot }: Measure): Rejection | null {
  if (paused !== null) return reject(deployment, 'paused', paused);
  if (policy.onExhausted !== 'stop' || snapshot.budgetLevel !== 'exhausted') return null;
  return reject(deployment, 'over_budget', 'The budget is used up, and policy.onExhausted stops free models as well.');
}

/** Residency, sensitivity and capabilities: what no wish can bend. */
function barredBy(deployment: Deployment, { request, task, snapshot, policy }: Measure): Rejection | null {
  const { sensitivity, region } = request.constraints;
  const { capabilities } = deployment;
  const { needs } = task;
  if (sensitivity === 'private' && !deployment.local) {
    return reject(deployment, 'not_local', 'The request is private, and this model does not run locally.');
  }
  if (region !== undefined && !deployment.regions.includes(region)) {
    const where = deployment.regions.length > 0 ? `is in ${deployment.regions.join(', ')}` : 'names no region';
    return reject(deployment, 'wrong_region', `The request must stay in ${region}; this deployment ${where}.`);
  }
  if (needs.tools && !capabilities.toolCalling && !mayEmulateTools(deployment, policy)) {
    return reject(deployment, 'no_tools', 'It cannot call tools, and they are not emulated for it.');
  }
  if (needs.json && !capabilities.jsonMode) return reject(deployment, 'no_json', 'It has no JSON mode.');
  if (needs.vision && !capabilities.multimodal) return reject(deployment, 'no_vision', 'It cannot see images.');
  const health = snapshot.health.get(deployment.id);
  if (health?.state === 'unhealthy' && health.refused && health.until > snapshot.now) {
    return reject(deployment, 'unhealthy', `The provider refuses us: ${health.reason}`);
  }
  return null;
}

function mayEmulateTools({ capabilities }: Deployment, { toolEmulation }: RoutingPolicy): boolean {
  return toolEmulation === 'auto' && capabilities.toolEmulation !== false;
}

/** The request measured against context window and money. */
function fitOf(deployment: Deployment, measure: Measure): Fit | Rejection {
  const { price, capabilities } = deployment;
  const { task, wish, inputBound, limit } = measure;
  const { inputTokens } = task.needs;
  const cap = capByModel(deployment, wish, inputTokens);
  if (cap === null) {
    return reject(
      deployment,
      'context_too_small',
      `About ${inputTokens} input tokens leave no room for an answer in its ${capabilities.contextWindow} tokens of context.`,
    );
  }
  if (measure.snapshot.budgetLevel === 'exhausted' && !(price && isFree(price))) {
    return reject(deployment, 'over_budget', 'The budget is exhausted, so only free models may serve.');
  }
  if (price === null) return unpricedFit(deployment, cap, measure);
  const expectedOutput = Math.min(cap, measure.usualOutput);
  if (limit === null) {
    return {
      deployment,
      maxOutputTokens: cap,
      worstCost: worstCost(price, inputBound, cap),
      expectedCost: costOf(price, normalizeUsage({ inputTokens, outputTokens: expectedOutput })),
    };
  }
  const paid = capByMoney(price, inputBound, cap, wish.given, limit);
  if (paid.type === 'too_dear') return tooDear(deployment, paid.needed, paid.tokens, limit, measure);
  const outputTokens = Math.min(paid.tokens, expectedOutput);
  return {
    deployment,
    maxOutputTokens: paid.tokens,
    worstCost: paid.worstCost,
    expectedCost: costOf(price, normalizeUsage({ inputTokens, outputTokens })),
  };
}

function unpricedFit(deployment: Deployment, cap: number, measure: Measure): Fit | Rejection {
  const ceiling = measure.policy.unpricedCallCeiling;
  if (measure.limit !== null) {
    if (ceiling === null) {
      return reject(
        deployment,
        'unknown_price',
        'Its price is unknown, a cost limit applies, and no `policy.unpricedCallCeilingUsd` is set.',
      );
    }
    if (ceiling > measure.limit) return tooDear(deployment, ceiling, cap, measure.limit, measure);
  }
  return { deployment, maxOutputTokens: cap, worstCost: null, expectedCost: null };
}

function tooDear(deployment: Deployment, needed: NanoUsd, tokens: number, limit: NanoUsd, measure: Measure): Rejection {
  const allows = measure.limitCode === 'over_max_cost' ? 'the request allows' : 'the budget has';
  const asked = measure.wish.given ? 'the requested' : 'only';
  return reject(
    deployment,
    measure.limitCode,
    `It may cost up to ${formatUsd(needed)} with ${asked} ${tokens} output tokens; ${allows} ${formatUsd(limit)}.`,
  );
}

function belowQuality(deployment: Deployment, { request }: Measure): Rejection | null {
  const { qualityThreshold } = request.constraints;
  if (qualityThreshold === undefined) return null;
  const { quality } = deployment;
  if (quality !== null && quality >= qualityThreshold) return null;
  const has = quality === null ? 'Its quality is unknown' : `Its quality is ${quality}`;
  return reject(deployment, 'below_quality', `${has}; the request demands ${qualityThreshold}.`);
}

/** Health and headroom: what may be different in a minute. */
function notNow({ deployment, maxOutputTokens }: Fit, { snapshot, task, usualOutput }: Measure): Rejection | null {
  const health = snapshot.health.get(deployment.id);
  if (health?.state === 'unhealthy' && health.until > snapshot.now) {
    const seconds = Math.ceil((health.until - snapshot.now) / 1000);
    return reject(deployment, 'unhealthy', `It rests for ${seconds} s more: ${health.reason}`);
  }
  const headroom = snapshot.headroom.get(deployment.id);
  if (!headroom) return null;
  if (headroom.waitMs !== undefined) {
    if (headroom.waitMs <= SHORT_WAIT_MS) return null;
    const seconds = Math.ceil(headroom.waitMs / 1000);
    return reject(
      deployment,
      'rate_limited',
      `Its requests or tokens of this minute are used up for ${seconds} s more.`,
    );
  }
  if (headroom.requests < 1) return reject(deployment, 'rate_limited', 'Its requests of this minute are used up.');
  const needed = task.needs.inputTokens + Math.min(maxOutputTokens, usualOutput);
  if (headroom.tokens >= needed) return null;
  return reject(
    deployment,
    'rate_limited',
    `It takes ${headroom.tokens} more tokens this minute; this needs about ${needed}.`,
  );
}

function reject(deployment: Deployment, code: RejectionCode, detail: string): Rejection {
  return { deployment: deployment.id, code, detail };
}
