import type { Catalogue } from '../catalogue/catalogue.ts';
import type { Config, Profile } from '../config/config.ts';
import { payerOf } from '../domain/budget.ts';
import type { CompletionRequest } from '../domain/completion-request.ts';
import type { Deployment } from '../domain/deployment.ts';
import { FareboxError } from '../domain/errors.ts';
import type { NanoUsd } from '../domain/money.ts';
import type { Baseline, Plan } from '../domain/plan.ts';
import type { RoutingSnapshot } from '../domain/snapshot.ts';
import type { TaskProfile } from '../domain/task.ts';
import type { Clock } from '../lib/clock.ts';
import { nearest } from '../lib/nearest.ts';
import type { Random } from '../lib/random.ts';
import { type CheaperPlan, cheaperPlan } from '../routing/cheaper-plan.ts';
import type { Classifier } from '../routing/classifier.ts';
import { policyCap } from '../routing/output-cap.ts';
import { planRoute, type RouteInput } from '../routing/plan-route.ts';
import type { AdequacyBook } from '../spend/adequacy-book.ts';
import type { Ledger } from '../spend/ledger.ts';
import type { SlowDown, SpendGate } from './alerts/spend-gate.ts';
import type { HealthRegistry } from './watchers/health-registry.ts';
import type { LoadBook } from './watchers/load-book.ts';
import type { QuotaKeeper } from './watchers/quota-keeper.ts';
import type { RateLimiter } from './watchers/rate-limiter.ts';
import type { RolloutKeeper, RolloutPlace } from './watchers/rollout-keeper.ts';
import type { WarmCaches } from './watchers/warm-caches.ts';

export interface PlannerDeps {
  readonly config: Config;
  readonly catalogue: Catalogue;
  readonly classifier: Classifier;
  readonly ledger: Ledger;
  readonly health: HealthRegistry;
  readonly load: LoadBook;
  readonly rates: RateLimiter;
  readonly quotas: QuotaKeeper;
  readonly adequacy: Pick<AdequacyBook, 'forTask'>;
  /** null: the policy does not let conversations stay where their prompt cache is warm. */
  readonly warmCaches: WarmCaches | null;
  readonly rollouts: Pick<RolloutKeeper, 'place'>;
  readonly gate: Pick<SpendGate, 'delayOf'>;
  readonly clock: Clock;
  readonly random: Random;
}

export interface Planned {
  readonly plan: Plan;
  readonly profile: Profile;
  readonly baseline: Baseline;
  /** The sandbox serves, so the call is not of real money even where no model is found for it. */
  readonly simulated: boolean;
  /** The part of a rollout that it belongs to; null: none. */
  readonly rollout: RolloutPlace | null;
  /** Who could serve it for what is left of a budget, where the plan is refused for money. */
  readonly cheaper?: (left: NanoUsd | null) => CheaperPlan | null;
}

/** Classifies a request and plans its route from the world as it is now. Reads only; decides in pure functions. */
export type Planner = (request: CompletionRequest) => Planned;

export function createPlanner(deps: PlannerDeps): Planner {
  const { config, catalogue, classifier } = deps;
  const simulated = catalogue.deployments.some((deployment) => deployment.simulated);
  return (asked) => {
    const request = withRegionFlag(asked);
    const place = deps.rollouts.place(request);
    const moved = place && resolveMoved(config, catalogue, request, place);
    const target = moved ?? resolveTarget(config, catalogue, request);
    const task = classifier.classify(request);
    const baseline = catalogue.baseline(config.policy.baselineModel);
    const input: RouteInput = {
      request,
      task,
      profile: target.profile,
      snapshot: takeSnapshot(deps, request, task, target.profile),
      requested: target.requested,
      baseline,
      policy: config.policy,
    };
    const route = planRoute(input);
    const cheaper = (left: NanoUsd | null) => cheaperPlan(input, left);
    const plan = withPause(route, deps.gate.delayOf({ request, plan: route }));
    const { profile } = target;
    return moved && place
      ? {
          plan: { ...plan, reason: `${placeReason(place)} ${plan.reason}` },
          profile,
          baseline,
          simulated,
          rollout: place,
          cheaper,
        }
      : { plan, profile, baseline, simulated, rollout: null, cheaper };
  };
}

