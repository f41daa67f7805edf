import { type FailureKind, ProviderFailure } from '../domain/failure.ts';
import { type FailureContext, tidy } from './map-failure.ts';

/**
 * A fault of the connection as a failure. `answering`: an answer had begun, so it broke off. `origin` is named, since an
 * unreachable host is most often a wrong one.
 */
export function connectionFailure(
  error: unknown,
  answering: boolean,
  origin: string,
  context: FailureContext,
): ProviderFailure {
  const code = codeOf(error);
  const words = error instanceof Error ? error.message : String(error);
  const kind = kindOf(code, answering);
  return new ProviderFailure(kind, context.deployment, tidy(messageFor(kind, code, words, origin), context.secrets), {
    cause: error,
  });
}

function kindOf(code: string, answering: boolean): FailureKind {
  if (code === 'UND_ERR_CONNECT_TIMEOUT' || code === 'ETIMEDOUT')
    return answering ? 'stream_broken' : 'timeout_connect';
  // The request never left: a header that cannot be sent, which is the key or a configured header.
  if (code === 'UND_ERR_INVALID_ARG') return 'unauthorized';
  return answering ? 'stream_broken' : 'connection';
}

function messageFor(kind: FailureKind, code: string, words: string, origin: string): string {
  const detail = code && !words.includes(code) ? `${words} (${code})` : words;
  switch (kind) {
    case 'timeout_connect':
      return `no connection to ${origin} in time`;
    case 'stream_broken':
      return `the connection broke off in the middle of the answer: ${detail}`;
    case 'unauthorized':
      return 'the API key or a configured header has characters that no HTTP header can carry';
    default:
      return `no connection to ${origin}: ${detail}`;
  }
}

/** The system's or undici's code; several addresses that all failed come as one error with a list. */
function codeOf(error: unknown): string {
  if (error instanceof AggregateError) return codeOf(error.errors[0]);
  if (!(error instanceof Error)) return '';
  if ('code' in error && typeof error.code === 'string') return error.code;
  return error.cause === undefined ? '' : codeOf(error.cause);
}
