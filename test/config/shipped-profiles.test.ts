import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { valueAt } from '../../src/config/field-path.ts';
import { configsDir, loadTestConfig } from '../support/load-test-config.ts';

/** Facts: profiles §1.1. A row is a field and its value in budget, balanced and premium; undefined: absent. */
type Row = readonly [field: string, budget: unknown, balanced: unknown, premium: unknown];

const no = undefined;
const DEEPSEEK = 'deepseek/deepseek-chat';
const LLAMA = 'meta-llama/llama-3.3-70b-instruct';
const QWEN = 'qwen/qwen-2.5-coder-32b-instruct';
const MISTRAL = 'mistralai/mistral-small-3.1';
const GLM = 'thudm/glm-4-9b:free';

const map = (...pairs: readonly (readonly [slot: string, ...keys: string[]])[]) =>
  Object.fromEntries(pairs.flatMap(([slot, ...keys]) => keys.map((key) => [key, slot])));

const ROWS: readonly Row[] = [
  ['models.primary.model', DEEPSEEK, LLAMA, QWEN],
  ['models.secondary.model', no, QWEN, LLAMA],
  ['models.tertiary.model', no, no, MISTRAL],
  ['models.tertiary.upstreamModel', no, no, 'mistralai/mistral-small-3.1-24b-instruct'],
  ['models.fallback.model', GLM, DEEPSEEK, DEEPSEEK],
  ['routing.strategy', 'cost-optimized', 'balanced', 'quality-optimized'],
  [
    'routing.taskTypeMapping',
    map(['primary', 'coding', 'general', 'analysis'], ['fallback', 'simple', 'testing']),
    map(
      ['secondary', 'coding', 'code_generation', 'code_review', 'refactoring', 'debugging'],
      ['primary', 'general', 'reasoning', 'analysis', 'research'],
      ['fallback', 'simple', 'fallback'],
    ),
    map(
      ['primary', 'coding', 'code_generation', 'code_review', 'refactoring', 'debugging', 'repository_analysis'],
      ['primary', 'function_calling', 'tool_use'],
      ['secondary', 'general', 'reasoning', 'analysis', 'research', 'question_answering'],
      ['tertiary', 'structured_output', 'json_generation', 'data_extraction', 'api_integration'],
      ['fallback', 'simple', 'fallback'],
    ),
  ],
  [
    'routing.complexityRouting',
    { simple: 'fallback', medium: 'primary', complex: 'primary' },
    { simple: 'fallback', medium: 'primary', complex: 'primary', expert: 'secondary' },
    { simple: 'fallback', medium: 'secondary', complex: 'primary', expert: 'primary' },
  ],
  [
    'routing.qualityThresholds',
    no,
    { high: 'primary', medium: 'fallback', low: 'fallback' },
    { critical: 'primary', high: 'secondary', medium: 'tertiary', low: 'fallback' },
  ],
  [
    'routing.specializedRouting',
    no,
    no,
    {
      europeanDataSovereignty: 'tertiary',
      highAccuracyRequired: 'primary',
      structuredOutputRequired: 'tertiary',
      codingHeavy: 'primary',
    },
  ],
  ['routing.fallbackRules.onRateLimit', true, true, true],
  ['routing.fallbackRules.onError', true, true, true],
  ['routing.fallbackRules.onTimeout', true, true, true],
  ['routing.fallbackRules.onQualityFailure', no, true, true],
  ['routing.fallbackRules.escalateToSecondary', no, true, true],
  ['routing.fallbackRules.escalateToTertiary', no, no, true],
  ['routing.fallbackRules.cascadeFallback', no, no, true],
  ['routing.fallbackRules.maxRetries', 3, 3, 5],
  ['routing.fallbackRules.retryDelay', 1000, 2000, 3000],
  ['monitoring.costTracking.enabled', true, true, true],
  ['monitoring.costTracking.realTime', true, true, true],
  ['monitoring.costTracking.monthlyBudget', 50, 200, 1000],
  ['monitoring.costTracking.alertThresholds.warning', 0.8, 0.75, 0.7],
  ['monitoring.costTracking.alertThresholds.critical', 0.95, 0.9, 0.85],
  ['monitoring.costTracking.costByModel', no, true, true],
  ['monitoring.costTracking.costByTaskType', no, true, true],
  ['monitoring.costTracking.costProjection', no, no, true],
  ['monitoring.performanceMetrics.enabled', true, true, true],
  ['monitoring.performanceMetrics.trackLatency', true, true, true],
  ['monitoring.performanceMetrics.trackThroughput', true, true, true],
  ['monitoring.performanceMetrics.trackTokenUsage', true, true, true],
  ['monitoring.performanceMetrics.trackQuality', no, true, true],
  ['monitoring.performanceMetrics.trackModelSelection', no, no, true],
  ['monitoring.performanceMetrics.aggregationInterval', no, 300_000, 60_000],
  ['monitoring.performanceMetrics.detailedMetrics', no, no, true],
  ['monitoring.errorTracking.enabled', true, true, true],
  ['monitoring.errorTracking.logErrors', true, true, true],
  ['monitoring.errorTracking.alertOnCritical', true, true, true],
  ['monitoring.errorTracking.trackErrorRates', no, true, true],
  ['monitoring.errorTracking.errorAnalytics', no, no, true],
  ['monitoring.errorTracking.rootCauseAnalysis', no, no, true],
  ['monitoring.qualityAssurance.enabled', true, true, true],
  ['monitoring.qualityAssurance.samplingRate', 0.05, 0.1, 0.2],
  ['monitoring.qualityAssurance.compareToBaseline', false, true, true],
  ['monitoring.qualityAssurance.baselineModel', no, 'claude-3.5-sonnet', 'claude-3.5-sonnet'],
  ['monitoring.qualityAssurance.qualityThreshold', no, 0.9, 0.92],
  ['monitoring.qualityAssurance.continuousValidation', no, no, true],
  ['monitoring.qualityAssurance.a_bTesting', no, no, true],
  [
    'monitoring.observability',
    no,
    no,
    { enabled: true, tracing: true, logging: 'detailed', metricsExport: true, dashboards: true },
  ],
  ['optimization.caching.enabled', true, true, true],
  ['optimization.caching.ttl', 3600, 7200, 10_800],
  ['optimization.caching.maxSize', 1000, 5000, 10_000],
  ['optimization.caching.cacheByTaskType', no, true, true],
  ['optimization.caching.cacheByModel', no, no, true],
  ['optimization.caching.intelligentCaching', no, no, true],
  ['optimization.promptOptimization.enabled', true, true, true],
  ['optimization.promptOptimization.minimizeTokens', true, true, false],
  ['optimization.promptOptimization.useShortPrompts', true, false, no],
  ['optimization.promptOptimization.contextCompression', no, true, true],
  ['optimization.promptOptimization.semanticCompression', no, no, true],
  [
    'optimization.batchRequests',
    { enabled: false, maxBatchSize: 10 },
    { enabled: true, maxBatchSize: 20, batchingDelay: 100 },
    { enabled: true, maxBatchSize: 50, batchingDelay: 50, smartBatching: true },
  ],
  [
    'optimization.responseCompression',
    { enabled: false },
    { enabled: true, algorithm: 'gzip' },
    { enabled: true, algorithm: 'brotli', level: 6 },
  ],
  ['optimization.loadBalancing.strategy', no, 'round-robin', 'weighted-round-robin'],
  ['optimization.loadBalancing.healthCheckInterval', no, 30_000, 15_000],
  ['optimization.loadBalancing.adaptiveWeights', no, no, true],
  ['optimization.parallelExecution', no, no, { enabled: true, maxConcurrency: 20, queueManagement: true }],
  ['deployment.environment', 'development', 'production', 'production'],
  ['deployment.region', 'auto', 'auto', 'multi-region'],
  ['deployment.scaling.minInstances', 1, 5, 10],
  ['deployment.scaling.maxInstances', 10, 50, 100],
  ['deployment.scaling.autoScale', false, true, true],
  ['deployment.scaling.scaleUpThreshold', no, 0.8, 0.7],
  ['deployment.scaling.scaleDownThreshold', no, 0.3, 0.2],
  ['deployment.scaling.cooldownPeriod', no, 300_000, 180_000],
  ['deployment.scaling.predictiveScaling', no, no, true],
  ['deployment.healthCheck.interval', 60_000, 30_000, 15_000],
  ['deployment.healthCheck.timeout', 5000, 10_000, 10_000],
  ['deployment.healthCheck.unhealthyThreshold', no, 3, 2],
  ['deployment.healthCheck.healthyThreshold', no, no, 2],
  ['deployment.redundancy.replicationFactor', no, 2, 3],
  ['deployment.redundancy.crossRegion', no, no, true],
  ['deployment.highAvailability', no, no, { enabled: true, targetUptime: 0.999, failoverTime: 30_000 }],
  [
    'estimatedCosts.monthly',
    { low: 0.5, typical: 2.5, high: 5 },
    { low: 5, typical: 15, high: 30 },
    { low: 25, typical: 75, high: 150 },
  ],
  [
    'estimatedCosts.perRequest',
    { simple: 0.00001, medium: 0.00005, complex: 0.0001 },
    { simple: 0.00002, medium: 0.0001, complex: 0.0003 },
    { simple: 0.00003, medium: 0.00015, complex: 0.0005 },
  ],
  [
    'estimatedCosts.breakdown',
    no,
    { primary: 0.4, secondary: 0.45, fallback: 0.15 },
    { primary: 0.35, secondary: 0.35, tertiary: 0.2, fallback: 0.1 },
  ],
  ['estimatedCosts.savingsVsBaseline', 0.97, 0.95, 0.88],
  ['estimatedCosts.annualSavings', no, no, 2160],
  ['compliance.dataResidency', no, no, { enabled: true, regions: ['eu', 'us'], preferredModel: 'tertiary' }],
  ['compliance.auditLogging', no, no, { enabled: true, retention: 90, compliance: ['SOC2', 'GDPR'] }],
];

