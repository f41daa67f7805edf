import type { CheckCommand } from '../config/config.ts';
import { FareboxError } from '../domain/errors.ts';
import { type SpawnTreeResult, spawnTree } from '../lib/process-tree.ts';
import type { Subject } from './prepared-check.ts';

const COLOUR = new RegExp(`${String.fromCharCode(27)}\\[[0-9;?]*[A-Za-z]`, 'g');
/** What of a command's output is told. */
const TAIL_CHARACTERS = 2_000;

/**
 * Runs a declared command with the answer on its stdin. Null where it exits with 0; else its last words on stderr, or on
 * stdout where it has none there. It sees PATH, HOME and what its declaration lists of the environment, and no more.
 * Throws `invalid_config` where it cannot be started at all, which says nothing of the answer.
 */
export async function runCommand(
  name: string,
  command: CheckCommand,
  { answer, signal }: Subject,
): Promise<string | null> {
  let result: SpawnTreeResult;
  try {
    result = await spawnTree(command.argv, {
      cwd: command.cwd,
      env: command.env,
      stdin: answer,
      timeoutMs: command.timeoutMs,
      maxOutputBytes: command.maxOutputBytes,
      signal,
    });
  } catch (error) {
    signal.throwIfAborted();
    const reason = error instanceof Error ? error.message : String(error);
    throw new FareboxError('invalid_config', `The check ${name} could not be run: ${reason}.`, {
      remedy: `Mend checks.${name} in the configuration; no other model was asked, since none could have passed.`,
      cause: error,
    });
  }
  if (result.timedOut) return `The check ${name} did not end within ${command.timeoutMs} ms.${tailOf(result)}`;
  if (result.truncated)
    return `The check ${name} printed more than ${command.maxOutputBytes} bytes and was ended.${tailOf(result)}`;
  if (result.exitCode === 0) return null;
  const how = result.exitCode === null ? `was ended by ${result.signal}` : `exited with ${result.exitCode}`;
  return `The check ${name} ${how}.${tailOf(result)}`;
}

function tailOf({ stdout, stderr }: SpawnTreeResult): string {
  const said = plain(stderr).trim() || plain(stdout).trim();
  if (said === '') return '';
  return said.length > TAIL_CHARACTERS ? ` It said: … ${said.slice(-TAIL_CHARACTERS)}` : ` It said: ${said}`;
}

/** Without colours and other control characters. */
function plain(text: string): string {
  return text.replaceAll(COLOUR, '').replace(/[^\P{Cc}\n\t]/gu, '');
}
