import * as z from 'zod';
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
  retention: z
    .strictObject({
      rows: optional.positive.describe('Days that calls and attempts are kept. Absent: for ever.'),
      decisions: optional.positive.describe('Days that it is kept why a call was routed as it was. Absent: for ever.'),
    })
    .optional()
    .describe('How long the ledger keeps what. Sums by hour and day are kept for ever.'),
  storeBodies: optional.flag.describe('Store prompts and answers. Default false.'),
  baselineModel: optional.text.describe('Savings are measured against it. Default claude-3.5-sonnet.'),
  sandbox: z
    .enum(['auto', 'on', 'off'])
    .optional()
    .describe('Simulated upstreams: auto (the default) where no provider is usable.'),
  discoverOllama: optional.flag.describe('Look for Ollama on this machine. Default true.'),
  allowInsecureHttp: optional.flag.describe(
    'Allow plain http to hosts beyond loopback and local providers. Default false.',
  ),
  promptCacheAffinity: optional.flag.describe(
    'A conversation stays with its model and key while the warm prompt cache there is worth more than a switch saves. Default true.',
  ),
});
