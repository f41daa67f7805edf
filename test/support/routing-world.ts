import type { Profile } from '../../src/config/config.ts';
import type { CompletionRequest, RoutingConstraints } from '../../src/domain/completion-request.ts';
import { type Capabilities, type Deployment, toDeploymentId } from '../../src/domain/deployment.ts';
import { fromUsd, nano } from '../../src/domain/money.ts';
import type { Plan } from '../../src/domain/plan.ts';
import type { Price } from '../../src/domain/price.ts';
import type { RoutingSnapshot } from '../../src/domain/snapshot.ts';
import type { TaskProfile } from '../../src/domain/task.ts';
import { planRoute, type RouteInput } from '../../src/routing/plan-route.ts';
import { needsOf } from '../../src/routing/rule-classifier.ts';
import { MODELS, type ModelName } from './profiles.ts';

/** A price in dollars per million tokens. */
export function usdPerMillion(input: number, output: number): Price {
  const rates = {
    input: fromUsd(input),
    output: fromUsd(output),
    cacheRead: null,
    cacheWrite5m: null,
    cacheWrite1h: null,
  };
  return { rates, tiers: [], perRequest: nano(0), source: 'profile', asOf: null };
}

const CAPABLE: Capabilities = {
  toolCalling: true,
  jsonMode: true,
  streaming: true,
  multimodal: false,
  contextWindow: 128_000,
  maxOutputTokens: null,
};

export type DeploymentParts = Partial<Omit<Deployment, 'capabilities'>> & {
  readonly capabilities?: Partial<Capabilities>;
};

/** A capable deployment of middling price and quality, but for the given parts. */
export function makeDeployment(provider: string, model: string, parts: DeploymentParts = {}): Deployment {
  return {
    id: toDeploymentId(provider, model),
    provider,
    model,
    upstreamModel: model,
    price: usdPerMillion(1, 2),
    quality: 85,
    specialization: [],
    rateLimits: null,
    local: false,
    regions: [],
    simulated: false,
    ...parts,
    capabilities: { ...CAPABLE, ...parts.capabilities },
  };
}

const FIGURES: Readonly<Record<ModelName, DeploymentParts>> = {
  deepseek: { price: usdPerMillion(0.15, 0.15), quality: 88 },
  llama: { price: usdPerMillion(0.1, 0.4), quality: 90 },
  qwen: { price: usdPerMillion(0.23, 0.23), quality: 92 },
  mistral: { price: usdPerMillion(0.3, 0.3), quality: 93 },
  glm: { price: usdPerMillion(0, 0), quality: 75, capabilities: { jsonMode: false, contextWindow: 32_000 } },
};

/** The profiles' five models at OpenRouter, with the figures of the profiles. */
export const shippedDeployments: readonly Deployment[] = Object.entries(MODELS).map(([name, model]) =>
  makeDeployment('openrouter', model, FIGURES[name as ModelName]),
);

export function makeSnapshot(parts: Partial<RoutingSnapshot> = {}): RoutingSnapshot {
  return {
    now: 1_000_000,
    deployments: shippedDeployments,
    health: new Map(),
    headroom: new Map(),
    budgetLeft: null,
    budgetLevel: 'normal',
    ...parts,
  };
}

export type RequestParts = Partial<Omit<CompletionRequest, 'constraints'>> & {
  readonly constraints?: Partial<RoutingConstraints>;
};

export function makeRequest(prompt: string, parts: RequestParts = {}): CompletionRequest {
  return {
    messages: [{ role: 'user', content: prompt }],
    cache: 'use',
    delivery: 'whole',
    attribution: { surface: 'cli' },
    ...parts,
    constraints: { sensitivity: 'normal', ...parts.constraints },
  };
}

/** A task profile with `medium general` inferred, but for the request's given facts and the given parts. */
export function makeTask(request: CompletionRequest, parts: Partial<TaskProfile> = {}): TaskProfile {
  const { task, complexity } = request.constraints;
  return {
    task: task ?? 'general',
    complexity: complexity ?? 'medium',
    complexityScore: 0.4,
    complexityLevel: 5,
    source: { task: task ? 'given' : 'inferred', complexity: complexity ? 'given' : 'inferred' },
    needs: needsOf(request),
    reasons: [],
    ...parts,
  };
}

/** Plans a request on a profile; everything that is not said is plain. */
export function planOn(
  profile: Profile,
  request: RequestParts = {},
  world: Partial<RouteInput> & { readonly needs?: Partial<TaskProfile['needs']> } = {},
): Plan {
  const whole = world.request ?? makeRequest('Please do this.', request);
  const task = world.task ?? makeTask(whole);
  return planRoute({
    profile,
    snapshot: makeSnapshot(),
    requested: null,
    baseline: { model: 'claude-3.5-sonnet', price: usdPerMillion(3, 15) },
    policy: { unpricedCallCeiling: null },
    ...world,
    request: whole,
    task: { ...task, needs: { ...task.needs, ...world.needs } },
  });
}

/** The short names of the models in the order of the plan's candidates. */
export function modelsOf(plan: Plan): readonly string[] {
  const names = new Map<string, string>(Object.entries(MODELS).map(([name, model]) => [model, name]));
  return plan.candidates.map(({ deployment }) => names.get(deployment.model) ?? deployment.model);
}
