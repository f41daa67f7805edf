import { type AppDeps, type AppOptions, configsDir, type OpenOptions } from './app-deps.ts';
import { createCompletions } from './completions.ts';
import type { Config } from './config/config.ts';
import { loadConfig } from './config/load-config.ts';
import type { Engine } from './pipeline/engine.ts';
import { healthCheckOf } from './pipeline/watchers/circuit-settings.ts';
import { createHealthChecker, type HealthCheckerDeps } from './pipeline/watchers/health-checker.ts';
import { createSqliteReports } from './spend/sqlite-reports.ts';
import { openStores } from './stores.ts';
import { createLog } from './telemetry/log.ts';
import { openUpstreams } from './upstreams.ts';

/** Command line, environment and files → the configuration. Throws `invalid_config`. */
export function readConfig(deps: AppDeps, options: AppOptions): Config {
  return loadConfig({ env: deps.environment, args: options, configsDir, cwd: deps.cwd });
}

/**
 * Builds everything that one configuration calls for and joins it. What it opens is closed by `close()`, and also
 * where building fails half-way. Throws `storage_unavailable`, `storage_too_new`.
 */
export async function openEngine(deps: AppDeps, given: Config, options: OpenOptions = {}): Promise<Engine> {
  const { clock } = deps;
  const log = deps.log ?? createLog({ level: given.logLevel, secrets: given.secrets });
  const closers: (() => Promise<void> | void)[] = [];
  const close = async () => {
    for (const closer of closers.splice(0).reverse()) await closer();
  };
  try {
    const upstreams = await openUpstreams(deps, given);
    closers.push(upstreams.close);
    const { config, catalogue, simulated, provider } = upstreams;
    const offered = [...catalogue.deployments, ...catalogue.embedders.deployments];
    const stores = await openStores({ ...deps, log, config, offered, simulated });
    closers.push(stores.close);
    const completions = createCompletions({ ...deps, ...options, log, upstreams, stores });
    closers.push(completions.close);

    const { database, ledger, books, prices, adequacy, rollouts, memory, threads, notices } = stores;
    const { pipeline, embeddings, alerts, health, queues } = completions;
    const healthCheck = healthCheckOf(config);
    if (options.longRunning && healthCheck.enabled && !simulated) {
      const stop = startHealthChecks({
        ...{ clock, log, health, intervalMs: healthCheck.intervalMs, timeoutMs: healthCheck.timeoutMs },
        providers: config.providers.filter(({ enabled }) => enabled),
        probe: (name, signal) => provider(name).listModels(signal),
      });
      closers.push(stop);
    }
    return {
      ...{ config, catalogue, pipeline, embeddings, alerts, queues },
      ...{ ledger, books, prices, adequacy, rollouts, memory, threads, notices },
      reports: createSqliteReports({
        database,
        budgets: () => ledger.budgets(),
        baselineModel: config.policy.baselineModel,
        qualityOf: (model) => catalogue.deployments.find((each) => each.model === model)?.quality ?? null,
      }),
      mode: simulated ? 'sandbox' : 'live',
      health: () => health.snapshot(),
      ready: () => database.ping(),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Checks until the returned function is called. */
function startHealthChecks(deps: HealthCheckerDeps): () => Promise<void> {
  const stop = new AbortController();
  const running = createHealthChecker(deps).run(stop.signal);
  return () => {
    stop.abort();
    return running;
  };
}
