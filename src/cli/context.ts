import type { Engine } from '../pipeline/engine.ts';
import type { CliDeps, EngineOptions } from './deps.ts';
import type { ExitCode } from './exit-code.ts';
import type { Printer } from './printer.ts';

/** What a command works with. */
export interface CliContext {
  readonly deps: CliDeps;
  readonly stdout: Printer;
  readonly stderr: Printer;
  /** Exactly one JSON document goes to stdout, and nothing else. */
  readonly json: boolean;
  /** The configuration file named on the command line. */
  readonly config: string | undefined;
}

/** Runs the work of a command with its context; what it returns becomes the exit code. */
export type RunCommand = (work: (context: CliContext) => Promise<ExitCode>) => Promise<void>;

/** Options for the engine: the named configuration file and perhaps a profile. */
export function engineOptions({ config }: CliContext, profile?: string): EngineOptions {
  return { ...(config === undefined ? {} : { config }), ...(profile === undefined ? {} : { profile }) };
}

/** Opens the engine for the work, tells on stderr what it found at start-up, and closes it whatever happens. */
export async function withEngine<T>(
  context: CliContext,
  work: (engine: Engine) => Promise<T>,
  profile?: string,
): Promise<T> {
  const engine = await context.deps.openEngine(engineOptions(context, profile));
  try {
    for (const notice of engine.notices)
      await context.stderr.line(`${context.stderr.colours.yellow('note')} ${notice}`);
    return await work(engine);
  } finally {
    await engine.close();
  }
}

/** Prints the one JSON document of a command. */
export function printJson(context: CliContext, value: unknown): Promise<void> {
  return context.stdout.line(JSON.stringify(value, null, 2));
}
