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
  /**
   * How it is asked to think. `reasoning`: OpenRouter's object. Else the models that take `reasoning_effort`; the others,
   * some of which refuse it, decide for themselves.
   */
  readonly effort: 'reasoning' | RegExp;
  /** Takes back, and gives, OpenRouter's `reasoning_details`; elsewhere thinking is not given back. */
  readonly reasoningDetails: boolean;
  /** Tells log probabilities where asked to. */
  readonly logprobs: boolean;
  /** Takes `presence_penalty` and `frequency_penalty`; elsewhere they are left out. */
  readonly penalties: boolean;
  /** Takes `top_k`, which is not OpenAI's; elsewhere it is left out. */
  readonly topK: boolean;
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
  effort: /gpt-oss|gpt-5/,
  reasoningDetails: false,
  logprobs: true,
  penalties: true,
  topK: false,
  fixedSampling: null,
};

interface Row {
  readonly name: string;
  /** The provider's own host, for users who call it something else. */
  readonly host: string;
  readonly quirks: Partial<Quirks>;
}

const NO_MODEL = /(?!)/;

const ROWS: readonly Row[] = [
  {
    name: 'openrouter',
    host: 'openrouter.ai',
    quirks: { cacheControl: true, reportsCost: true, effort: 'reasoning', reasoningDetails: true, topK: true },
  },
  {
    name: 'openai',
    host: 'api.openai.com',
    // The reasoning models refuse max_tokens; all its chat models take the newer name.
    quirks: {
      maxTokensField: 'max_completion_tokens',
      developerRole: true,
      effort: /^(o[1-9]|gpt-5(?!.*chat))/,
      fixedSampling: /^(o[1-9]|gpt-5(?!.*chat))/,
    },
  },
  { name: 'deepseek', host: 'api.deepseek.com', quirks: { responseFormat: 'object', effort: NO_MODEL } },
  {
    name: 'gemini',
    host: 'generativelanguage.googleapis.com',
    // "Unknown name \"seed\": Cannot find field" is a 400 there.
    quirks: { seed: false, reasoningBesideOutput: true, effort: /gemini-(2\.5|[3-9])/, logprobs: false },
  },
  {
    name: 'anthropic',
    host: 'api.anthropic.com',
    // Its compatibility layer documents response_format, seed, logprobs, penalties and reasoning_effort as ignored, and
    // prompt caching as not supported. Its own dialect has all of it that it has at all: see `dialects/anthropic`.
    quirks: { responseFormat: 'ignored', seed: false, effort: NO_MODEL, logprobs: false, penalties: false },
  },
  {
    name: 'cerebras',
    host: 'api.cerebras.ai',
    quirks: { maxTokensField: 'max_completion_tokens', penalties: false },
  },
  {
    name: 'groq',
    host: 'api.groq.com',
    quirks: { maxTokensField: 'max_completion_tokens', logprobs: false, penalties: false },
  },
];

/**
 * The quirks of a provider, by its name, else by the host that it is reached at; plain OpenAI dialect for the rest. What
 * runs on this machine or network is some server for open models (vLLM, llama.cpp, SGLang), all of which take `top_k`.
 */
export function quirksFor(name: string, baseUrl: string): Quirks {
  const host = URL.canParse(baseUrl) ? new URL(baseUrl).hostname : '';
  const row = ROWS.find((each) => each.name === name) ?? ROWS.find((each) => each.host === host);
  return { ...PLAIN, ...(row ? row.quirks : { topK: isNearby(host) }) };
}

function isNearby(host: string): boolean {
  return /^(localhost|127\.|10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|\[)|\.(local|internal|lan)$/.test(host);
}
