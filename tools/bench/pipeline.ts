import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createCatalogue } from '../../src/catalogue/create-catalogue.ts';
import { loadGenaiPriceBook } from '../../src/catalogue/genai-price-book.ts';
import { loadConfig, slotModels } from '../../src/config/load-config.ts';
import { loadModelFiles } from '../../src/config/load-model-files.ts';
import { normalizeUsage } from '../../src/domain/usage.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { systemRandom } from '../../src/lib/random.ts';
import { createAlertSystem } from '../../src/pipeline/alerts/create-alerts.ts';
import { createPrepare } from '../../src/pipeline/conversations/prepare-request.ts';
import { createJudges } from '../../src/pipeline/judge.ts';
import { createPipeline } from '../../src/pipeline/pipeline.ts';
import { createPlanner } from '../../src/pipeline/planner.ts';
import { createHealthRegistry } from '../../src/pipeline/watchers/health-registry.ts';
import { createLoadBook } from '../../src/pipeline/watchers/load-book.ts';
import { createQuotaKeeper } from '../../src/pipeline/watchers/quota-keeper.ts';
import { createRateLimiter } from '../../src/pipeline/watchers/rate-limiter.ts';
import { createRolloutKeeper } from '../../src/pipeline/watchers/rollout-keeper.ts';
import { createWarmCaches } from '../../src/pipeline/watchers/warm-caches.ts';
import type { Provider } from '../../src/providers/provider.ts';
import { createRuleClassifier } from '../../src/routing/rule-classifier.ts';
import { createSqliteQuotaBook } from '../../src/spend/quota-book.ts';
import { createSqliteRecentAttempts } from '../../src/spend/recent-attempts.ts';
import { createSqliteRolloutBook } from '../../src/spend/rollout-book.ts';
import { createSqliteLedger } from '../../src/spend/sqlite-ledger.ts';
import { openDatabase } from '../../src/storage/database.ts';
import { silentLog } from '../../src/telemetry/log.ts';
import { createTokenCounter } from '../../src/tokens/token-counter.ts';
import { benchRequest } from './bench-engine.ts';
import { distribution, type Section, us } from './measure.ts';

const CALLS = 5_000;

/** The whole pipeline with the ledger on a file, and a provider that answers at once without a socket. */
export async function benchPipeline(root: string): Promise<Section> {
  const home = mkdtempSync(join(tmpdir(), 'farebox-bench-'));
  const configsDir = join(root, 'configs');
  const config = loadConfig({
    env: { FAREBOX_HOME: home, OPENROUTER_API_KEY: 'bench', MAX_MONTHLY_BUDGET: '1000000' },
    configsDir,
    cwd: home,
  });
  const clock = systemClock;
  const database = await openDatabase({ path: config.databasePath, clock, fareboxVersion: 'bench' });
  const ledger = createSqliteLedger({ database, budgets: config.budgets, clock, simulated: false });
  const priceBook = await loadGenaiPriceBook(clock.now());
  // Limits are watched as usual, but no benchmark reaches these.
  const rateLimits = { requestsPerMinute: 1e7, tokensPerMinute: 1e12 };
  const profiles = slotModels(config).map((spec) => ({ ...spec, rateLimits }));
  const specs = { profiles, user: config.models, shipped: loadModelFiles(configsDir) };
  const { baselineModel } = config.policy;
  const catalogue = createCatalogue({ providers: config.providers, specs, priceBook, sandbox: false, baselineModel });
  const health = createHealthRegistry(clock);
  const rates = createRateLimiter(clock, createSqliteRecentAttempts(database, clock));
  const quotas = createQuotaKeeper(createSqliteQuotaBook({ database, clock, simulated: false }));
  const classifier = createRuleClassifier();
  const load = createLoadBook(clock);
  const warmCaches = createWarmCaches(clock, catalogue.deployments);
  const rollouts = createRolloutKeeper(createSqliteRolloutBook(database, clock), clock, silentLog);
  const alerts = createAlertSystem({
    ...{ config, database, ledger, catalogue, quotas, clock, random: systemRandom, log: silentLog },
    ...{ feed: null, simulated: false, longRunning: true, version: 'bench' },
  });
  const planner = createPlanner({
    config,
    catalogue,
    classifier,
    ledger,
    health,
    load,
    rates,
    quotas,
    adequacy: { forTask: () => new Map() },
    clock,
    random: systemRandom,
    warmCaches,
    rollouts,
    gate: alerts.gate,
  });
  const pipeline = createPipeline({
    config,
    prepare: createPrepare({ planner, deployments: catalogue.deployments, summarise: async () => null }),
    judges: createJudges(config.checks, clock),
    classifier: classifier.name,
    ledger,
    cacheOf: () => null,
    gateOf: () => null,
    provider: () => instantProvider,
    admit: rates.admit,
    quotas,
    rollouts,
    budgetCrossed: alerts.crossed,
    hedgeAfter: () => null,
    tokens: createTokenCounter(),
    observers: [health, rates, quotas, load, warmCaches, ...alerts.observers],
    clock,
    random: systemRandom,
    log: silentLog,
  });
  const never = new AbortController().signal;
  try {
    const whole = await distribution(CALLS, (i) => pipeline.complete(benchRequest(i), never));
    return {
      title: 'Pipeline without upstream',
      method: `${CALLS} completions one by one: classify, plan, reserve, attempt (answered at once, without a socket), settle; ledger and budget on a file.`,
      rows: [
        { name: 'one completion, p50', value: us(whole.p50), goal: '≤ 0.5 ms', met: whole.p50 <= 0.5 },
        { name: 'one completion, p99', value: us(whole.p99) },
        { name: 'completions a second', value: whole.perSecond.toFixed(0) },
      ],
    };
  } finally {
    await alerts.close();
    database.close();
    rmSync(home, { recursive: true, force: true });
  }
}

const instantProvider: Provider = {
  name: 'instant',
  async *stream() {
    yield { type: 'accepted', generationId: null, upstreamModel: null };
    yield { type: 'text', text: 'A fixed answer.' };
    yield {
      type: 'usage',
      usage: normalizeUsage({ inputTokens: 30, outputTokens: 20 }),
      reportedCost: null,
      raw: { prompt_tokens: 30 },
    };
    yield { type: 'finish', reason: 'stop' };
  },
  listModels: async () => [],
  close: async () => {},
};
