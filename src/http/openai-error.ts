import type { ErrorCode, FareboxError } from '../domain/errors.ts';
import { maskSecrets } from '../lib/mask-secrets.ts';

/** An error as clients of OpenAI's API expect it. */
export interface OpenAiError {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: {
    readonly error: {
      readonly message: string;
      readonly type: string;
      readonly code: string;
      readonly param: string | null;
    };
  };
}

type Meaning = readonly [status: number, type: string];

const MEANINGS: Readonly<Record<ErrorCode, Meaning>> = {
  invalid_request: [400, 'invalid_request_error'],
  invalid_config: [500, 'server_error'],
  invalid_amount: [400, 'invalid_request_error'],
  unknown_model: [404, 'invalid_request_error'],
  no_candidate: [503, 'server_error'],
  all_candidates_failed: [503, 'server_error'],
  budget_exceeded: [402, 'insufficient_quota'],
  cancelled: [499, 'server_error'],
  content_refused: [400, 'invalid_request_error'],
  context_length_exceeded: [400, 'invalid_request_error'],
  deadline_exceeded: [504, 'server_error'],
  overloaded: [429, 'rate_limit_error'],
  not_found: [404, 'invalid_request_error'],
  storage_unavailable: [503, 'server_error'],
  storage_too_new: [503, 'server_error'],
  internal: [500, 'server_error'],
};

/** farebox's error in OpenAI's shape, secrets masked. Its code is farebox's own. */
export function toOpenAiError(error: FareboxError): OpenAiError {
  const [status, type] = meaningOf(error);
  const retryAfterMs = error.details['retry_after_ms'];
  const seconds = typeof retryAfterMs === 'number' ? Math.max(1, Math.ceil(retryAfterMs / 1000)) : null;
  const mayRetry = status === 429 || status === 503;
  return {
    status,
    headers: mayRetry && (seconds !== null || status === 429) ? { 'retry-after': String(seconds ?? 1) } : {},
    body: { error: { message: maskSecrets(error.explain()), type, code: error.code, param: null } },
  };
}

/** What a provider's limit or refusal means for the client, who may wait or mend his request. */
function meaningOf({ code, details }: FareboxError): Meaning {
  if (code === 'all_candidates_failed') {
    if (details['failure'] === 'rate_limited') return [429, 'rate_limit_error'];
    if (details['failure'] === 'bad_request') return [400, 'invalid_request_error'];
  }
  return MEANINGS[code];
}
