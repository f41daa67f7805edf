import type { DeploymentId } from './deployment.ts';

/** How an attempt at a provider failed, by what the caller should do next rather than by status code. */
export type FailureKind =
  | 'rate_limited'
  | 'server_error'
  | 'connection'
  | 'timeout_connect'
  | 'timeout_first_token'
  | 'timeout_idle'
  | 'timeout_total'
  | 'bad_request'
  | 'context_length'
  | 'content_refused'
  | 'unauthorized'
  | 'payment_required'
  | 'model_not_found'
  | 'stream_broken'
  | 'stream_malformed'
  | 'empty_answer'
  /** It came whole, but is not what was asked for: no JSON where JSON was demanded. */
  | 'invalid_answer'
  /** A check that the caller demanded did not pass. */
  | 'check_failed'
  /** The provider's dialect cannot say what was asked: nothing was sent. */
  | 'untranslatable'
  | 'cancelled'
  /** A fault of farebox itself. */
  | 'internal';

/** A provider's fault, translated once at the provider's door. `message` has the provider's own words, secrets masked. */
export class ProviderFailure extends Error {
  override readonly name = 'ProviderFailure';
  readonly kind: FailureKind;
  readonly deployment: DeploymentId;
  /** HTTP status, where an answer came at all. */
  readonly status: number | undefined;
  /** What the provider asked us to wait, in ms. */
  readonly retryAfterMs: number | undefined;

  constructor(
    kind: FailureKind,
    deployment: DeploymentId,
    message: string,
    options: { status?: number | undefined; retryAfterMs?: number | undefined; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.kind = kind;
    this.deployment = deployment;
    this.status = options.status;
    this.retryAfterMs = options.retryAfterMs;
  }
}
