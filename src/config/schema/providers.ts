import * as z from 'zod';
import { commandLineFields } from './command-line.ts';
import { name, optional, text, texts } from './fields.ts';
import { capabilitiesSchema, freeQuotaSchema } from './models.ts';

const timeouts = z
  .strictObject({
    connect: optional.positive.describe('Until the connection stands.'),
    firstToken: optional.positive.describe('From the sent request to the first content.'),
    firstTokenAlone: optional.positive.describe(
      'The same where no other model is left to move on to, so that one that thinks in silence may finish.',
    ),
    idle: optional.positive.describe('Between two events of an answer.'),
    total: optional.positive.describe('For one attempt as a whole.'),
  })
  .describe('All in ms.');

export const providerSchema = z.strictObject({
  kind: z
    .enum(['openai-compatible', 'anthropic', 'gemini', 'ollama', 'command-line'])
    .optional()
    .describe('Which dialect it speaks. Default: that of the built-in provider of this name, else openai-compatible.'),
  baseUrl: optional.text.describe('Includes the version, e.g. https://openrouter.ai/api/v1.'),
  apiKey: z
    .string()
    .optional()
    .describe('Best a reference to an environment variable, so that the file holds no secret.'),
  apiKeys: z
    .array(z.string())
    .optional()
    .describe(
      'Further keys. Each serves beside the first, with limits of its own, and stands in where one is refused.',
    ),
  headers: z.record(z.string(), z.string()).optional().describe('Sent with every request.'),
  local: optional.flag.describe(
    'Runs on this machine or network: may see private requests, may be reached by plain http, costs nothing unless priced.',
  ),
  region: z
    .union([text, texts], 'a region such as "eu", or a list of regions')
    .optional()
    .describe('Where requests are processed.'),
  enabled: optional.flag.describe(
    'false switches the provider off although it has its key; the built-in commands (claude-cli …) are off until it is true.',
  ),
  freeQuota: freeQuotaSchema.optional().describe('Given away for all its models (and each key) together.'),
  capabilities: capabilitiesSchema.optional().describe('Assumed of its models where nothing better is known.'),
  timeouts: timeouts.optional(),
  ...commandLineFields,
});

export const providersSchema = z.record(name, providerSchema);
