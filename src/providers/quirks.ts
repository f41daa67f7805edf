/** How a provider departs from OpenAI's dialect. Only what its documentation or its answers have shown. */
export interface Quirks {
  readonly maxTokensField: 'max_tokens' | 'max_completion_tokens';
  /**
   * What it makes of `response_format`. `schema`: takes a JSON Schema. `object`: JSON mode only, so the schema goes into
   * the prompt. `ignored`: does nothing, so the demand goes into the prompt.
   */
  readonly responseFormat: 'schema' | 'object' | 'ignored';
  /** Takes `cache_control` on text parts and tools. */
  readonly cacheControl: boolean;
  /** Takes `seed`; elsewhere it is left out, since it is a wish and not a demand. */
  readonly seed: boolean;
  /** Knows the role `developer`; elsewhere it becomes `system`. */
  readonly developerRole: boolean;
  /** Takes OpenRouter's `usage: { include: true }` and answers with what it charged. */
  readonly reportsCost: boolean;
  /** Counts reasoning beside `completion_tokens`, so that only `total_tokens` shows it. */
  readonly reasoningBesideOutput: boolean;
  /** Models that refuse any `temperature` and `top_p` but the default. */
  readonly fixedSampling: RegExp | null;
}

const PLAIN: Quirks = {
  maxTokensField: 'max_tokens',
  responseFormat: 'schema',
  cacheControl: false,
  seed: true,
  developerRole: false,
  reportsCost: false,
  reasoningBesideOutput: false,
  fixedSampling: null,
};

interface Row {
  readonly name: string;
  /** The provider's own host, for users who call it something else. */
  readonly host: string;
  readonly quirks: Partial<Quirks>;
}

const ROWS: readonly Row[] = [
  { name: 'openrouter', host: 'openrouter.ai', quirks: { cacheControl: true, reportsCost: true } },
  {
    name: 'openai',
    host: 'api.openai.com',
    // The reasoning models refuse max_tokens; all its chat models take the newer name.
    quirks: {
      maxTokensField: 'max_completion_tokens',
      developerRole: true,
      fixedSampling: /^(o[1-9]|gpt-5(?!.*chat))/,
    },
  },
  { name: 'deepseek', host: 'api.deepseek.com', quirks: { responseFormat: 'object' } },
  {
    name: 'gemini',
    host: 'generativelanguage.googleapis.com',
    // "Unknown name \"seed\": Cannot find field" is a 400 there.
    quirks: { seed: false, reasoningBesideOutput: true },
  },
  {
    name: 'anthropic',
    host: 'api.anthropic.com',
    // Its compatibility layer documents response_format and seed as ignored, and prompt caching as not supported.
    quirks: { responseFormat: 'ignored', seed: false },
  },
  { name: 'cerebras', host: 'api.cerebras.ai', quirks: { maxTokensField: 'max_completion_tokens' } },
  { name: 'groq', host: 'api.groq.com', quirks: { maxTokensField: 'max_completion_tokens' } },
];

/** The quirks of a provider, by its name, else by the host that it is reached at; plain OpenAI dialect for the rest. */
export function quirksFor(name: string, baseUrl: string): Quirks {
  const host = URL.canParse(baseUrl) ? new URL(baseUrl).hostname : '';
  const row = ROWS.find((each) => each.name === name) ?? ROWS.find((each) => each.host === host);
  return { ...PLAIN, ...row?.quirks };
}
