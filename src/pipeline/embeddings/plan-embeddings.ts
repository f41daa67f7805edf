import type { Embedders } from '../../catalogue/catalogue.ts';
import type { Config } from '../../config/config.ts';
import { payerOf } from '../../domain/budget.ts';
import type { CompletionRequest } from '../../domain/completion-request.ts';
import type { Deployment } from '../../domain/deployment.ts';
import type { EmbeddingRequest } from '../../domain/embedding.ts';
import { FareboxError } from '../../domain/errors.ts';
import type { Candidate, Plan, Rejection } from '../../domain/plan.ts';
import { costOf } from '../../domain/price.ts';
import type { TaskProfile } from '../../domain/task.ts';
import { normalizeUsage } from '../../domain/usage.ts';
import type { Clock } from '../../lib/clock.ts';
import { createHardFilters } from '../../routing/hard-filters.ts';
import { estimateTokens } from '../../routing/token-bounds.ts';
import type { Ledger } from '../../spend/ledger.ts';
import type { SpendGate } from '../alerts/spend-gate.ts';
import type { Planned } from '../planner.ts';
import type { HealthRegistry } from '../watchers/health-registry.ts';
import type { QuotaKeeper } from '../watchers/quota-keeper.ts';
import type { RateLimiter } from '../watchers/rate-limiter.ts';

export interface EmbeddingPlannerDeps {
  readonly config: Config;
  readonly embedders: Embedders;
  readonly ledger: Pick<Ledger, 'budgetState'>;
  readonly health: Pick<HealthRegistry, 'snapshot'>;
  readonly rates: Pick<RateLimiter, 'headroom'>;
  readonly quotas: Pick<QuotaKeeper, 'left'>;
  readonly gate: Pick<SpendGate, 'delayOf'>;
  readonly simulated: boolean;
  readonly clock: Clock;
}

/** A request for embeddings in the words of completions, so that limits, budgets and the ledger treat it alike. */
export function asCompletionRequest({ inputs, attribution }: EmbeddingRequest): CompletionRequest {
  return {
    messages: inputs.map((content) => ({ role: 'user', content })),
    // No answer is written; one token is the least that the filters can be asked to leave room for.
    maxOutputTokens: 1,
    cache: 'off',
    delivery: 'whole',
    constraints: { sensitivity: 'normal' },
    attribution,
  };
}

/**
 * Who may make these vectors, the cheapest first: one model at one or several providers, never another model, since
 * vectors of different models cannot be compared. Throws `unknown_model`; `no_candidate` where there is no model at all.
 */
export function planEmbeddings(
  deps: EmbeddingPlannerDeps,
  asked: EmbeddingRequest,
  request: CompletionRequest,
): Planned {
  const { config } = deps;
  const profile = config.profiles.get(config.defaultProfile);
  if (!profile) throw new FareboxError('internal', `There is no profile "${config.defaultProfile}".`);
  const { deployments, why } = chooseModel(deps, asked);
  const inputTokens = estimateTokens(request);
  const task: TaskProfile = {
    task: 'general',
    complexity: 'simple',
    complexityScore: 0,
    complexityLevel: 1,
    source: { task: 'given', complexity: 'given' },
    // What is too long for the model is the provider's to say: each text has its window to itself.
    needs: { tools: false, json: false, vision: false, inputTokens: 0 },
    reasons: ['embeddings'],
  };
  const judged = judge(deps, request, task, deployments, inputTokens);
  const count = `${asked.inputs.length} ${asked.inputs.length === 1 ? 'text' : 'texts'}`;
  const plan: Plan = {
    profile: profile.name,
    strategy: 'cost-optimized',
    task: { ...task, needs: { ...task.needs, inputTokens } },
    ...judged,
    rule: 'embeddings',
    reason: `Embeddings of ${count}: ${why}.`,
    warnings: [],
    baseline: { model: config.policy.baselineModel, expectedCost: null },
  };
  const slow = deps.gate.delayOf({ request, plan });
  return {
    plan: slow ? { ...plan, pauseMs: slow.delayMs } : plan,
    profile,
    // Nothing else does what an embedding does, so there is nothing to save against.
    baseline: { model: config.policy.baselineModel, price: null },
    simulated: deps.simulated || deployments.some((deployment) => deployment.simulated),
    rollout: null,
  };
}

function chooseModel(
  { config, embedders }: Pick<EmbeddingPlannerDeps, 'config' | 'embedders'>,
  { model }: EmbeddingRequest,
): { readonly deployments: readonly Deployment[]; readonly why: string } {
  const asked = model === undefined || model === 'auto' ? null : model;
  const name = asked ?? config.policy.embeddingModel;
  if (name !== null) {
    const deployments = embedders.resolve(config.aliases[name] ?? name);
    const by = asked === null ? 'policy.embeddingModel names' : 'the caller names';
    return { deployments: sameModel(deployments), why: `${by} ${name}` };
  }
  const first = embedders.deployments[0];
  if (!first) {
    throw new FareboxError('no_candidate', 'No enabled provider offers a model for embeddings.', {
      remedy:
        'Set OPENAI_API_KEY, GEMINI_API_KEY or OPENROUTER_API_KEY, pull nomic-embed-text with Ollama, or add a model with capabilities.embeddings to `catalogue`.',
    });
  }
  return { deployments: sameModel(embedders.deployments), why: `${first.model} is the first model for embeddings` };
}

/** A name may mean several models; whoever follows the first one must be the same. */
function sameModel(deployments: readonly Deployment[]): readonly Deployment[] {
  return deployments.filter(({ model }) => model === deployments[0]?.model);
}

interface Judged {
  readonly candidates: readonly Candidate[];
  readonly lastResorts: readonly Candidate[];
  readonly rejections: readonly Rejection[];
}

function judge(
  deps: EmbeddingPlannerDeps,
  request: CompletionRequest,
  task: TaskProfile,
  deployments: readonly Deployment[],
  inputTokens: number,
): Judged {
  const budget = deps.ledger.budgetState({ task: task.task, ...payerOf(request.attribution) });
  const snapshot = {
    now: deps.clock.now(),
    deployments,
    health: deps.health.snapshot(),
    headroom: deps.rates.headroom(deployments, inputTokens),
    freeQuota: deps.quotas.left(deployments),
    budgetLeft: budget.left,
    budgetLevel: budget.level,
  };
  const filter = createHardFilters(request, task, snapshot, deps.config.policy);
  const verdicts = deployments.map(filter);
  const rejections = verdicts.flatMap(({ rejection }) => (rejection ? [rejection] : []));
  const candidates = verdicts.flatMap(({ fit, rejection }): Candidate[] => {
    if (!fit || rejection) return [];
    const { price } = fit.deployment;
    const expectedCost = price && costOf(price, normalizeUsage({ inputTokens, outputTokens: 0 }));
    const slot = { slot: null, reason: 'cheapest provider of the model' };
    return [{ ...fit, ...slot, expectedCost: fit.freeQuota ? fit.expectedCost : expectedCost }];
  });
  // What only rests, or is short of room for a moment, is tried where nobody else is left.
  const resting = verdicts.flatMap(({ fit, rejection }): Candidate[] =>
    fit && rejection ? [{ ...fit, slot: null, reason: rejection.detail }] : [],
  );
  const cost = ({ expectedCost }: Candidate) => expectedCost ?? Number.POSITIVE_INFINITY;
  const byCost = candidates.toSorted((a, b) => cost(a) - cost(b) || 0);
  return byCost.length > 0
    ? { candidates: byCost, lastResorts: resting, rejections }
    : { candidates: resting, lastResorts: [], rejections };
}
