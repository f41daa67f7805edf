import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import type { CommandLineConfig } from '../../config/command-line-config.ts';
import { spawnTree } from '../../lib/process-tree.ts';
import { plainText } from './plain-output.ts';

export interface CommandInspection {
  /** The first line of what it says of itself; null where it says nothing. */
  readonly version: string | null;
  /** Why it cannot be used, for people; null where it can. */
  readonly problem: string | null;
}

const TIMEOUT_MS = 10_000;
const MOST_BYTES = 64 * 1024;

/**
 * Whether a command can be used. The known tools are asked for their version, which needs no login and uses nothing up; a
 * command of the user's own is looked for and not run, since nobody knows what it would do. Rejects for an abort only.
 */
export async function inspectCommand(command: CommandLineConfig, signal: AbortSignal): Promise<CommandInspection> {
  const { argv, env } = command;
  const program = argv[0] ?? '';
  const isThere = await isExecutable(program, env['PATH'] ?? '');
  if (!isThere) return { version: null, problem: `${program} was not found` };
  return command.tool === 'custom' ? { version: null, problem: null } : askVersion(argv, env, signal);
}

async function askVersion(
  argv: readonly string[],
  env: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<CommandInspection> {
  const asked = `${argv[0]} --version`;
  try {
    const limits = { timeoutMs: TIMEOUT_MS, maxOutputBytes: MOST_BYTES, signal };
    const result = await spawnTree([...argv, '--version'], { env, ...limits });
    const version = plainText(result.stdout).trim().split('\n')[0]?.slice(0, 100) || null;
    if (result.timedOut) return { version, problem: `${asked} did not end within ${TIMEOUT_MS / 1000} s` };
    if (result.exitCode === 0) return { version, problem: null };
    const words = plainText(result.stderr).trim().split('\n').at(-1)?.slice(0, 300) ?? '';
    return { version, problem: `${asked} failed (exit code ${result.exitCode}) ${words}`.trim() };
  } catch (error) {
    signal.throwIfAborted();
    return { version: null, problem: `${asked} cannot be run: ${error instanceof Error ? error.message : error}` };
  }
}

async function isExecutable(program: string, path: string): Promise<boolean> {
  const endings = process.platform === 'win32' ? ['', '.exe', '.com'] : [''];
  const folders = /[/\\]/.test(program) ? [''] : path.split(delimiter);
  const files = folders.flatMap((folder) => endings.map((ending) => join(folder, `${program}${ending}`)));
  const found = await Promise.all(
    files.map((file) =>
      access(file, constants.X_OK).then(
        () => true,
        () => false,
      ),
    ),
  );
  return found.includes(true);
}