/** Facts: profiles §1.1, second table. */
const MODELS: Readonly<
  Record<string, readonly [input: number, output: number, context: number, json: boolean, quality: number]>
> = {
  [DEEPSEEK]: [0.15, 0.15, 128_000, true, 88],
  [LLAMA]: [0.1, 0.4, 128_000, true, 90],
  [QWEN]: [0.23, 0.23, 128_000, true, 92],
  [MISTRAL]: [0.3, 0.3, 128_000, true, 93],
  [GLM]: [0, 0, 32_000, false, 75],
};
const LIMITS: Readonly<Record<string, readonly [rpm: number, tpm: number]>> = {
  [DEEPSEEK]: [60, 100_000],
  [LLAMA]: [100, 200_000],
  [MISTRAL]: [80, 150_000],
  [GLM]: [20, 50_000],
};

const read = (name: string): Record<string, unknown> =>
  JSON.parse(readFileSync(join(configsDir, `${name}.json`), 'utf8')) as Record<string, unknown>;
const files = [read('budget'), read('balanced'), read('premium')];

describe('the shipped profiles', () => {
  it.each(ROWS)('have the designed value of %s in every cell (CFG-01, CFG-02)', (field, ...expected) => {
    expect(files.map((file) => valueAt(file, field.split('.')))).toEqual(expected);
  });

  it('describe every model with the designed price, context, capabilities, quality and limits (CFG-02)', () => {
    for (const file of files) {
      for (const model of Object.values(file['models'] as Record<string, Record<string, unknown>>)) {
        const name = String(model['model']);
        const [input, output, contextWindow, jsonMode, quality] = MODELS[name] ?? [];
        const ofQwen = file['name'] === 'balanced' ? [80, 150_000] : [100, 200_000];
        const [requestsPerMinute, tokensPerMinute] = name === QWEN ? ofQwen : (LIMITS[name] ?? []);
        expect(model).toMatchObject({
          provider: 'openrouter',
          pricing: { input, output, unit: 'per_million_tokens' },
          capabilities: { toolCalling: true, jsonMode, streaming: true, contextWindow, multimodal: false },
          qualityScore: quality,
          rateLimits: { requestsPerMinute, tokensPerMinute },
        });
      }
    }
  });

  it('resolve to exact nano-dollars and to the defaults of what they leave out (CFG-02)', () => {
    const { profiles } = loadTestConfig();
    const budget = profiles.get('budget');
    expect(budget?.models.primary?.price).toEqual({
      rates: { input: 150_000_000, output: 150_000_000, cacheRead: null, cacheWrite5m: null, cacheWrite1h: null },
      tiers: [],
      perRequest: 0,
      source: 'profile',
      asOf: null,
    });
    expect(budget?.costTracking).toEqual({
      enabled: true,
      monthlyBudget: 50_000_000_000,
      warning: 0.8,
      critical: 0.95,
    });
    expect(budget?.routing.fallbackRules).toEqual({
      onRateLimit: true,
      onError: true,
      onTimeout: true,
      onQualityFailure: false,
      escalateToSecondary: false,
      escalateToTertiary: false,
      cascadeFallback: false,
      maxRetries: 3,
      retryDelayMs: 1000,
    });
    expect(profiles.get('premium')?.maxConcurrency).toBe(20);
    expect(profiles.get('premium')?.dataResidency).toEqual({
      enabled: true,
      regions: ['eu', 'us'],
      preferredModel: 'tertiary',
    });
    expect([...profiles.keys()].sort()).toEqual(['balanced', 'budget', 'hybrid', 'premium']);
  });

  it('put a local model first in hybrid, and hosted ones after it', () => {
    const models = loadTestConfig().profiles.get('hybrid')?.models;
    expect(models?.primary?.provider).toBe('ollama');
    expect([models?.secondary?.provider, models?.tertiary?.provider, models?.fallback?.provider]).toEqual(
      Array(3).fill('openrouter'),
    );
  });
});
