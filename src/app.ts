import { type AppDeps, type AppOptions, configsDir } from './app-deps.ts';
import { createResponseCache, type ResponseCache } from './cache/response-cache.ts';
import type { Config, Profile } from './config/config.ts';
import { loadConfig } from './config/load-config.ts';
import type { Clock } from './lib/clock.ts';
import { createSemaphore } from './lib/semaphore.ts';
import { createSqliteMemory } from './memory/sqlite-memory.ts';
import { admitAll } from './pipeline/attempt-observer.ts';
import type { Engine } from './pipeline/engine.ts';
import { createHealthRegistry } from './pipeline/health-registry.ts';
import { createPipeline } from './pipeline/pipeline.ts';
import { createPlanner } from './pipeline/planner.ts';
import { createRateWindow } from './pipeline/rate-window.ts';
import { createRuleClassifier } from './routing/rule-classifier.ts';
import { createKyselyReports } from './spend/kysely-reports.ts';
import { createSqliteLedger } from './spend/sqlite-ledger.ts';
import { openDatabase } from './storage/database.ts';
import { createLog } from './telemetry/log.ts';
import { openUpstreams } from './upstreams.ts';

/** Expired memories are hidden at once, and removed this often. */
const SWEEP_EVERY_MS = 3_600_000;

/** Command line, environment and files → the configuration. Throws `invalid_config`. */
export function readConfig(deps: AppDeps, options: AppOptions): Config {
  return loadConfig({ env: deps.environment, args: options, configsDir, cwd: deps.cwd });
}

/**
 * Builds everything that one configuration calls for and joins it. What it opens is closed by `close()`, and also
 * where building fails half-way. Throws `storage_unavailable`, `storage_too_new`.
 */
export async function openEngine(deps: AppDeps, given: Config): Promise<Engine> {
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

    const ledger = createSqliteLedger({ database, budgets: config.budgets, clock, simulated });
    const memory = createSqliteMemory({ database, clock, random });
    memory.sweep();
    const sweeper = setInterval(() => memory.sweep(), SWEEP_EVERY_MS).unref();
    closers.push(() => clearInterval(sweeper));
    const notices = [...database.notices, ...noticeAborted(ledger.recover())];
    for (const notice of notices) log.warn(notice);

    const health = createHealthRegistry(clock);
    const rates = createRateWindow(clock);
    const classifier = createRuleClassifier();
    const planner = createPlanner({ config, catalogue, classifier, ledger, health, rates, clock });
    const pipeline = createPipeline({
      config,
      planner,
      classifier: classifier.name,
      ledger,
      cacheOf: perProfile(config, cacheFor(clock)),
      gateOf: perProfile(config, ({ maxConcurrency }) =>
        maxConcurrency === null ? null : createSemaphore(maxConcurrency),
      ),
      provider: upstreams.provider,
      admit: admitAll,
      observers: [health, rates],
      clock,
      random,
      log,
    });
    return {
      config,
      catalogue,
      pipeline,
      ledger,
      reports: createKyselyReports({
        database,
        budgets: () => ledger.budgets(),
        baselineModel: config.policy.baselineModel,
      }),
      memory,
      mode: simulated ? 'sandbox' : 'live',
      health: () => health.snapshot(),
      notices,
      ready: () => database.ping(),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
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
