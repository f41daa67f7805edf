import type { DeploymentId } from '../domain/deployment.ts';
import { type FailureKind, ProviderFailure } from '../domain/failure.ts';
import { isRecord, parseJson } from '../lib/json-value.ts';
import { maskSecrets } from '../lib/mask-secrets.ts';
import {
  AMBIGUOUS_STATUSES,
  KIND_BY_CODE,
  KIND_BY_GENERAL_CODE,
  KIND_BY_STATUS,
  KIND_BY_WORDING,
} from './failure-table.ts';
import { listAt, numberAt, recordAt, textAt } from './read-json.ts';
import { readRetryAfter } from './retry-after.ts';

export interface FailureContext {
  readonly deployment: DeploymentId;
  /** Never to appear in a message: our key. */
  readonly secrets: readonly string[];
  /** Epoch ms. */
  readonly now: number;
}

export interface ErrorResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** The body's text, or what could be read of it. */
  readonly body: string;
}

const MAX_MESSAGE = 500;

/** An HTTP answer that is not a success, as a failure. Codes decide first, then the status, then a table of wordings. */
export function failureFromResponse(response: ErrorResponse, context: FailureContext): ProviderFailure {
  const { status, headers } = response;
  if (status >= 300 && status < 400) return redirected(response, context);
  const error = errorIn(parseJson(response.body));
  const words = error ? wordsOf(error) : plainWords(response);
  const kind = classify(status, error, words);
  // Anthropic's support asks for it.
  const request = headers['request-id'] === undefined ? '' : ` (request ${headers['request-id']})`;
  return new ProviderFailure(
    kind,
    context.deployment,
    tidy(`${words || `HTTP ${status}`}${request}`, context.secrets),
    {
      status,
      retryAfterMs: readRetryAfter(headers, error, context.now),
    },
  );
}

/** An error that came inside an answer of status 200. `error` is the value of its `error` member. */
export function failureFromAnswer(error: unknown, context: FailureContext): ProviderFailure {
  const record = isRecord(error) ? error : { message: typeof error === 'string' ? error : 'error without explanation' };
  const code = numberAt(record, 'code') ?? numberAt(record, 'status_code');
  const status = code !== undefined && code >= 400 && code < 600 ? code : undefined;
  const words = wordsOf(record) || 'error without explanation';
  return new ProviderFailure(classify(status, record, words), context.deployment, tidy(words, context.secrets), {
    status,
    retryAfterMs: readRetryAfter({}, record, context.now),
  });
}

/** A provider's words as they may be shown: one line, bounded, without credentials and control characters. */
export function tidy(words: string, secrets: readonly string[]): string {
  const line = maskSecrets(words.slice(0, MAX_MESSAGE * 4), secrets)
    .replace(/[\p{Cc}\s]+/gu, ' ')
    .trim();
  return line.length > MAX_MESSAGE ? `${line.slice(0, MAX_MESSAGE - 1)}…` : line;
}

function classify(
  status: number | undefined,
  error: Readonly<Record<string, unknown>> | undefined,
  words: string,
): FailureKind {
  // Groq calls a request beyond its size limits rate_limit_exceeded; waiting never helps it, a larger model may.
  if (status === 413) return 'context_length';
  const codes = error ? codesOf(error) : [];
  const known = lookUp(KIND_BY_CODE, codes);
  if (known) return known;
  if (status === undefined || AMBIGUOUS_STATUSES.has(status)) {
    const wording = KIND_BY_WORDING.find(([pattern]) => pattern.test(words));
    if (wording) return wording[1];
  }
  if (status === 403) return error && isModeration(error) ? 'content_refused' : 'unauthorized';
  const byStatus = status === undefined ? undefined : KIND_BY_STATUS[status];
  if (byStatus) return byStatus;
  if (status !== undefined) return status >= 500 ? 'server_error' : 'bad_request';
  return lookUp(KIND_BY_GENERAL_CODE, codes) ?? 'server_error';
}

function lookUp(table: Readonly<Record<string, FailureKind>>, codes: readonly string[]): FailureKind | undefined {
  const code = codes.find((each) => Object.hasOwn(table, each));
  return code === undefined ? undefined : table[code];
}

/** OpenRouter's 403 for a prompt that its moderation flagged. */
function isModeration(error: Readonly<Record<string, unknown>>): boolean {
  const metadata = recordAt(error, 'metadata') ?? {};
  return metadata['reasons'] !== undefined || metadata['flagged_input'] !== undefined;
}

/** The error object in a body: `{error}`, a list of one (Gemini), vLLM's flat one, or `{detail}` of FastAPI. */
function errorIn(body: unknown): Record<string, unknown> | undefined {
  const document = Array.isArray(body) ? body[0] : body;
  if (!isRecord(document)) return undefined;
  const { error } = document;
  if (isRecord(error)) return error;
  if (typeof error === 'string') return { ...document, message: error };
  return document;
}

function codesOf(error: Readonly<Record<string, unknown>>): readonly string[] {
  const inner = recordAt(error, 'innererror') ?? {};
  const reasons = listAt(error, 'details').map((detail) => (isRecord(detail) ? textAt(detail, 'reason') : undefined));
  return [textAt(error, 'code'), textAt(inner, 'code'), ...reasons, textAt(error, 'status'), textAt(error, 'type')]
    .filter((code) => code !== undefined)
    .map((code) => code.toLowerCase());
}

/** The message, and what stands behind it where OpenRouter passes another provider's error on. */
function wordsOf(error: Readonly<Record<string, unknown>>): string {
  const detail = error['detail'];
  const message =
    textAt(error, 'message') ??
    (typeof detail === 'string' ? detail : detail === undefined ? '' : JSON.stringify(detail));
  const metadata = recordAt(error, 'metadata') ?? {};
  const raw = metadata['raw'];
  const behind = typeof raw === 'string' ? raw : raw === undefined ? '' : JSON.stringify(raw);
  const reasons = listAt(metadata, 'reasons').filter((reason) => typeof reason === 'string');
  return [message, behind, reasons.join(', ')].filter((part) => part !== '').join(': ');
}

/** Plain text is kept as words; markup of some proxy is not worth reading. */
function plainWords({ status, headers, body }: ErrorResponse): string {
  const type = headers['content-type'] ?? '';
  const isMarkup = type.includes('html') || body.trimStart().startsWith('<');
  return isMarkup ? `HTTP ${status} with a page of markup instead of an API's answer` : body.trim();
}

/** Redirects are not followed: they would carry the key to another host. */
function redirected({ status, headers }: ErrorResponse, context: FailureContext): ProviderFailure {
  const location = headers['location'] ?? '';
  const target = URL.canParse(location) ? `to ${new URL(location).host}` : 'elsewhere';
  const message = `HTTP ${status}: redirected ${target}, which is not followed because it would carry the API key along; correct the base URL`;
  return new ProviderFailure('bad_request', context.deployment, message, { status });
}
