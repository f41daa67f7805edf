import { dirname, resolve } from 'node:path';
import type { CheckCommand } from './config.ts';
import type { RawConfig } from './schema/config-file.ts';
import type { Environment } from './substitute-variables.ts';

const TIMEOUT_MS = 30_000;
const MAX_OUTPUT_BYTES = 1_000_000;

/** Without these hardly any program finds its own files; none of them is a secret. */
const INHERITED = ['PATH', 'HOME', 'SYSTEMROOT', 'SystemRoot', 'PATHEXT', 'USERPROFILE', 'TEMP', 'TMPDIR'];

/** The declared commands with their defaults. `file`: the configuration file, whose folder relative paths begin at. */
export function resolveChecks(
  raw: RawConfig,
  file: string | null,
  cwd: string,
  environment: Environment,
): ReadonlyMap<string, CheckCommand> {
  const folder = file === null ? cwd : dirname(resolve(cwd, file));
  const inherited = Object.fromEntries(
    INHERITED.flatMap((name) => (environment[name] === undefined ? [] : [[name, environment[name]]])),
  );
  const entries = Object.entries(raw.checks ?? {}).map(([name, check]): [string, CheckCommand] => [
    name,
    {
      argv: check.command,
      timeoutMs: check.timeoutMs ?? TIMEOUT_MS,
      maxOutputBytes: check.maxOutputBytes ?? MAX_OUTPUT_BYTES,
      cwd: resolve(folder, check.cwd ?? '.'),
      env: { ...inherited, ...check.env },
    },
  ]);
  return new Map(entries);
}
