import type { Profile } from '../config/config.ts';
import type { RoutingConstraints } from '../domain/completion-request.ts';
import type { Deployment, DeploymentId } from '../domain/deployment.ts';
import { formatUsd, type NanoUsd, nano, ZERO_USD } from '../domain/money.ts';
import type { Candidate } from '../domain/plan.ts';
import { costOf, ratesFor } from '../domain/price.ts';
import type { PromptCaches } from '../domain/snapshot.ts';
import type { TaskProfile } from '../domain/task.ts';
import { normalizeUsage } from '../domain/usage.ts';
import type { Fit } from './hard-filters.ts';
import type { Ordering } from './order-candidates.ts';
import { clears, qualityBar } from './order-fits.ts';
import { usualOutput } from './output-cap.ts';

/** A deployment that finds less than this share of what it has seen does not cache. */
const LEAST_SHARE = 0.05;

/** What the decision to stay depends on. */
export interface AffinityInput {
  readonly request: { readonly constraints: RoutingConstraints };
  readonly task: TaskProfile;
  readonly profile: Profile;
  readonly snapshot: { readonly promptCaches?: PromptCaches };
}

/** A deployment that has served the conversation, measured against the one that the plan would turn to. */
interface Stay {
  readonly candidate: Candidate;
  readonly cachedTokens: number;
  /** What this turn and the next are expected to cost there; null: the price is unknown. */
  readonly cost: NanoUsd | null;
}

/**
 * Keeps a conversation with the deployment whose prompt cache is warm, while that is worth at least what the switch to
 * the plan's first candidate would save. Applied to the finished order; moves at most one candidate, to the front.
 *
 * Compared is what **this turn and the next** are expected to cost: a deployment that is new to the conversation reads
 * all of this prompt at its full rate and, where it caches, the next one from its cache. So a cheaper model wins as soon
 * as its saving outweighs the one cold start. Only what passed the filters and is good enough for this turn may keep
 * the conversation; of several the cheapest does.
 */
export function keepWarm(ordering: Ordering, input: AffinityInput): Ordering {
  const caches = input.snapshot.promptCaches;
  const planned = ordering.candidates[0];
  if (!caches || caches.warm.length === 0 || !planned) return ordering;
  const measure = measureOf(input, caches);
  const first = measure(planned);
  let best: Stay | null = null;
  for (const { deployment } of caches.warm) {
    const candidate = deployment === planned.deployment.id ? null : candidateFor(deployment, ordering, input.profile);
    if (!candidate || !mayStay(candidate, planned, input)) continue;
    const stay = measure(candidate);
    if (!isWorthStaying(stay, first, caches)) continue;
    if (best === null || (stay.cost !== null && best.cost !== null && stay.cost < best.cost)) best = stay;
  }
  return best ? moveToFront(best, first, ordering, measure) : warmFirst(first, ordering, measure);
}

type Measure = ((candidate: Candidate, cold?: boolean) => Stay) & {
  /** What one turn costs with so many tokens read from the cache. */
  turn(candidate: Candidate, read: number): NanoUsd | null;
};

function measureOf({ task }: AffinityInput, caches: PromptCaches): Measure {
  const { inputTokens } = task.needs;
  const usual = usualOutput(task.task, task.complexity);
  const turn = (candidate: Candidate, read: number): NanoUsd | null => {
    const { price } = candidate.deployment;
    if (candidate.freeQuota) return ZERO_USD;
    if (!price) return null;
    const cacheReadTokens = Math.min(read, inputTokens);
    const writes = caches.marked && ratesFor(price, inputTokens).cacheWrite5m !== null;
    const cacheWrite5mTokens = writes ? inputTokens - cacheReadTokens : 0;
    const outputTokens = Math.min(candidate.maxOutputTokens, usual);
    return costOf(price, normalizeUsage({ inputTokens, cacheReadTokens, cacheWrite5mTokens, outputTokens }));
  };
  const measure = (candidate: Candidate, cold = false): Stay => {
    const { id } = candidate.deployment;
    const warm = caches.warm.find(({ deployment }) => deployment === id)?.cachedTokens ?? 0;
    const cachedTokens = cold ? 0 : Math.min(warm, inputTokens);
    const share = cold ? 0 : (caches.share.get(id) ?? 0);
    const now = turn(candidate, cachedTokens);
    const next = turn(candidate, Math.max(cachedTokens, Math.floor(share * inputTokens)));
    return { candidate, cachedTokens, cost: now === null || next === null ? null : nano(now + next) };
  };
  return Object.assign(measure, { turn });
}

