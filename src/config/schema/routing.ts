import * as z from 'zod';
import { COMPLEXITIES, QUALITY_LEVELS, SPECIAL_FLAGS, TASK_TYPES } from '../../domain/task.ts';
import { optional, slotMap } from './fields.ts';

const fallbackRules = z.strictObject({
  onRateLimit: optional.flag.describe('Try another model when the provider limits us.'),
  onError: optional.flag.describe('… when it fails.'),
  onTimeout: optional.flag.describe('… when it does not answer in time.'),
  onQualityFailure: optional.flag.describe('… when the answer is empty or not what was asked for.'),
  escalateToSecondary: optional.flag,
  escalateToTertiary: optional.flag,
  cascadeFallback: optional.flag.describe('Try every remaining model.'),
  maxRetries: z.int().min(0).max(20).optional().describe('Retries of the same model before another one is tried.'),
  retryDelay: optional.milliseconds.describe('Ms before the first retry; it grows from there.'),
});

export const routingSchema = z.strictObject({
  strategy: z
    .enum(['cost-optimized', 'balanced', 'quality-optimized', 'adaptive'])
    .optional()
    .describe('`adaptive` takes the cheapest model whose expected quality clears the bar.'),
  taskTypeMapping: slotMap(TASK_TYPES).optional(),
  complexityRouting: slotMap(COMPLEXITIES).optional(),
  qualityThresholds: slotMap(QUALITY_LEVELS).optional(),
  specializedRouting: slotMap(SPECIAL_FLAGS).optional(),
  fallbackRules: fallbackRules.optional(),
  strict: optional.flag.describe('Refuse instead of warn where no model reaches a demanded quality. Default false.'),
});
