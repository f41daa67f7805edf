import { type AppDeps, type AppOptions, configsDir, type OpenOptions } from './app-deps.ts';
import { createResponseCache, type ResponseCache } from './cache/response-cache.ts';
import type { Config, HealthCheck, Profile } from './config/config.ts';
import { loadConfig } from './config/load-config.ts';
import { createSqliteThreads } from './context/sqlite-threads.ts';
import type { Clock } from './lib/clock.ts';
import { createSqliteMemory } from './memory/sqlite-memory.ts';
import { createAlertSystem } from './pipeline/alerts/create-alerts.ts';
import { createCallGate } from './pipeline/call-gate.ts';
import { withChunking } from './pipeline/chunking/with-chunking.ts';
import { createPrepare } from './pipeline/conversations/prepare-request.ts';
import { createSummarise } from './pipeline/conversations/summarise-conversation.ts';
import { withThreads } from './pipeline/conversations/with-threads.ts';
import { createEmbeddings } from './pipeline/embeddings/embeddings.ts';
import type { Engine } from './pipeline/engine.ts';
import { createFirstTokenTimes, hedgeDelay } from './pipeline/first-token-times.ts';
import { createJudges } from './pipeline/judge.ts';
import { createPipeline, type Pipeline } from './pipeline/pipeline.ts';
import type { PipelineDeps } from './pipeline/pipeline-deps.ts';
import { createPlanner } from './pipeline/planner.ts';
import { createAdequacyKeeper } from './pipeline/watchers/adequacy-keeper.ts';
import { circuitSettings, healthCheckOf } from './pipeline/watchers/circuit-settings.ts';
import { createHealthChecker } from './pipeline/watchers/health-checker.ts';
import { createHealthRegistry, type HealthRegistry } from './pipeline/watchers/health-registry.ts';
import { createLoadBook } from './pipeline/watchers/load-book.ts';
import { createQuotaKeeper } from './pipeline/watchers/quota-keeper.ts';
import { createRateLimiter } from './pipeline/watchers/rate-limiter.ts';
import { createRolloutKeeper } from './pipeline/watchers/rollout-keeper.ts';
import { createWarmCaches } from './pipeline/watchers/warm-caches.ts';
import { createRuleClassifier } from './routing/rule-classifier.ts';
import { createSqliteAdequacyBook } from './spend/adequacy-book.ts';
import { createLedgerBooks } from './spend/ledger-books.ts';
import { createPatientLedger } from './spend/patient-ledger.ts';
import { createPriceRegister } from './spend/price-register.ts';
import { createSqliteQuotaBook } from './spend/quota-book.ts';
import { createSqliteRecentAttempts } from './spend/recent-attempts.ts';
import { createSqliteRolloutBook } from './spend/rollout-book.ts';
import { createSqliteLedger } from './spend/sqlite-ledger.ts';
import { createSqliteReports } from './spend/sqlite-reports.ts';
import { openDatabase } from './storage/database.ts';
import { createLog, type Log } from './telemetry/log.ts';
import { createTokenCounter } from './tokens/token-counter.ts';
import { openUpstreams, type Upstreams } from './upstreams.ts';

/** Expired memories are hidden at once, and removed this often. */
const SWEEP_EVERY_MS = 3_600_000;
/** Calls that retention removes each time: it must not hold anybody up. */
const MAINTAINED_AT_ONCE = 5_000;

/** Command line, environment and files → the configuration. Throws `invalid_config`. */
export function readConfig(deps: AppDeps, options: AppOptions): Config {
  return loadConfig({ env: deps.environment, args: options, configsDir, cwd: deps.cwd });
}

/**
 * Builds everything that one configuration calls for and joins it. What it opens is closed by `close()`, and also
 * where building fails half-way. Throws `storage_unavailable`, `storage_too_new`. `longRunning`: it serves others, so
 * providers in trouble are asked after in the background.
 */
