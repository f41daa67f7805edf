import type { FallbackRules, Profile, Routing, Slot } from '../../src/config/config.ts';
import { resolveAvailability } from '../../src/config/resolve-availability.ts';
import type { ModelSpec } from '../../src/domain/model-spec.ts';
import { fromUsd } from '../../src/domain/money.ts';
import { TASK_TYPES, type TaskType } from '../../src/domain/task.ts';

/** Names of the models of the three shipped profiles. */
export const MODELS = {
  deepseek: 'deepseek/deepseek-chat',
  llama: 'meta-llama/llama-3.3-70b-instruct',
  qwen: 'qwen/qwen-2.5-coder-32b-instruct',
  mistral: 'mistralai/mistral-small-3.1-24b-instruct',
  glm: 'thudm/glm-4-9b:free',
} as const;
export type ModelName = keyof typeof MODELS;

const NO_FALLBACK: FallbackRules = {
  onRateLimit: true,
  onError: true,
  onTimeout: true,
  onQualityFailure: false,
  escalateToSecondary: false,
  escalateToTertiary: false,
  cascadeFallback: false,
  maxRetries: 3,
  retryDelayMs: 1000,
};

const NO_ROUTES: Routing = {
  strategy: 'balanced',
  taskTypeMapping: {},
  complexityRouting: {},
  qualityThresholds: {},
  specializedRouting: {},
  fallbackRules: NO_FALLBACK,
  strict: false,
};

/** A profile over the given models with the given routes; everything else is off. */
export function makeProfile(
  name: string,
  models: Readonly<Partial<Record<Slot, ModelName>>>,
  routing: Partial<Routing>,
  rest: Partial<Profile> = {},
): Profile {
  const specs: Partial<Record<Slot, ModelSpec>> = {};
  for (const [slot, model] of Object.entries(models)) {
    specs[slot as Slot] = { provider: 'openrouter', model: MODELS[model] };
  }
  return {
    name,
    description: '',
    models: specs,
    routing: { ...NO_ROUTES, ...routing },
    costTracking: { enabled: true, monthlyBudget: fromUsd(200), warning: 0.75, critical: 0.9 },
    caching: {
      ...{ enabled: true, ttlSeconds: 3600, maxSize: 1000, cacheByTaskType: false, cacheByModel: false },
      intelligentCaching: false,
    },
    promptOptimization: {
      ...{ enabled: true, minimizeTokens: false, useShortPrompts: false },
      ...{ contextCompression: false, semanticCompression: false },
    },
    batchRequests: null,
    maxConcurrency: null,
    responseCompression: null,
    ...resolveAvailability({}),
    environment: 'production',
    dataResidency: { enabled: false, regions: [], preferredModel: null },
    ...rest,
  };
}

/** `{ 'coding general': 'primary' }` as a mapping of each of the words. */
function mapping(rows: Readonly<Record<string, Slot>>): Partial<Record<TaskType, Slot>> {
  const entries = Object.entries(rows).flatMap(([tasks, slot]) =>
    tasks.split(' ').map((task) => [task, slot] as const),
  );
  for (const [task] of entries) if (!TASK_TYPES.includes(task as TaskType)) throw new Error(`no task ${task}`);
  return Object.fromEntries(entries);
}

const CODE = 'coding code_generation code_review refactoring debugging';

export const budgetProfile: Profile = makeProfile(
  'budget',
  { primary: 'deepseek', fallback: 'glm' },
  {
    strategy: 'cost-optimized',
    taskTypeMapping: mapping({ 'coding general analysis': 'primary', 'simple testing': 'fallback' }),
    complexityRouting: { simple: 'fallback', medium: 'primary', complex: 'primary' },
  },
  { environment: 'development' },
);

export const balancedProfile: Profile = makeProfile(
  'balanced',
  { primary: 'llama', secondary: 'qwen', fallback: 'deepseek' },
  {
    strategy: 'balanced',
    taskTypeMapping: mapping({
      [CODE]: 'secondary',
      'general reasoning analysis research': 'primary',
      'simple fallback': 'fallback',
    }),
    complexityRouting: { simple: 'fallback', medium: 'primary', complex: 'primary', expert: 'secondary' },
    qualityThresholds: { high: 'primary', medium: 'fallback', low: 'fallback' },
    fallbackRules: { ...NO_FALLBACK, onQualityFailure: true, escalateToSecondary: true, retryDelayMs: 2000 },
  },
);

export const premiumProfile: Profile = makeProfile(
  'premium',
  { primary: 'qwen', secondary: 'llama', tertiary: 'mistral', fallback: 'deepseek' },
  {
    strategy: 'quality-optimized',
    taskTypeMapping: mapping({
      [`${CODE} repository_analysis function_calling tool_use`]: 'primary',
      'general reasoning analysis research question_answering': 'secondary',
      'structured_output json_generation data_extraction api_integration': 'tertiary',
      'simple fallback': 'fallback',
    }),
    complexityRouting: { simple: 'fallback', medium: 'secondary', complex: 'primary', expert: 'primary' },
    qualityThresholds: { critical: 'primary', high: 'secondary', medium: 'tertiary', low: 'fallback' },
    specializedRouting: {
      europeanDataSovereignty: 'tertiary',
      highAccuracyRequired: 'primary',
      structuredOutputRequired: 'tertiary',
      codingHeavy: 'primary',
    },
    fallbackRules: {
      ...NO_FALLBACK,
      onQualityFailure: true,
      escalateToSecondary: true,
      escalateToTertiary: true,
      cascadeFallback: true,
      maxRetries: 5,
      retryDelayMs: 3000,
    },
  },
  { dataResidency: { enabled: true, regions: ['eu', 'us'], preferredModel: 'tertiary' } },
);
