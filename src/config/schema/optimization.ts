import * as z from 'zod';
import { optional } from './fields.ts';

const caching = z.strictObject({
  enabled: optional.flag.describe('Answer identical requests from a cache.'),
  ttl: optional.count.describe('Seconds.'),
  maxSize: optional.positive.describe('Answers held at most.'),
  cacheByTaskType: optional.flag.describe('The same request under another task type is another entry.'),
  cacheByModel: optional.flag.describe('The same request for another model is another entry.'),
  intelligentCaching: optional.flag.describe(
    'Answer a short English question also from the cached answer to another wording of it. Default false.',
  ),
});

const promptOptimization = z.strictObject({
  enabled: optional.flag.describe(
    'Take white space that means nothing and repeated paragraphs out of system messages. Default true.',
  ),
  minimizeTokens: optional.flag.describe('Such white space between paragraphs of user messages, too. Default false.'),
  useShortPrompts: optional.flag.describe(
    'What farebox itself asks models for (notes on parts, summaries) in fewer words. Default false.',
  ),
  contextCompression: optional.flag.describe(
    'Shorten the older part of long conversations: more than 30 turns, or 60 % of the context window. Default false.',
  ),
  semanticCompression: optional.flag.describe(
    'With contextCompression: a summary by a cheap model in place of the shortened turns. Default false.',
  ),
});

const batchRequests = z.strictObject({
  enabled: optional.flag.describe(
    'Embeddings that are asked for at about the same time go to their provider in one request. Default true where this is given.',
  ),
  maxBatchSize: optional.positive.describe('Texts in one request at most; longer lists are divided. Default 20.'),
  batchingDelay: optional.milliseconds.describe('Ms that a text waits for others at most. Default 100.'),
  smartBatching: optional.flag.describe(
    'Nothing waits while no request is under way: only what comes meanwhile is put together. Default false.',
  ),
});

const responseCompression = z.strictObject({
  enabled: optional.flag.describe(
    'Compress large answers over HTTP for clients that accept it. Default true where this is given.',
  ),
  algorithm: z.enum(['gzip', 'brotli']).optional().describe('brotli: gzip for clients that know no brotli.'),
  level: z.int().min(0).max(11).optional().describe('Of gzip at most 9. Default 6.'),
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