export async function openEngine(deps: AppDeps, given: Config, options: OpenOptions = {}): Promise<Engine> {
  const { clock, random, version } = deps;
  const log = deps.log ?? createLog({ level: given.logLevel, secrets: given.secrets });
  const closers: (() => Promise<void> | void)[] = [];
  const close = async () => {
    for (const closer of closers.splice(0).reverse()) await closer();
  };
  try {
    const upstreams = await openUpstreams(deps, given);
    closers.push(upstreams.close);
    const { config, catalogue, simulated } = upstreams;
    const database = await openDatabase({ path: config.databasePath, clock, fareboxVersion: version });
    closers.push(() => database.close());

    const ledger = createPatientLedger(
      createSqliteLedger({ database, budgets: config.budgets, clock, simulated }),
      log,
    );
    closers.push(() => void ledger.flush());
    const memory = createSqliteMemory({ database, clock, random });
    const { maxAgeDays, maxBytes } = config.policy.threads;
    const threads = createSqliteThreads({ database, clock, simulated, maxAgeDays, maxBytes });
    memory.sweep();
    threads.sweep();
    const { retention } = config.policy;
    const books = createLedgerBooks({ database, budgets: config.budgets, retention, clock });
    books.maintain(MAINTAINED_AT_ONCE);
    const offered = [...catalogue.deployments, ...catalogue.embedders.deployments];
    const prices = createPriceRegister(database, clock);
    prices.see(offered);
    const sweeper = setInterval(() => {
      memory.sweep();
      threads.sweep();
      books.maintain(MAINTAINED_AT_ONCE);
      prices.see(offered);
    }, SWEEP_EVERY_MS).unref();
    closers.push(() => clearInterval(sweeper));
    const notices = [...database.notices, ...noticeAborted(ledger.recover())];
    for (const notice of notices) log.warn(notice);

    const healthCheck = healthCheckOf(config);
    const health = createHealthRegistry(clock, offered, circuitSettings(healthCheck));
    const load = createLoadBook(clock);
    const firstTokens = createFirstTokenTimes();
    const rates = createRateLimiter(clock, createSqliteRecentAttempts(database, clock));
    const quotas = createQuotaKeeper(createSqliteQuotaBook({ database, clock, simulated }));
    const rolloutBook = createSqliteRolloutBook(database, clock);
    const rollouts = createRolloutKeeper(rolloutBook, clock, log);
    const { longRunning = false, feed = null } = options;
    const shared = { config, database, ledger, catalogue, quotas, clock, random, log };
    const alerts = createAlertSystem({ ...shared, feed, simulated, longRunning, version });
    closers.push(alerts.close);
    const adequacy = createSqliteAdequacyBook({ database, clock, simulated });
    const classifier = createRuleClassifier();
    const warmCaches = config.policy.promptCacheAffinity ? createWarmCaches(clock, catalogue.deployments) : null;
    const planner = createPlanner({
      config,
      catalogue,
      classifier,
      ledger,
      health,
      load,
      rates,
      quotas,
      adequacy,
      clock,
      random,
      warmCaches,
      rollouts,
      gate: alerts.gate,
    });
    const gateOf = perProfile(config, ({ name, maxConcurrency }) =>
      maxConcurrency === null ? null : createCallGate(name, maxConcurrency),
    );
    const pipelineDeps: PipelineDeps = {
      config,
      prepare: createPrepare({
        planner,
        deployments: catalogue.deployments,
        summarise: createSummarise(() => core, threads, log),
      }),
      judges: createJudges(config.checks, clock),
      classifier: classifier.name,
      ledger,
      cacheOf: perProfile(config, cacheFor(clock)),
      gateOf,
      provider: upstreams.provider,
      admit: rates.admit,
      quotas,
      rollouts,
      budgetCrossed: alerts.crossed,
      hedgeAfter: hedgeDelay(config.policy.hedge, firstTokens),
      tokens: createTokenCounter(),
      observers: [
        health,
        rates,
        quotas,
        load,
        firstTokens,
        ...(warmCaches ? [warmCaches] : []),
        ...alerts.observers,
        createAdequacyKeeper(adequacy, log),
      ],
      clock,
      random,
      log,
    };
    const core: Pipeline = createPipeline(pipelineDeps);
    const embeddings = createEmbeddings({
      ...pipelineDeps,
      // What learns about conversations and answers has nothing to learn here.
      observers: [health, rates, quotas, load, ...alerts.observers],
      embedders: catalogue.embedders,
      health,
      rates,
      gate: alerts.gate,
      simulated,
    });
    closers.push(embeddings.close);
    const chunking = { deployments: catalogue.deployments, config, clock, random };
    const pipeline = withThreads(withChunking(core, chunking), threads);
    if (longRunning && healthCheck.enabled && !simulated) {
      closers.push(startHealthChecks({ upstreams, health, healthCheck, clock, log }));
    }
    return {
      config,
      catalogue,
      pipeline,
      embeddings,
      ledger,
      books,
      prices,
      reports: createSqliteReports({
        database,
        budgets: () => ledger.budgets(),
        baselineModel: config.policy.baselineModel,
        qualityOf: (model) => catalogue.deployments.find((each) => each.model === model)?.quality ?? null,
      }),
      memory,
      threads,
      adequacy,
      rollouts: rolloutBook,
      alerts: alerts.alerts,
      mode: simulated ? 'sandbox' : 'live',
      health: () => health.snapshot(),
      queues: () => ({
        calls: [...config.profiles.keys()].flatMap((profile) => {
          const gate = gateOf(profile);
          return gate ? [{ profile, limit: gate.limit, running: gate.held, waiting: gate.waiting }] : [];
        }),
        deployments: rates.queues(),
      }),
      notices,
      ready: () => database.ping(),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Checks until the returned function is called. */
function startHealthChecks(given: {
  readonly upstreams: Upstreams;
  readonly health: HealthRegistry;
  readonly healthCheck: HealthCheck;
  readonly clock: Clock;
  readonly log: Log;
}): () => Promise<void> {
  const { upstreams, healthCheck, ...rest } = given;
  const stop = new AbortController();
  const checker = createHealthChecker({
    ...rest,
    providers: upstreams.config.providers.filter(({ enabled }) => enabled),
    probe: (provider, signal) => upstreams.provider(provider).listModels(signal),
    intervalMs: healthCheck.intervalMs,
    timeoutMs: healthCheck.timeoutMs,
  });
  const running = checker.run(stop.signal);
  return () => {
    stop.abort();
    return running;
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

function noticeAborted(attempts: number): readonly string[] {
  if (attempts === 0) return [];
  const what = attempts === 1 ? 'An attempt was' : `${attempts} attempts were`;
  return [
    `${what} left running by a process that died: booked as aborted, of unknown cost; what they held of budgets is released.`,
  ];
}
