import { FareboxError } from '../domain/errors.ts';
import { maskSecrets } from '../lib/mask-secrets.ts';
import { describeError, type ErrorReport } from '../pipeline/views/describe-call.ts';
import type { CliContext } from './context.ts';
import { plainText } from './plain-text.ts';
import type { Printer } from './printer.ts';

/** An error for people, on stderr: what was wrong, and on a second line how to mend it. */
export async function printError(error: FareboxError, stderr: Printer): Promise<void> {
  const { colours } = stderr;
  await stderr.line(`${colours.red('error')} ${plainText(maskSecrets(error.message))}`);
  if (error.remedy) await stderr.line(`      ${plainText(maskSecrets(error.remedy))}`);
}

/** The same for programs, on stdout under `--json`: `{"error": {code, message, remedy, details}}`. */
export function errorDocument(error: FareboxError): { readonly error: ErrorReport } {
  const report = describeError(error);
  return {
    error: {
      ...report,
      message: maskSecrets(report.message),
      remedy: report.remedy === null ? null : maskSecrets(report.remedy),
    },
  };
}

/** Where an unexpected error came from, and what caused it, on stderr; only where debugging was asked for. */
export async function printStack({ deps, stderr }: CliContext, error: FareboxError): Promise<void> {
  if (!deps.debug || error.code !== 'internal') return;
  let heading = '';
  let at: unknown = error.cause ?? error;
  // A cause that leads back to itself must not keep us here.
  for (let depth = 0; depth < 8 && at instanceof Error; depth++) {
    const stack = plainText(maskSecrets(at.stack ?? `${at.name}: ${at.message}`));
    await stderr.line(stderr.colours.dim(`${heading}${stack}`));
    heading = 'caused by ';
    at = at.cause;
  }
}

/** Anything thrown, as an error with a code. What is not ours is a fault of farebox or of the system, and says so. */
export function toFareboxError(error: unknown): FareboxError {
  if (error instanceof FareboxError) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new FareboxError('internal', `Something went wrong that farebox did not expect: ${message}`, {
    cause: error,
    remedy:
      'Run it again with FAREBOX_LOG_LEVEL=debug, which prints where it happened, see farebox doctor, and report it.',
  });
}