/** Good enough for this turn, whatever served the last one. What the caller demands of the model is not traded. */
function mayStay(stay: Candidate, planned: Candidate, { request, task, profile }: AffinityInput): boolean {
  if ((stay.waitMs ?? 0) > (planned.waitMs ?? 0)) return false;
  if (stay.emulatesTools && !planned.emulatesTools) return false;
  if (stay.deployment.model === planned.deployment.model) return true;
  const { flags, region, quality, qualityThreshold } = request.constraints;
  if (flags?.length || region !== undefined || quality !== undefined) return false;
  if (asGood(stay.deployment, planned.deployment)) return true;
  return (
    profile.routing.strategy !== 'quality-optimized' && clears(stay, qualityBar(task.complexity, qualityThreshold))
  );
}

function asGood(a: Deployment, b: Deployment): boolean {
  return a.quality !== null && b.quality !== null && a.quality >= b.quality;
}

/**
 * Without a cache that is known to be warm only the same model at the same cost keeps a conversation; not even that where
 * reports say that it does not cache, so that its replicas share the load. Local servers cache without reporting it.
 */
function isWorthStaying(stay: Stay, planned: Stay, { share }: PromptCaches): boolean {
  const { deployment } = stay.candidate;
  const sameModel = deployment.model === planned.candidate.deployment.model;
  if (stay.cachedTokens === 0 && !deployment.local && (share.get(deployment.id) ?? 1) < LEAST_SHARE) return false;
  if (stay.cost === null || planned.cost === null) return sameModel && stay.cost === planned.cost;
  if (stay.cachedTokens === 0 && !sameModel) return false;
  return stay.cost <= planned.cost;
}

/** Among the candidates, or among what passed the filters but lies beyond the profile's failure path. */
function candidateFor(id: DeploymentId, { candidates, beyond }: Ordering, profile: Profile): Candidate | null {
  const candidate = candidates.find(({ deployment }) => deployment.id === id);
  if (candidate) return candidate;
  const fit = beyond.find(({ deployment }) => deployment.id === id);
  return fit ? { ...fit, slot: slotOf(fit, profile), reason: RULE } : null;
}

function slotOf({ deployment }: Fit, { models }: Profile): string | null {
  return Object.entries(models).find(([, spec]) => spec?.model === deployment.model)?.[0] ?? null;
}

const RULE = 'promptCacheAffinity';

function moveToFront(stay: Stay, planned: Stay, ordering: Ordering, measure: Measure): Ordering {
  const { candidate, cachedTokens } = stay;
  const { id } = candidate.deployment;
  const kept = { ...candidate, reason: RULE, expectedCost: measure.turn(candidate, cachedTokens) };
  return {
    ...ordering,
    candidates: [kept, ...ordering.candidates.filter(({ deployment }) => deployment.id !== id)],
    beyond: ordering.beyond.filter(({ deployment }) => deployment.id !== id),
    rule: RULE,
    served: `stays with ${id}: ${worth(stay, planned, measure)}`,
  };
}

function worth(stay: Stay, planned: Stay, measure: Measure): string {
  const other = planned.candidate.deployment.id;
  const cold = measure(stay.candidate, true).cost;
  if (cold === null || stay.cost === null || planned.cost === null || cold <= stay.cost) {
    return `it has served this conversation, and ${other} would cost the same`;
  }
  const saves = cold - planned.cost;
  const money = `${saves < 0 ? 'cost' : 'save'} ${formatUsd(nano(Math.abs(saves)))}${saves < 0 ? ' more' : ''}`;
  const value = formatUsd(nano(cold - stay.cost));
  return `the warm prompt cache there (${tokens(stay)} tokens) is worth ${value} over this turn and the next, switching to ${other} would ${money}`;
}

/** The plan's own first candidate is warm: it is expected to cost less, and the reason says so. */
function warmFirst(first: Stay, ordering: Ordering, measure: Measure): Ordering {
  const { candidate, cachedTokens, cost } = first;
  const cold = measure(candidate, true).cost;
  if (cachedTokens === 0 || cost === null || cold === null || cold <= cost) return ordering;
  const expectedCost = measure.turn(candidate, cachedTokens);
  const value = formatUsd(nano(cold - cost));
  return {
    ...ordering,
    candidates: [{ ...candidate, expectedCost }, ...ordering.candidates.slice(1)],
    served: `${ordering.why} (${candidate.deployment.model}), where the prompt cache is warm (${tokens(first)} tokens, worth ${value} over this turn and the next)`,
  };
}

function tokens({ cachedTokens }: Stay): string {
  return cachedTokens.toLocaleString('en-US');
}
