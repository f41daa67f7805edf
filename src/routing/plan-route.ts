import type { Profile } from '../config/config.ts';
import type { CompletionRequest } from '../domain/completion-request.ts';
import type { Deployment } from '../domain/deployment.ts';
import type { NanoUsd } from '../domain/money.ts';
import { type Baseline, type Candidate, MONEY_REJECTIONS, type Plan, type Rejection } from '../domain/plan.ts';
import { costOf } from '../domain/price.ts';
import type { RoutingSnapshot } from '../domain/snapshot.ts';
import type { TaskProfile } from '../domain/task.ts';
import { normalizeUsage } from '../domain/usage.ts';
import { isoTime } from '../lib/clock.ts';
import { keepWarm } from './affinity.ts';
import { balanceReplicas, COST_TOLERANCE } from './balance-replicas.ts';
import { unfilledSlots } from './expand-slots.ts';
import { qualityByEvidence } from './expected-quality.ts';
import { explainPlan } from './explain-plan.ts';
import { createHardFilters, type Fit, type RoutingPolicy, type Verdict } from './hard-filters.ts';
import { type Ordering, orderCandidates } from './order-candidates.ts';
import { byCost, byQuality } from './order-fits.ts';
import { orderVerified } from './order-verified.ts';
import { usualOutput } from './output-cap.ts';
import { unroutedFlags } from './precedence.ts';
import { preferFree } from './prefer-free.ts';
import { preferNativeTools, toolsAreEmulated } from './prefer-native-tools.ts';

export interface RouteInput {
  readonly request: CompletionRequest;
  readonly task: TaskProfile;
  readonly profile: Profile;
  readonly snapshot: RoutingSnapshot;
  /** The deployments of an explicitly named model; null: any may serve. */
  readonly requested: readonly Deployment[] | null;
  readonly baseline: Baseline;
  readonly policy: RoutingPolicy;
}

/**
 * Decides who is to serve a request, in which order, and why: the precedence of the profiles (`docs/routing.md`).
 * Pure: the same input gives the same plan. Never throws; a plan without candidates says why in its reason.
 *
 * Every deployment of the snapshot is either a candidate or a rejection. Where all that could serve are unhealthy or
 * out of headroom for the moment, they are tried all the same, with a warning: an attempt is better than a refusal.
 * Where none has the quality demanded, the best available serves with a warning, unless the request or profile is strict.
 */
export function planRoute(input: RouteInput): Plan {
  const { request, task, profile, snapshot, requested } = input;
  const judge = createHardFilters(request, task, snapshot, input.policy);
  const verdicts = (requested ?? snapshot.deployments).map(judge);
  const found = choose(verdicts, input);
  const strangers = strangersForMoney(verdicts, found.fits, input);
  const chosen = { ...found, fits: found.fits.filter((fit) => !strangers.includes(fit)) };
  const ordering =
    chosen.fits.length > 0 ? preferNativeTools(chosen.fits, (fits) => order({ ...chosen, fits }, input)) : NOTHING;
  const spreadOut = preferFree(spread(ordering.candidates, input));
  const ordered = { ...ordering, candidates: spreadOut };
  // A warm cache saves less than a dearer model costs that need not be asked.
  const served = isVerified(input) ? ordered : keepWarm(ordered, input);
  const { candidates } = served;
  const lastResorts = lastResortsOf(verdicts, chosen, candidates, input);
  const rejections = [
    ...rejectionsOf(verdicts, chosen.fits),
    ...beyondPath(served.beyond, profile),
    // A stranger that has no room at the moment stands among the rejections already.
    ...strangers.filter((fit) => passes(fit, verdicts)).map(({ deployment }) => notOfProfile(deployment, profile)),
    ...(requested ? notRequested(snapshot, requested) : unfilledSlots(profile, snapshot.deployments)),
  ];
  return {
    profile: profile.name,
    strategy: profile.routing.strategy,
    task,
    candidates,
    ...(lastResorts.length > 0 && { lastResorts }),
    rejections,
    rule: served.rule,
    reason: explainPlan(task, served, rejections, profile),
    warnings: [
      ...unroutedFlags(profile, request.constraints),
      ...chosen.warnings,
      ...ordering.warnings,
      ...caveats(input, candidates[0]),
    ],
    baseline: { model: input.baseline.model, expectedCost: baselineCost(input, candidates[0]) },
  };
}

/**
 * What must be held in budgets for an attempt: its worst cost, or the ceiling for calls of unknown price; null where
 * neither is known, which the filters only let pass where no cap and no budget applies to every call.
 */
