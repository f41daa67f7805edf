import type { FailureKind } from '../domain/failure.ts';

/** What providers' error codes mean, exact words in lower case: OpenAI's and those of the providers named beside them. */
export const KIND_BY_CODE: Readonly<Record<string, FailureKind>> = {
  context_length_exceeded: 'context_length',
  exceed_context_size_error: 'context_length', // llama.cpp
  request_too_large: 'context_length', // Anthropic
  string_above_max_length: 'context_length',
  content_policy_violation: 'content_refused',
  content_filter: 'content_refused',
  moderation_blocked: 'content_refused',
  responsibleaipolicyviolation: 'content_refused', // Azure
  data_inspection_failed: 'content_refused', // DashScope
  prohibited_content: 'content_refused', // Gemini
  insufficient_quota: 'payment_required', // OpenAI, with status 429
  billing_hard_limit_reached: 'payment_required',
  billing_not_active: 'payment_required',
  insufficient_credits: 'payment_required',
  insufficient_balance: 'payment_required',
  billing_error: 'payment_required', // Anthropic
  invalid_api_key: 'unauthorized',
  api_key_invalid: 'unauthorized', // Gemini, with status 400
  authentication_error: 'unauthorized',
  permission_error: 'unauthorized',
  unauthenticated: 'unauthorized',
  model_not_found: 'model_not_found',
  model_decommissioned: 'model_not_found', // Groq, with status 400
  rate_limit_exceeded: 'rate_limited',
  rate_limit_error: 'rate_limited',
  resource_exhausted: 'rate_limited', // Gemini
  overloaded_error: 'server_error', // Anthropic
};

/** Codes so general that the message decides first. Used where no status does, as within a stream. */
export const KIND_BY_GENERAL_CODE: Readonly<Record<string, FailureKind>> = {
  invalid_request_error: 'bad_request',
  invalid_argument: 'bad_request',
  badrequesterror: 'bad_request',
  not_found_error: 'model_not_found',
  not_found: 'model_not_found',
  permission_denied: 'unauthorized',
};

/**
 * Last resort, for providers whose codes say less than their words. Consulted only where the status is ambiguous. Each
 * line is the wording of a real provider.
 */
export const KIND_BY_WORDING: readonly (readonly [RegExp, FailureKind])[] = [
  [
    /maximum context length|context length exceeded|exceeds? the (available )?context (size|window|length)/i,
    'context_length',
  ], // OpenAI, OpenRouter, DeepSeek, vLLM, llama.cpp
  [/reduce the length of (the|your) (messages|prompt|input)/i, 'context_length'], // Groq, Cerebras
  [/prompt is too long|input is too long/i, 'context_length'], // Anthropic, Bedrock
  [/input token count .{0,40}exceeds the maximum/i, 'context_length'], // Gemini
  [/content exists risk/i, 'content_refused'], // DeepSeek
  [/flagged (for|as|by)|content (management )?policy|usage policy/i, 'content_refused'], // OpenRouter, OpenAI, Azure
  [/credit balance is too low|insufficient (balance|credits|funds)/i, 'payment_required'], // Anthropic, DeepSeek
  [/api key not valid|(invalid|incorrect) api key/i, 'unauthorized'], // Gemini, OpenAI
  [/is not a valid model( id)?|model .{0,80} (does not exist|not found|is not available)/i, 'model_not_found'], // OpenRouter, OpenAI, vLLM
];

/** Statuses that say enough alone. */
export const KIND_BY_STATUS: Readonly<Record<number, FailureKind>> = {
  401: 'unauthorized',
  402: 'payment_required',
  404: 'model_not_found',
  408: 'server_error',
  413: 'context_length',
  429: 'rate_limited',
  498: 'rate_limited', // Groq: flex capacity exceeded
};

/** Statuses under which providers hide other faults, so that their words are read. */
export const AMBIGUOUS_STATUSES: ReadonlySet<number> = new Set([400, 403, 404, 422, 500]);
