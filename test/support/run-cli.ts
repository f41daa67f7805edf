import { PassThrough, Readable, Writable } from 'node:stream';
import type { CliDeps } from '../../src/cli/deps.ts';
import { runCli } from '../../src/cli/run-cli.ts';
import { createFakeClock } from './fake-clock.ts';
import { createFakeEngine } from './fake-engine.ts';

export interface CliRun {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Collects what is written; `failure` makes every write fail, as a pipe does that nobody reads. */
export function createSink(failure?: () => Error | null): Writable & { text(): string } {
  const chunks: string[] = [];
  const sink = new Writable({
    write(chunk: Buffer, _encoding, done) {
      const error = failure?.() ?? null;
      if (!error) chunks.push(chunk.toString());
      done(error);
    },
    autoDestroy: false,
  });
  return Object.assign(sink, { text: () => chunks.join('') });
}

/** Dependencies of a person at a terminal whose output is captured without colours; nothing real happens. */
export function cliDeps(argv: readonly string[], overrides: Partial<CliDeps> = {}): CliDeps {
  const refuse = (what: string) => () => {
    throw new Error(`${what} was not expected`);
  };
  const engine = createFakeEngine();
  return {
    argv,
    version: '0.1.0',
    clock: createFakeClock(),
    stdin: new PassThrough(),
    stdout: createSink(),
    stderr: createSink(),
    terminal: { stdin: true, stdout: false, stderr: false, columns: null },
    selfCommand: ['npx', '-y', 'farebox'],
    project: null,
    home: '/home/someone/.farebox',
    nodeVersion: '20.20.2',
    openEngine: async () => engine,
    loadConfig: async () => engine.config,
    listModels: refuse('listModels'),
    listPrices: refuse('listPrices'),
    serveMcp: refuse('serveMcp'),
    serveHttp: refuse('serveHttp'),
    startSandbox: refuse('startSandbox'),
    sandboxScenarios: async () => [],
    onInterrupt: () => () => {},
    findExecutable: () => null,
    runCommand: refuse('runCommand'),
    ...overrides,
  };
}

/** Runs a command line in this process and captures what it printed. */
export async function runFarebox(argv: readonly string[], overrides: Partial<CliDeps> = {}): Promise<CliRun> {
  const stdout = createSink();
  const stderr = createSink();
  const code = await runCli(cliDeps(argv, { stdout, stderr, ...overrides }));
  return { code, stdout: stdout.text(), stderr: stderr.text() };
}

/** Standard input that holds this, as from a pipe. */
export function piped(text: string | Uint8Array): Pick<CliDeps, 'stdin' | 'terminal'> {
  return {
    stdin: Readable.from([Buffer.from(text)]),
    terminal: { stdin: false, stdout: false, stderr: false, columns: null },
  };
}
