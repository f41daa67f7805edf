import { FareboxError } from '../domain/errors.ts';
import type { ModelSpec } from '../domain/model-spec.ts';
import { fromUsd } from '../domain/money.ts';
import { type Profile, type Routing, SLOTS, type Slot } from './config.ts';
import type { MergedConfig } from './merge-layers.ts';
import { resolveAvailability } from './resolve-availability.ts';
import { resolveModel } from './resolve-model.ts';
import type { RawConfig } from './schema/config-file.ts';
import { withoutUndefined } from './without-undefined.ts';

/** A merged configuration → its profile. Throws `invalid_config` where routing points to a slot without a model. */
export function resolveProfile(name: string, merged: MergedConfig, where: string): Profile {
  const { raw } = merged;
  const models = resolveSlots(merged);
  const routing = resolveRouting(raw);
  checkSlots(models, routing, raw, where);
  const { costTracking } = raw.monitoring ?? {};
  const { caching, promptOptimization, parallelExecution, responseCompression: compression } = raw.optimization ?? {};
  const { batchRequests: batching } = raw.optimization ?? {};
  const residency = raw.compliance?.dataResidency;
  const breakdown = raw.estimatedCosts?.breakdown;
  const warning = costTracking?.alertThresholds?.warning ?? 0.8;
  return {
    name,
    description: raw.description ?? '',
    models,
    routing,
    costTracking: {
      enabled: costTracking?.enabled ?? true,
      monthlyBudget: costTracking?.monthlyBudget === undefined ? null : fromUsd(costTracking.monthlyBudget),
      warning,
      // A warning threshold that was raised above the critical one takes that one with it.
      critical: Math.max(warning, costTracking?.alertThresholds?.critical ?? 0.95),
    },
    caching: {
      enabled: caching?.enabled ?? true,
      ttlSeconds: caching?.ttl ?? 3600,
      maxSize: caching?.maxSize ?? 1000,
      cacheByTaskType: caching?.cacheByTaskType ?? false,
      cacheByModel: caching?.cacheByModel ?? false,
      intelligentCaching: caching?.intelligentCaching ?? false,
    },
    responseCompression:
      compression && compression.enabled !== false
        ? { algorithm: compression.algorithm ?? 'gzip', level: compression.level ?? null }
        : null,
    batchRequests:
      batching && batching.enabled !== false
        ? {
            maxBatchSize: batching.maxBatchSize ?? 20,
            delayMs: batching.batchingDelay ?? 100,
            smart: batching.smartBatching ?? false,
          }
        : null,
    promptOptimization: {
      enabled: promptOptimization?.enabled ?? true,
      minimizeTokens: promptOptimization?.minimizeTokens ?? false,
      useShortPrompts: promptOptimization?.useShortPrompts ?? false,
      contextCompression: promptOptimization?.contextCompression ?? false,
      semanticCompression: promptOptimization?.semanticCompression ?? false,
    },
    maxConcurrency: parallelExecution?.enabled === false ? null : (parallelExecution?.maxConcurrency ?? null),
    ...resolveAvailability(raw),
    environment: raw.deployment?.environment ?? 'production',
    ...(breakdown && { breakdown: withoutUndefined(breakdown) }),
    dataResidency: {
      enabled: residency?.enabled ?? false,
      regions: residency?.regions ?? [],
      preferredModel: residency?.preferredModel ?? null,
    },
  };
}

function resolveSlots({ raw, origins }: MergedConfig): Partial<Record<Slot, ModelSpec>> {
  const models: Partial<Record<Slot, ModelSpec>> = {};
  for (const slot of SLOTS) {
    const model = raw.models?.[slot];
    if (!model) continue;
    const source = origins.get(`models.${slot}.pricing.input`)?.source === 'profile' ? 'profile' : 'config';
    models[slot] = resolveModel(model, source);
  }
  return models;
}

function resolveRouting(raw: RawConfig): Routing {
  const routing = raw.routing ?? {};
  const rules = routing.fallbackRules ?? {};
  return {
    strategy: routing.strategy ?? 'balanced',
    taskTypeMapping: withoutUndefined(routing.taskTypeMapping ?? {}),
    complexityRouting: withoutUndefined(routing.complexityRouting ?? {}),
    qualityThresholds: withoutUndefined(routing.qualityThresholds ?? {}),
    specializedRouting: withoutUndefined(routing.specializedRouting ?? {}),
    fallbackRules: {
      onRateLimit: rules.onRateLimit ?? true,
      onError: rules.onError ?? true,
      onTimeout: rules.onTimeout ?? true,
      onQualityFailure: rules.onQualityFailure ?? false,
      escalateToSecondary: rules.escalateToSecondary ?? false,
      escalateToTertiary: rules.escalateToTertiary ?? false,
      cascadeFallback: rules.cascadeFallback ?? false,
      maxRetries: rules.maxRetries ?? 2,
      retryDelayMs: rules.retryDelay ?? 1000,
    },
    strict: routing.strict ?? false,
  };
}

function checkSlots(models: Profile['models'], routing: Routing, raw: RawConfig, where: string): void {
  const problems: string[] = [];
  if (!models.primary) problems.push('models.primary is missing; expected an object with "provider" and "model"');
  const tables = ['taskTypeMapping', 'complexityRouting', 'qualityThresholds', 'specializedRouting'] as const;
  for (const table of tables) {
    for (const [key, slot] of Object.entries(routing[table])) {
      if (!models[slot])
        problems.push(`routing.${table}.${key} names the slot "${slot}", for which models has no model`);
    }
  }
  const preferred = raw.compliance?.dataResidency?.preferredModel;
  if (preferred && !models[preferred]) {
    problems.push(
      `compliance.dataResidency.preferredModel names the slot "${preferred}", for which models has no model`,
    );
  }
  if (problems.length === 0) return;
  const message = problems.length === 1 ? `${where}: ${problems[0]}.` : `${where}:\n  ${problems.join('\n  ')}\n`;
  throw new FareboxError('invalid_config', message, {
    remedy: 'Add the model to models, point to another slot, or extend a profile that has it.',
    details: { problems },
  });
}
