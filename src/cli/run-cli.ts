import { speakMcp } from './commands/mcp.ts';
import { type CliContext, printJson } from './context.ts';
import type { CliDeps } from './deps.ts';
import { type ExitCode, exitCodeOfError } from './exit-code.ts';
import { errorDocument, printError, printStack, toFareboxError } from './print-error.ts';
import { createPrinter } from './printer.ts';

/**
 * Runs one command line and returns the exit code of the process: 0 done, 1 failed, 2 wrong usage or configuration,
 * 3 refused by a budget, 4 no model could serve it, 130 interrupted. Never throws. Everything is written when it
 * resolves. Under `--json` an error is one JSON document on stdout too, beside the text on stderr.
 */
export async function runCli(deps: CliDeps): Promise<ExitCode> {
  const argv = withDefaultCommand(deps);
  const context: CliContext = {
    deps,
    stdout: createPrinter(deps.stdout, deps.terminal.stdout, deps.terminal),
    stderr: createPrinter(deps.stderr, deps.terminal.stderr, deps.terminal),
    json: asksForJson(argv),
    config: undefined,
  };
  const isMcp = argv[0] === 'mcp';
  try {
    // What MCP clients start must answer quickly: it does without the parser, the tables and all other commands.
    if (isMcp && argv.length === 1) return await speakMcp(context);
    const { runCommandLine } = await import('./run-command-line.ts');
    return await runCommandLine(context, argv);
  } catch (thrown) {
    const error = toFareboxError(thrown);
    await printError(error, context.stderr);
    await printStack(context, error);
    // What `mcp` writes to stdout is the protocol's.
    if (context.json && !isMcp) await printJson(context, errorDocument(error));
    return exitCodeOfError(error.code);
  }
}

/** Where no command is named: MCP for a client that started us through a pipe, help for a person at a terminal. */
function withDefaultCommand({ argv, terminal }: CliDeps): readonly string[] {
  const rest = argv.filter(
    (argument, index) => argument !== '--json' && !/^--config(=|$)/.test(argument) && argv[index - 1] !== '--config',
  );
  if (rest.length > 0) return argv;
  return terminal.stdin ? ['help'] : ['mcp', ...argv];
}

function asksForJson(argv: readonly string[]): boolean {
  const end = argv.indexOf('--');
  return argv.slice(0, end < 0 ? undefined : end).includes('--json');
}