export function holdFor(candidate: Candidate, policy: RoutingPolicy): NanoUsd | null {
  return candidate.worstCost ?? policy.unpricedCallCeiling;
}

/** What may be ordered, and how it came to that. */
interface Choice {
  readonly fits: readonly Fit[];
  readonly belowQuality: boolean;
  readonly warnings: readonly string[];
}

const NOTHING: Ordering = { candidates: [], rule: 'none', why: '', beyond: [], missed: null, warnings: [] };

/** What passed; else the best below the demanded quality; else what is only out of order for the moment. */
function choose(verdicts: readonly Verdict[], { request, profile }: RouteInput): Choice {
  const passed = fitsOf(verdicts, null);
  if (passed.length > 0) return { fits: passed, belowQuality: false, warnings: [] };
  const { qualityThreshold } = request.constraints;
  const strict = request.constraints.strict ?? profile.routing.strict;
  const below = strict ? [] : fitsOf(verdicts, 'below_quality');
  if (below.length > 0) {
    const warning = `No model that can serve this has the demanded quality ${qualityThreshold}; the best available one serves.`;
    return { fits: below, belowQuality: true, warnings: [warning] };
  }
  const resting = [...fitsOf(verdicts, 'unhealthy'), ...fitsOf(verdicts, 'rate_limited')];
  const warning =
    'Every model that can serve this is unhealthy or out of headroom at the moment; they are tried all the same.';
  return { fits: resting, belowQuality: false, warnings: resting.length > 0 ? [warning] : [] };
}

/**
 * Models from outside the profile that would stand in although only money keeps the profile's own from serving: a call
 * that cannot be paid is refused, not given to whoever is cheap. Local models may, and all may under `adaptive`.
 */
function strangersForMoney(verdicts: readonly Verdict[], fits: readonly Fit[], input: RouteInput): readonly Fit[] {
  const { profile, requested, snapshot } = input;
  if (requested || profile.routing.strategy === 'adaptive') return [];
  const names = Object.values(profile.models).map(({ model }) => model);
  // The usual case ends here, before anything is looked up.
  if (fits.some(({ deployment }) => names.includes(deployment.model))) return [];
  const own = new Set(snapshot.deployments.filter(({ model }) => names.includes(model)).map(({ id }) => id));
  const forMoney = verdicts.some(
    ({ rejection }) => rejection && own.has(rejection.deployment) && MONEY_REJECTIONS.has(rejection.code),
  );
  return forMoney ? fits.filter(({ deployment }) => !deployment.local) : [];
}

function passes(fit: Fit, verdicts: readonly Verdict[]): boolean {
  return verdicts.some((verdict) => verdict.fit === fit && verdict.rejection === null);
}

function notOfProfile({ id }: Deployment, { name }: Profile): Rejection {
  const detail = `It is not in profile ${name}, whose own models only money keeps from serving.`;
  return { deployment: id, code: 'not_in_failure_path', detail };
}

/** Those at rest that the failure path would have reached: better asked than a call given up. */
function lastResortsOf(
  verdicts: readonly Verdict[],
  chosen: Choice,
  candidates: readonly Candidate[],
  input: RouteInput,
): readonly Candidate[] {
  const resting = fitsOf(verdicts, 'unhealthy').filter((fit) => !chosen.fits.includes(fit));
  if (resting.length === 0 || chosen.fits.length === 0 || chosen.belowQuality) return [];
  const planned = new Set(candidates.map(({ deployment }) => deployment.id));
  return order({ ...chosen, fits: [...chosen.fits, ...resting] }, input)
    .candidates.filter(
      ({ deployment }) => !planned.has(deployment.id) && resting.some((fit) => fit.deployment.id === deployment.id),
    )
    .map((candidate) => ({ ...candidate, reason: 'at rest: only where all others fail' }));
}

function fitsOf(verdicts: readonly Verdict[], code: Rejection['code'] | null): Fit[] {
  const fits: Fit[] = [];
  for (const { fit, rejection } of verdicts) if (fit && (rejection?.code ?? null) === code) fits.push(fit);
  return fits;
}

