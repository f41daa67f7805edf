import type { Command } from 'commander';
import { type CliContext, engineOptions, type RunCommand } from '../context.ts';
import { EXIT, type ExitCode } from '../exit-code.ts';

export function addMcpCommand(program: Command, run: RunCommand): void {
  program
    .command('mcp')
    .description('speak MCP over stdio: what MCP clients start')
    .option('--profile <name>', 'profile for requests that name none')
    .action((options: { profile?: string }) => run((context) => speakMcp(context, options.profile)));
}

/** Speaks MCP until the client hangs up or the process is told to end. */
export async function speakMcp(context: CliContext, profile?: string): Promise<ExitCode> {
  const stop = new AbortController();
  const forget = context.deps.onInterrupt(() => stop.abort());
  try {
    await context.deps.serveMcp(engineOptions(context, profile), stop.signal);
    return EXIT.done;
  } finally {
    forget();
  }
}
