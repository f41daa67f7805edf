import type { Catalogue } from '../catalogue/catalogue.ts';
import type { Config, Profile } from '../config/config.ts';
import type { CompletionRequest } from '../domain/completion-request.ts';
import type { Deployment } from '../domain/deployment.ts';
import { FareboxError } from '../domain/errors.ts';
import type { Baseline, Plan } from '../domain/plan.ts';
import type { RoutingSnapshot } from '../domain/snapshot.ts';
import type { Clock } from '../lib/clock.ts';
import { nearest } from '../lib/nearest.ts';
import type { Classifier } from '../routing/classifier.ts';
import { planRoute } from '../routing/plan-route.ts';
import type { Ledger } from '../spend/ledger.ts';
import type { HealthRegistry } from './health-registry.ts';
import type { RateWindow } from './rate-window.ts';

export interface PlannerDeps {
  readonly config: Config;
  readonly catalogue: Catalogue;
  readonly classifier: Classifier;
  readonly ledger: Ledger;
  readonly health: HealthRegistry;
  readonly rates: RateWindow;
  readonly clock: Clock;
}

export interface Planned {
  readonly plan: Plan;
  readonly profile: Profile;
  readonly baseline: Baseline;
}

/** Classifies a request and plans its route from the world as it is now. Reads only; decides in pure functions. */
export type Planner = (request: CompletionRequest) => Planned;

export function createPlanner(deps: PlannerDeps): Planner {
  const { config, catalogue, classifier } = deps;
  return (request) => {
    const target = resolveTarget(config, catalogue, request);
    const task = classifier.classify(request);
    const baseline = catalogue.baseline(config.policy.baselineModel);
    const plan = planRoute({
      request,
      task,
      profile: target.profile,
      snapshot: takeSnapshot(deps, request, task.task),
      requested: target.requested,
      baseline,
      policy: config.policy,
    });
    return { plan, profile: target.profile, baseline };
  };
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

function profileNamed(config: Config, name: string): Profile {
  const profile = config.profiles.get(name);
  if (profile) return profile;
  const names = [...config.profiles.keys()];
  const near = nearest(name, names);
  throw new FareboxError('invalid_request', `There is no profile "${name}".`, {
    remedy: `${near ? `Did you mean "${near}"? ` : ''}Profiles: ${names.join(', ')}.`,
  });
}

function takeSnapshot(deps: PlannerDeps, { attribution }: CompletionRequest, task: string): RoutingSnapshot {
  const budget = deps.ledger.budgetState({
    task,
    role: attribution.role ?? null,
    project: attribution.project ?? null,
    client: attribution.client ?? null,
    key: attribution.key ?? null,
    run: attribution.runId ?? null,
    tags: attribution.tags ?? [],
  });
  return {
    now: deps.clock.now(),
    deployments: deps.catalogue.deployments,
    health: deps.health.snapshot(),
    headroom: deps.rates.headroom(deps.catalogue.deployments),
    budgetLeft: budget.left,
    budgetLevel: budget.level,
  };
}