function order({ fits, belowQuality }: Choice, input: RouteInput): Ordering {
  const { request, task, profile, snapshot, requested } = input;
  if (requested) return inOrder([...fits].sort(byCost), 'model', 'the request names the model');
  if (belowQuality) return inOrder([...fits].sort(byQuality), 'bestAvailable', 'the best available serves');
  const { budgetLevel } = snapshot;
  const qualityOf = qualityByEvidence(snapshot.adequacy);
  const ordering = orderCandidates(fits, { profile, task, constraints: request.constraints, budgetLevel, qualityOf });
  if (!isVerified(input)) return ordering;
  const steps = input.policy.verify?.maxAttempts ?? DEFAULT_CHECKED_ANSWERS;
  const byEvidence = profile.routing.strategy === 'adaptive' && (snapshot.adequacy?.size ?? 0) > 0;
  const candidates = orderVerified(ordering.candidates, { steps, qualityOf, byEvidence });
  const why = byEvidence
    ? 'its answer is checked, so what is likely to pass at the least cost comes first'
    : 'its answer is checked, so the cheapest comes first';
  return { ...ordering, candidates, rule: 'verify', why, missed: null };
}

const DEFAULT_CHECKED_ANSWERS = 4;

/** Checks decide what is good enough, unless the caller names who is to answer. */
function isVerified({ request, requested }: RouteInput): boolean {
  return requested === null && (request.verify?.length ?? 0) > 0;
}

/** Over replicas, within a tenth of the cheapest; where a budget runs low, over those that cost the same only. */
function spread(candidates: readonly Candidate[], { profile, snapshot }: RouteInput): readonly Candidate[] {
  const { loadBalancing, redundancy } = profile;
  const tolerance = snapshot.budgetLevel === 'normal' ? COST_TOLERANCE : 0;
  return balanceReplicas(candidates, { loadBalancing, redundancy, tolerance }, snapshot.balancing);
}

function inOrder(fits: readonly Fit[], rule: string, why: string): Ordering {
  const candidates = fits.map((fit) => ({ ...fit, slot: null, reason: rule }));
  return { ...NOTHING, candidates, rule, why };
}

/** Rejections of those that are not tried after all. */
function rejectionsOf(verdicts: readonly Verdict[], tried: readonly Fit[]): readonly Rejection[] {
  const kept = new Set(tried);
  const rejections: Rejection[] = [];
  for (const { fit, rejection } of verdicts) if (rejection && !(fit && kept.has(fit))) rejections.push(rejection);
  return rejections;
}

function beyondPath(fits: readonly Fit[], { name }: Profile): readonly Rejection[] {
  const detail = `The failure path of profile ${name} ends before it (cascadeFallback is off).`;
  return fits.map(({ deployment }) => ({ deployment: deployment.id, code: 'not_in_failure_path', detail }));
}

function notRequested({ deployments }: RoutingSnapshot, requested: readonly Deployment[]): readonly Rejection[] {
  const wanted = new Set(requested.map(({ id }) => id));
  return deployments
    .filter(({ id }) => !wanted.has(id))
    .map(({ id }) => ({ deployment: id, code: 'not_requested', detail: 'The request names another model.' }));
}

/** What the caller should know of the first candidate. */
function caveats({ request, snapshot }: RouteInput, first: Candidate | undefined): readonly string[] {
  if (!first) return [];
  const warnings: string[] = [];
  if (first.emulatesTools) {
    warnings.push(toolsAreEmulated(first.deployment.id));
  }
  const quota = snapshot.freeQuota?.get(first.deployment.id);
  if (quota && !first.freeQuota) {
    const reset = isoTime(quota.resetsAt);
    warnings.push(`The free quota of ${first.deployment.id} has no room for this until ${reset}, so it is paid.`);
  }
  const { flags, region } = request.constraints;
  if (flags?.includes('europeanDataSovereignty') && region === undefined && !first.deployment.regions.includes('eu')) {
    warnings.push(
      `europeanDataSovereignty prefers a model, but ${first.deployment.id} names no region eu; demand region "eu" to be sure.`,
    );
  }
  if (first.maxOutputTokens < (request.maxOutputTokens ?? 0)) {
    warnings.push(
      `The answer is limited to ${first.maxOutputTokens} tokens, which is what ${first.deployment.id} can write.`,
    );
  }
  return warnings;
}

function baselineCost({ baseline, task, request }: RouteInput, first: Candidate | undefined): NanoUsd | null {
  if (!baseline.price) return null;
  const most = first?.maxOutputTokens ?? request.maxOutputTokens ?? Number.POSITIVE_INFINITY;
  const outputTokens = Math.min(most, usualOutput(task.task, task.complexity));
  return costOf(baseline.price, normalizeUsage({ inputTokens: task.needs.inputTokens, outputTokens }));
}
