import type { AppDeps, OpenOptions } from './app-deps.ts';
import { createResponseCache, type ResponseCache } from './cache/response-cache.ts';
import type { Config, Profile } from './config/config.ts';
import type { Clock } from './lib/clock.ts';
import { type Alerts, createAlertSystem } from './pipeline/alerts/create-alerts.ts';
import { createCallGate } from './pipeline/call-gate.ts';
import { withChunking } from './pipeline/chunking/with-chunking.ts';
import { createPrepare } from './pipeline/conversations/prepare-request.ts';
import { createSummarise } from './pipeline/conversations/summarise-conversation.ts';
import { withThreads } from './pipeline/conversations/with-threads.ts';
import { createEmbeddings, type Embeddings } from './pipeline/embeddings/embeddings.ts';
import type { Queues } from './pipeline/engine.ts';
import { createFirstTokenTimes, hedgeDelay } from './pipeline/first-token-times.ts';
import { createJudges } from './pipeline/judge.ts';
import { createPipeline, type Pipeline } from './pipeline/pipeline.ts';
import type { PipelineDeps } from './pipeline/pipeline-deps.ts';
import { createPlanner } from './pipeline/planner.ts';
import { createAdequacyKeeper } from './pipeline/watchers/adequacy-keeper.ts';
import { circuitSettings, healthCheckOf } from './pipeline/watchers/circuit-settings.ts';
import { createHealthRegistry, type HealthRegistry } from './pipeline/watchers/health-registry.ts';
import { createLoadBook } from './pipeline/watchers/load-book.ts';
import { createQuotaKeeper } from './pipeline/watchers/quota-keeper.ts';
import { createRateLimiter } from './pipeline/watchers/rate-limiter.ts';
import { createRolloutKeeper } from './pipeline/watchers/rollout-keeper.ts';
import { createWarmCaches } from './pipeline/watchers/warm-caches.ts';
import { createRuleClassifier } from './routing/rule-classifier.ts';
import { createSqliteQuotaBook } from './spend/quota-book.ts';
import { createSqliteRecentAttempts } from './spend/recent-attempts.ts';
import type { Stores } from './stores.ts';
import type { Log } from './telemetry/log.ts';
import { createTokenCounter } from './tokens/token-counter.ts';
import type { Upstreams } from './upstreams.ts';

/** The story of a completion with all that takes part in it. */
export interface Completions {
  readonly pipeline: Pipeline;
  readonly embeddings: Embeddings;
  readonly alerts: Alerts;
  readonly health: HealthRegistry;
  queues(): Queues;
  close(): Promise<void>;
}

export interface CompletionsDeps extends AppDeps, OpenOptions {
  readonly log: Log;
  readonly upstreams: Upstreams;
  readonly stores: Stores;
}

/** Joins the organs: who decides, who watches, who is told, and the pipeline that they all serve. */
export function createCompletions(deps: CompletionsDeps): Completions {
  const { clock, random, version, log, upstreams, stores, longRunning = false, feed = null } = deps;
  const { config, catalogue, simulated } = upstreams;
  const { database, ledger, adequacy, threads } = stores;
  const world = { config, catalogue, ledger, clock, random, log };

  const health = createHealthRegistry(
    clock,
    [...catalogue.deployments, ...catalogue.embedders.deployments],
    circuitSettings(healthCheckOf(config)),
  );
  const load = createLoadBook(clock);
  const firstTokens = createFirstTokenTimes();
  const rates = createRateLimiter(clock, createSqliteRecentAttempts(database, clock));
  const quotas = createQuotaKeeper(createSqliteQuotaBook({ database, clock, simulated }));
  const rollouts = createRolloutKeeper(stores.rollouts, clock, log);
  const warmCaches = config.policy.promptCacheAffinity ? createWarmCaches(clock, catalogue.deployments) : null;
  const { alerts, gate, crossed, observers, close } = createAlertSystem({
    ...world,
    ...{ database, quotas, feed, simulated, longRunning, version },
  });
  const classifier = createRuleClassifier();
  const planner = createPlanner({
    ...world,
    ...{ classifier, health, load, rates, quotas, adequacy, warmCaches, rollouts, gate },
  });
  const gateOf = perProfile(config, ({ name, maxConcurrency }) =>
    maxConcurrency === null ? null : createCallGate(name, maxConcurrency),
  );
  // Those that learn from any upstream request, and those that learn about conversations and answers.
  const everywhere = [health, rates, quotas, load, ...observers];
  const ofCompletions = [firstTokens, ...(warmCaches ? [warmCaches] : []), createAdequacyKeeper(adequacy, log)];

  const pipelineDeps: PipelineDeps = {
    ...world,
    prepare: createPrepare({
      planner,
      deployments: catalogue.deployments,
      summarise: createSummarise(() => core, threads, log),
    }),
    judges: createJudges(config.checks, clock),
    classifier: classifier.name,
    cacheOf: perProfile(config, cacheFor(clock)),
    gateOf,
    provider: upstreams.provider,
    admit: rates.admit,
    quotas,
    rollouts,
    budgetCrossed: crossed,
    hedgeAfter: hedgeDelay(config.policy.hedge, firstTokens),
    tokens: createTokenCounter(),
    observers: [...everywhere, ...ofCompletions],
  };
  const core: Pipeline = createPipeline(pipelineDeps);
  const chunking = { deployments: catalogue.deployments, config, clock, random };
  const embeddings = createEmbeddings({
    ...pipelineDeps,
    observers: everywhere,
    ...{ embedders: catalogue.embedders, health, rates, gate, simulated },
  });
  return {
    pipeline: withThreads(withChunking(core, chunking), threads),
    ...{ embeddings, alerts, health },
    queues: () => ({
      calls: [...config.profiles.keys()].flatMap((profile) => {
        const places = gateOf(profile);
        return places ? [{ profile, limit: places.limit, running: places.held, waiting: places.waiting }] : [];
      }),
      deployments: rates.queues(),
    }),
    async close() {
      await embeddings.close();
      await close();
    },
  };
}

/** One value a profile, made when it is first asked for. */
function perProfile<T>({ profiles }: Config, make: (profile: Profile) => T): (name: string) => T | null {
  const made = new Map<string, T>();
  return (name) => {
    const profile = profiles.get(name);
    if (!profile) return null;
    const value = made.get(name) ?? make(profile);
    made.set(name, value);
    return value;
  };
}

function cacheFor(clock: Clock): (profile: Profile) => ResponseCache | null {
  return ({ caching }) =>
    caching.enabled
      ? createResponseCache({
          maxSize: caching.maxSize,
          ttlMs: caching.ttlSeconds * 1000,
          now: () => clock.monotonic(),
        })
      : null;
}