/** The plan of a call whose budget is spent too fast. */
function withPause(plan: Plan, slow: SlowDown | null): Plan {
  if (!slow) return plan;
  const warning = `It waits ${(slow.delayMs / 1000).toFixed(1)} s before it is sent. ${slow.reason}`;
  return { ...plan, pauseMs: slow.delayMs, warnings: [...plan.warnings, warning] };
}

/** What a request's `profile` and `model` mean: a model may also be `auto`, an alias or the name of a profile. */
function resolveTarget(
  config: Config,
  catalogue: Catalogue,
  { constraints }: CompletionRequest,
): { readonly profile: Profile; readonly requested: readonly Deployment[] | null } {
  const name = constraints.model === undefined ? 'auto' : (config.aliases[constraints.model] ?? constraints.model);
  const profileByModel = config.profiles.get(name);
  const profile = profileByModel ?? profileNamed(config, constraints.profile ?? config.defaultProfile);
  const requested = profileByModel || name === 'auto' ? null : catalogue.resolve(name);
  return { profile, requested };
}

/** The same for a request in a rollout; null where what the rollout names is not there any more. */
function resolveMoved(
  config: Config,
  catalogue: Catalogue,
  request: CompletionRequest,
  { target }: RolloutPlace,
): { readonly profile: Profile; readonly requested: readonly Deployment[] | null } | null {
  try {
    return resolveTarget(config, catalogue, { ...request, constraints: { ...request.constraints, ...target } });
  } catch (error) {
    if (error instanceof FareboxError) return null;
    throw error;
  }
}

function placeReason({ target }: RolloutPlace): string {
  return 'profile' in target
    ? `Rollout: this conversation has moved to profile ${target.profile}.`
    : `Rollout: this conversation stays with ${target.model} for now.`;
}

function profileNamed(config: Config, name: string): Profile {
  const profile = config.profiles.get(name);
  if (profile) return profile;
  const names = [...config.profiles.keys()];
  const near = nearest(name, names);
  throw new FareboxError('invalid_request', `There is no profile "${name}".`, {
    remedy: `${near ? `Did you mean "${near}"? ` : ''}Profiles: ${names.join(', ')}.`,
  });
}

function takeSnapshot(
  deps: PlannerDeps,
  request: CompletionRequest,
  { task, complexity, needs }: TaskProfile,
  { routing }: Profile,
): RoutingSnapshot {
  const { deployments } = deps.catalogue;
  const promptCaches = deps.warmCaches?.snapshot(request);
  const budget = deps.ledger.budgetState({ task, ...payerOf(request.attribution) });
  return {
    now: deps.clock.now(),
    deployments,
    health: deps.health.snapshot(),
    headroom: deps.rates.headroom(
      deployments,
      needs.inputTokens + (request.maxOutputTokens ?? policyCap(task, complexity)),
    ),
    freeQuota: deps.quotas.left(deployments),
    budgetLeft: budget.left,
    budgetLevel: budget.level,
    balancing: { turn: deps.load.nextTurn(), random: deps.random.next(), load: deps.load.snapshot() },
    ...(routing.strategy === 'adaptive' && { adequacy: deps.adequacy.forTask(task) }),
    ...(promptCaches && { promptCaches }),
  };
}

/** A demanded region is also the profile's concern: the model that it keeps for European data is preferred. */
function withRegionFlag(request: CompletionRequest): CompletionRequest {
  const { region, flags = [] } = request.constraints;
  if (region !== 'eu' || flags.includes('europeanDataSovereignty')) return request;
  return { ...request, constraints: { ...request.constraints, flags: [...flags, 'europeanDataSovereignty'] } };
}
