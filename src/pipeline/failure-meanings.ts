import type { ErrorCode } from '../domain/errors.ts';
import type { FailureKind, ProviderFailure } from '../domain/failure.ts';

/** What a failure is called outside, and what its reader can do. */
export interface FailureMeaning {
  readonly code: ErrorCode;
  readonly remedy: string;
}

const failed = (remedy: string): FailureMeaning => ({ code: 'all_candidates_failed', remedy });

/** In the order of importance: of several failures the first one here is told. */
const MEANINGS: Readonly<Record<FailureKind, FailureMeaning>> = {
  content_refused: {
    code: 'content_refused',
    remedy: 'Rephrase the request; other models were not asked, since a refusal is an answer.',
  },
  context_length: {
    code: 'context_length_exceeded',
    remedy: 'Shorten the request, or name a model with a larger context window.',
  },
  unauthorized: failed('Check the key of that provider: `farebox doctor` shows which one is used.'),
  payment_required: failed('That account has no credit left: top it up, or enable another provider.'),
  model_not_found: failed(
    'The provider does not know this model: `farebox doctor --online` compares the names. Where it knows none at all, its base URL may lack the version, such as /v1.',
  ),
  rate_limited: failed('Wait a little, or enable another provider for this model.'),
  timeout_total: { code: 'deadline_exceeded', remedy: 'Ask for less at once, or raise `timeouts` of the provider.' },
  timeout_idle: failed('The provider fell silent: try again, or raise `timeouts.idle`.'),
  timeout_first_token: failed('The provider did not begin to answer: try again, or raise `timeouts.firstToken`.'),
  timeout_connect: failed('The provider cannot be reached: check the network and `farebox doctor --online`.'),
  connection: failed(
    'The provider cannot be reached: check its address and the network with `farebox doctor --online`.',
  ),
  stream_broken: failed('The answer broke off: ask again.'),
  stream_malformed: failed('The provider sent garbage: ask again, or leave this provider out.'),
  empty_answer: failed('The model answered with nothing: ask again, or name another model.'),
  server_error: failed('The provider is in trouble: try again later, or enable another one.'),
  invalid_answer: failed(
    'No model answered in the form that was asked for: simplify the schema, or name another model.',
  ),
  check_failed: failed(
    'No answer passed the checks: raise the cost cap so that a stronger model may try, or loosen the checks.',
  ),
  untranslatable: failed(
    'No candidate can be asked for this in its own dialect: leave that part out, or name another model.',
  ),
  bad_request: failed('The provider rejects the request itself; its words say why.'),
  internal: { code: 'internal', remedy: 'This is a fault of farebox: please report it with the call id.' },
  cancelled: { code: 'cancelled', remedy: 'Nothing more is done for this call.' },
};
const BY_IMPORTANCE = Object.keys(MEANINGS) as FailureKind[];
/** A first 400 hides all but these: it is about the request, and what follows it mostly repeats it. */
const ABOVE_REJECTION: readonly FailureKind[] = ['content_refused', 'context_length', 'bad_request'];

/** The failure of a call that is told, and what it means; one provider's 400 hides nothing else, unless it came first. */
export function mostImportant(failures: readonly ProviderFailure[]): FailureMeaning & { readonly kind: FailureKind } {
  const kinds = failures[0]?.kind === 'bad_request' ? ABOVE_REJECTION : BY_IMPORTANCE;
  const kind = kinds.find((each) => failures.some((failure) => failure.kind === each)) ?? 'server_error';
  return { kind, ...MEANINGS[kind] };
}
