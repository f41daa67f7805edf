import * as z from 'zod';
import { alertsSchema, nonCriticalSchema, throttleSchema } from './alerts.ts';
import { optional, timeZone } from './fields.ts';

export const policySchema = z.strictObject({
  unknown_models: z
    .enum(['auto', 'reject'])
    .optional()
    .describe('What an HTTP caller gets who names a model that nobody knows. Default auto.'),
  unpricedCallCeilingUsd: optional.dollars.describe(
    'Held and counted for a call of unknown price under a budget; such a call is refused where absent.',
  ),
  deadlineMs: z
    .int()
    .min(1)
    .max(86_400_000)
    .optional()
    .describe('A call is given up after so many ms, all attempts and waits together. Default 600000.'),
  quotaBufferUsd: optional.dollars.describe(
    'The most that may be paid in a month because free quotas are used up. Absent: only the budgets limit it.',
  ),
  timeZone: timeZone.optional().describe('Whose calendar divides budgets that name none. Default UTC.'),
  onExhausted: z
    .enum(['free', 'stop'])
    .optional()
    .describe('When a budget is used up: free and local models go on (free, the default), or nothing does (stop).'),
  nonCritical: nonCriticalSchema.optional().describe('What is paused while a budget that pays for it is critical.'),
  throttle: throttleSchema.optional(),
  alerts: alertsSchema.optional().describe('What is told when something is wrong, and to whom.'),
  retention: z
    .strictObject({
      rows: optional.positive.describe('Days that calls and attempts are kept. Absent: for ever.'),
      decisions: optional.positive.describe('Days that it is kept why a call was routed as it was. Absent: for ever.'),
    })
    .optional()
    .describe('How long the ledger keeps what. Sums by hour and day are kept for ever.'),
  storeBodies: optional.flag.describe('Store prompts and answers. Default false.'),
  baselineModel: optional.text.describe('Savings are measured against it. Default claude-3.5-sonnet.'),
  embeddingModel: optional.text.describe(
    'The model of requests for embeddings that name none. Default: the first of the catalogue that is enabled.',
  ),
  sandbox: z
    .enum(['auto', 'on', 'off'])
    .optional()
    .describe('Simulated upstreams: auto (the default) where no provider is usable.'),
  discoverOllama: optional.flag.describe('Look for Ollama on this machine. Default true.'),
  allowInsecureHttp: optional.flag.describe(
    'Allow plain http to hosts beyond loopback and local providers. Default false.',
  ),
  toolEmulation: z
    .enum(['auto', 'off'])
    .optional()
    .describe(
      'Requests with tools for models that have none: auto (the default) describes the tools in the prompt and reads calls from the answer, behind all models that have tools; off leaves such models out.',
    ),
  hedge: z
    .strictObject({
      afterMs: z.int().min(1).max(86_400_000).optional().describe('Ms of silence after which it is asked.'),
      percentile: z
        .number()
        .min(0.5)
        .max(0.999)
        .optional()
        .describe('It is asked after the time below which this share of the latest answers began, once 20 are known.'),
      maxExtraCostUsd: optional.dollars.describe(
        'The most that the second attempt may cost. Absent: what budgets allow.',
      ),
    })
    .refine(
      ({ afterMs, percentile }) => afterMs !== undefined || percentile !== undefined,
      'afterMs, percentile or both',
    )
    .optional()
    .describe(
      'Ask the next candidate as well where one stays silent for too long: the first word wins, the other attempt is cancelled and paid. Absent: never.',
    ),
  promptCacheAffinity: optional.flag.describe(
    'A conversation stays with its model and key while the warm prompt cache there is worth more than a switch saves. Default true.',
  ),
  threads: z
    .strictObject({
      maxAgeDays: optional.positive.describe(
        'A conversation that nobody went on with for so many days is erased. Default 30.',
      ),
      maxMegabytes: optional.positive.describe(
        'Of all conversations together; beyond it those are erased that were not used for longest. Default 256.',
      ),
    })
    .optional()
    .describe('Conversations that are carried on by `thread_id`.'),
  verify: z
    .strictObject({
      maxAttempts: z
        .int()
        .min(1)
        .max(20)
        .optional()
        .describe('Answers that are checked at most before a call with `verify` is given up. Default 4.'),
    })
    .optional(),
});
