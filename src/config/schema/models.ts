import * as z from 'zod';
import { isTimeZone } from '../../lib/zoned-calendar.ts';
import { dollars, name, optional, positive, text } from './fields.ts';

const inputRate = dollars.describe('US dollars per million input tokens.');
const outputRate = dollars.describe('US dollars per million output tokens.');
const cacheRates = {
  cacheRead: optional.dollars.describe('Per million input tokens read from the provider’s prompt cache.'),
  cacheWrite5m: optional.dollars.describe('Per million input tokens written to the cache for 5 minutes.'),
  cacheWrite1h: optional.dollars.describe('Per million input tokens written to the cache for an hour.'),
};

const tier = z.strictObject({
  fromInputTokens: positive.describe('The smallest prompt to which these rates apply.'),
  input: inputRate,
  output: outputRate,
  ...cacheRates,
});

const pricing = z
  .strictObject({
    input: inputRate.optional(),
    output: outputRate.optional(),
    ...cacheRates,
    tiers: z
      .array(tier)
      .optional()
      .describe(
        'Other rates for longer prompts. A tier replaces all rates; one that it leaves out is charged as input.',
      ),
    perRequest: optional.dollars.describe('US dollars per request, beside the tokens.'),
    flatMonthlyUsd: optional.dollars.describe(
      'US dollars a calendar month, however much is used. A call then costs what the other prices say, else nothing.',
    ),
    gpuHourUsd: optional.dollars.describe(
      'US dollars for each hour that the machine runs: while it answers, and then until it has been idle for idleTimeoutS.',
    ),
    idleTimeoutS: z
      .number()
      .min(0)
      .max(86_400)
      .optional()
      .describe('Seconds after which an idle machine of gpuHourUsd is let go. Default 300.'),
    account: optional.text.describe(
      'What the fee or the machine is called: models of the same account share it. Default: this model has its own.',
    ),
    asOf: z.iso.date().optional().describe('The day as of which the prices were true, YYYY-MM-DD.'),
    unit: z.literal('per_million_tokens').optional().describe('The only unit of token prices.'),
  })
  .superRefine((price, { addIssue }) => {
    for (const { field, message } of pricingFaults(price)) {
      addIssue({ code: 'custom', message, path: field === null ? [] : [field] });
    }
  });

interface WrittenPricing extends z.infer<z.ZodObject<typeof cacheRates>> {
  readonly input?: number | undefined;
  readonly output?: number | undefined;
  readonly tiers?: readonly { readonly fromInputTokens: number }[] | undefined;
  readonly perRequest?: number | undefined;
  readonly flatMonthlyUsd?: number | undefined;
  readonly gpuHourUsd?: number | undefined;
  readonly idleTimeoutS?: number | undefined;
  readonly account?: string | undefined;
}

interface PricingFault {
  /** null: the price as a whole. */
  readonly field: keyof WrittenPricing | null;
  /** What was expected there. */
  readonly message: string;
}

/** What no shape of single fields can say: which of them belong together. */
function pricingFaults(price: WrittenPricing): readonly PricingFault[] {
  const { input, output, tiers = [], flatMonthlyUsd, gpuHourUsd } = price;
  const byToken = input !== undefined && output !== undefined;
  const fixed = flatMonthlyUsd !== undefined || gpuHourUsd !== undefined;
  const faults: PricingFault[] = [];
  const add = (isWrong: boolean, field: PricingFault['field'], message: string) => {
    if (isWrong) faults.push({ field, message });
  };
  const lone = (input === undefined) !== (output === undefined);
  add(lone, input === undefined ? 'input' : 'output', `a number beside ${input === undefined ? 'output' : 'input'}`);
  const nothing = !byToken && !lone && price.perRequest === undefined && !fixed;
  add(nothing, null, 'input and output, perRequest, flatMonthlyUsd or gpuHourUsd');
  for (const field of ['cacheRead', 'cacheWrite5m', 'cacheWrite1h', 'tiers'] as const) {
    add(price[field] !== undefined && !byToken && !lone, field, 'input and output beside it');
  }
  const rises = tiers.every(({ fromInputTokens }, i) => fromInputTokens > (tiers[i - 1]?.fromInputTokens ?? 0));
  add(!rises, 'tiers', 'tiers whose fromInputTokens rises');
  const both = flatMonthlyUsd !== undefined && gpuHourUsd !== undefined;
  add(both, 'gpuHourUsd', 'no flatMonthlyUsd beside it');
  add(price.idleTimeoutS !== undefined && gpuHourUsd === undefined, 'idleTimeoutS', 'gpuHourUsd beside it');
  add(price.account !== undefined && !fixed, 'account', 'flatMonthlyUsd or gpuHourUsd beside it');
  return faults;
}

export const capabilitiesSchema = z.strictObject({
  toolCalling: optional.flag.describe('Calls tools.'),
  jsonMode: optional.flag.describe('Answers in JSON on demand.'),
  streaming: optional.flag.describe('Streams its answer.'),
  contextWindow: optional.positive.describe('Tokens of input and output together.'),
  maxOutputTokens: optional.positive.describe('The most tokens in one answer.'),
  multimodal: optional.flag.describe('Reads images.'),
  toolEmulation: optional.flag.describe(
    'Where it calls no tools: may have them described in its prompt, and its calls read from its words. Default true.',
  ),
  assistantPrefix: optional.flag.describe(
    'Continues a last message of the assistant, so that it may finish what another model began.',
  ),
  embeddings: optional.flag.describe(
    'Makes vectors of texts, for POST /v1/embeddings, and writes none: no completion is sent to it.',
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
