import { CommanderError } from 'commander';
import type { CliContext } from './context.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import { buildProgram } from './program.ts';
import { toUsageError } from './usage-error.ts';

/** Parses the arguments and runs the command that they name. Throws `FareboxError` for wrong usage, and what it throws. */
export async function runCommandLine(context: CliContext, argv: readonly string[]): Promise<ExitCode> {
  let exitCode: ExitCode = EXIT.done;
  const program = buildProgram(context.deps, async (work) => {
    const { config, json = false } = program.opts<{ config?: string; json?: boolean }>();
    exitCode = await work({ ...context, config, json });
  });
  try {
    await program.parseAsync(argv, { from: 'user' });
    return exitCode;
  } catch (thrown) {
    if (!(thrown instanceof CommanderError)) throw thrown;
    if (thrown.exitCode === 0) return EXIT.done; // --help and --version
    throw toUsageError(thrown, program);
  }
}
