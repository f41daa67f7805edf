import { type FailureKind, ProviderFailure } from '../../domain/failure.ts';
import { type FailureContext, tidy } from '../map-failure.ts';
import { readReset } from './reset-time.ts';

/** Of the command that failed. */
export interface CommandFailureContext extends FailureContext {
  readonly title: string;
  /** What is run, for people. */
  readonly program: string;
  readonly login: string;
  /** In whose day times without a zone are meant: that of this machine. */
  readonly zone: string;
}

/**
 * What the tools' words mean, in the order in which they are tried: each line is the wording of a real one. They have no
 * codes, so there is nothing else to go by.
 */
const KIND_BY_WORDING: readonly (readonly [RegExp, FailureKind])[] = [
  [
    /prompt is too long|context (length|window)|exceeds? the maximum (number of )?tokens|input is too long/i,
    'context_length',
  ],
  [/credit balance is too low|payment required|you have no quota|quota_exceeded|\b402\b|billing/i, 'payment_required'],
  [
    /usage limit|rate.?limit|(hit|reached|exceeded) your\b.{0,40}\blimit|quota|too many requests|\b429\b|exhausted|out of (credits|capacity)/i,
    'rate_limited',
  ],
  [
    /not logged in|please run \/login|log ?in (first|again|required)|\blogin\b.{0,20}required|invalid (api key|access token)|unauthori[sz]ed|unauthenticated|authenticat|auth (method|type)|no api key|token (has )?expired|invalid_grant|\b401\b|\b403\b/i,
    'unauthorized',
  ],
  [
    /(issue with the selected|unknown|invalid|unsupported) model|\bmodel\b.{0,100}(not (found|supported|available|exist)|does not exist|is not available|unavailable)/i,
    'model_not_found',
  ],
  [/unknown (option|argument)|unexpected argument|unrecognized (option|argument)|requires --\w+/i, 'bad_request'],
  [/usage policy|content policy|flagged|violat\w+ .{0,40}polic/i, 'content_refused'],
  [
    /ENOTFOUND|ECONNREFUSED|ECONNRESET|ETIMEDOUT|EAI_AGAIN|fetch failed|connection (error|refused|reset)|unable to connect|network (error|is)/i,
    'connection',
  ],
  [/overloaded|internal server error|service unavailable|bad gateway|\b5\d\d\b/i, 'server_error'],
];

const REMEDIES: Partial<Readonly<Record<FailureKind, (context: CommandFailureContext) => string>>> = {
  unauthorized: ({ login }) => login,
  bad_request: ({ title }) => `this version of ${title} may not know the options that farebox uses: update it`,
};

/** A failure in a tool's own words. `otherwise`: what it is where the words say nothing. */
export function failureInWords(
  words: string,
  otherwise: FailureKind,
  context: CommandFailureContext,
  retryAt?: number,
): ProviderFailure {
  const kind = KIND_BY_WORDING.find(([pattern]) => pattern.test(words))?.[1] ?? otherwise;
  const limited = kind === 'rate_limited' || kind === 'payment_required';
  const told = retryAt === undefined ? readReset(words, context.now, context.zone) : Math.max(0, retryAt - context.now);
  const remedy = REMEDIES[kind]?.(context);
  const message = `${context.title}: ${words.trim() || 'it failed without a word'}${remedy ? ` (${remedy})` : ''}`;
  return commandFailure(kind, message, context, limited ? { retryAfterMs: told } : {});
}

export function commandFailure(
  kind: FailureKind,
  message: string,
  context: CommandFailureContext,
  options: { readonly retryAfterMs?: number | undefined; readonly cause?: unknown } = {},
): ProviderFailure {
  return new ProviderFailure(kind, context.deployment, tidy(message, context.secrets), options);
}

/** The system's refusal to start a program. */
export function startFailure(error: unknown, context: CommandFailureContext): ProviderFailure {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const { program, title } = context;
  const words: Readonly<Record<string, string>> = {
    ENOENT: `${program} was not found: install ${title}, or give its path in "command"`,
    EACCES: `${program} may not be executed: give this user the right to`,
    E2BIG: 'the arguments are too long for this system',
    ENOEXEC: `${program} is no program that this system runs`,
  };
  const message = words[code] ?? `${program} could not be started: ${error instanceof Error ? error.message : error}`;
  const kind = code === 'ENOENT' || code === 'EACCES' || code === 'ENOEXEC' ? 'model_not_found' : 'connection';
  return commandFailure(code === 'E2BIG' ? 'context_length' : kind, message, context, { cause: error });
}
