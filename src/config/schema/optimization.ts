import * as z from 'zod';
import { optional } from './fields.ts';

const caching = z.strictObject({
  enabled: optional.flag.describe('Answer identical requests from a cache.'),
  ttl: optional.count.describe('Seconds.'),
  maxSize: optional.positive.describe('Answers held at most.'),
  cacheByTaskType: optional.flag.describe('The same request under another task type is another entry.'),
  cacheByModel: optional.flag.describe('The same request for another model is another entry.'),
  intelligentCaching: optional.flag,
});

const promptOptimization = z.strictObject({
  enabled: optional.flag,
  minimizeTokens: optional.flag,
  useShortPrompts: optional.flag,
  contextCompression: optional.flag,
  semanticCompression: optional.flag,
});

const batchRequests = z.strictObject({
  enabled: optional.flag,
  maxBatchSize: optional.positive,
  batchingDelay: optional.milliseconds.describe('Ms.'),
  smartBatching: optional.flag,
});

const responseCompression = z.strictObject({
  enabled: optional.flag,
  algorithm: z.enum(['gzip', 'brotli']).optional(),
  level: z.int().min(0).max(11).optional(),
});

const loadBalancing = z.strictObject({
  enabled: optional.flag.describe(
    'Spread calls over replicas: the same model with another key or at another provider, for about the same cost.',
  ),
  strategy: z
    .enum(['least-loaded', 'round-robin', 'weighted-round-robin'])
    .optional()
    .describe('Default least-loaded: the less busy of two replicas. Weighted: by their requests per minute.'),
  healthCheckInterval: optional.milliseconds.describe(
    'Ms. Of this and deployment.healthCheck.interval the shorter one holds.',
  ),
  adaptiveWeights: optional.flag.describe('Replicas that answer more slowly get fewer calls.'),
});

const parallelExecution = z.strictObject({
  enabled: optional.flag,
  maxConcurrency: optional.positive.describe('Upstream requests in flight at most; others wait.'),
  queueManagement: optional.flag,
});

export const optimizationSchema = z.strictObject({
  caching: caching.optional(),
  promptOptimization: promptOptimization.optional(),
  batchRequests: batchRequests.optional(),
  responseCompression: responseCompression.optional(),
  loadBalancing: loadBalancing.optional(),
  parallelExecution: parallelExecution.optional(),
});
