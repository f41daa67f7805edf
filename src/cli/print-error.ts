import { FareboxError } from '../domain/errors.ts';
import { maskSecrets } from '../lib/mask-secrets.ts';
import { describeError, type ErrorReport } from '../pipeline/describe-call.ts';
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

/** Anything thrown, as an error with a code. What is not ours is a fault of farebox or of the system, and says so. */
export function toFareboxError(error: unknown): FareboxError {
  if (error instanceof FareboxError) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new FareboxError('internal', `Something went wrong that farebox did not expect: ${message}`, {
    cause: error,
    remedy: 'Run it again with FAREBOX_LOG_LEVEL=debug, see farebox doctor, and report it with what you see.',
  });
}
