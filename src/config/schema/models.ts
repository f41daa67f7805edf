import * as z from 'zod';
import { isTimeZone } from '../../lib/day-span.ts';
import { dollars, name, optional, positive, text } from './fields.ts';

const pricing = z.strictObject({
  input: dollars.describe('US dollars per million input tokens.'),
  output: dollars.describe('US dollars per million output tokens.'),
  cacheRead: optional.dollars.describe('Per million input tokens read from the provider’s prompt cache.'),
  cacheWrite5m: optional.dollars.describe('Per million input tokens written to the cache for 5 minutes.'),
  cacheWrite1h: optional.dollars.describe('Per million input tokens written to the cache for an hour.'),
  perRequest: optional.dollars.describe('US dollars per request, beside the tokens.'),
  asOf: z.iso.date().optional().describe('The day as of which the prices were true, YYYY-MM-DD.'),
  unit: z.literal('per_million_tokens').optional().describe('The only unit.'),
});

export const capabilitiesSchema = z.strictObject({
  toolCalling: optional.flag.describe('Calls tools.'),
  jsonMode: optional.flag.describe('Answers in JSON on demand.'),
  streaming: optional.flag.describe('Streams its answer.'),
  contextWindow: optional.positive.describe('Tokens of input and output together.'),
  maxOutputTokens: optional.positive.describe('The most tokens in one answer.'),
  multimodal: optional.flag.describe('Reads images.'),
  assistantPrefix: optional.flag.describe(
    'Continues a last message of the assistant, so that it may finish what another model began.',
  ),
});

const limit = positive.nullable().optional();

const rateLimits = z.strictObject({
  requestsPerMinute: limit.describe('null: no limit, where a base has one.'),
  tokensPerMinute: limit.describe('Input and output together; null: no limit.'),
});

export const freeQuotaSchema = z
  .strictObject({
    requestsPerDay: optional.positive,
    tokensPerDay: optional.positive.describe('Input and output together.'),
    timeZone: z
      .string()
      .refine(isTimeZone, 'not a time zone, such as UTC or America/Los_Angeles')
      .optional()
      .describe('In whose midnight it begins anew. Default UTC.'),
    thenPaid: optional.flag.describe(
      'Default true: what exceeds it is paid. false: nothing is sent until it begins anew, as with free accounts.',
    ),
  })
  .describe('What the provider gives away every day: used before anything is paid. Its cost is 0.');

export const modelSchema = z
  .strictObject({
    provider: name.describe('A provider of `providers` or a built-in one.'),
    model: text.describe('The model as farebox names it; the same name at two providers means the same model.'),
    upstreamModel: optional.text.describe('The model as the provider wants it named, where that differs.'),
    pricing: pricing.optional().describe('Wins over every price list.'),
    capabilities: capabilitiesSchema.optional(),
    qualityScore: z.number().min(0).max(100).optional().describe('0 to 100.'),
    specialization: optional.texts.describe('What the model is good at, for people.'),
    rateLimits: rateLimits.optional().describe('What the provider allows; farebox stays below it.'),
    freeQuota: freeQuotaSchema.optional(),
    regions: optional.texts.describe('Regions in which the provider processes requests, e.g. "eu".'),
  })
  .describe('One model at one provider. Naming another model in a file replaces the whole object of its base.');

export const modelsSchema = z
  .strictObject({
    primary: modelSchema.optional(),
    secondary: modelSchema.optional(),
    tertiary: modelSchema.optional(),
    fallback: modelSchema.optional(),
  })
  .describe('The slots that routing points to.');

export type RawModel = z.infer<typeof modelSchema>;
