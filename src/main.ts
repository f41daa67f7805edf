import { spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import packageJson from '../package.json' with { type: 'json' };
import { type AppDeps, homeFolder, projectName } from './app-deps.ts';
import { runCli } from './cli/run-cli.ts';
import { readEnvironment } from './config/read-environment.ts';
import { systemClock } from './lib/clock.ts';
import { systemRandom } from './lib/random.ts';
import { listModels, listPrices, openEngine, sandboxScenarios, serveHttp, serveMcp, startSandbox } from './surfaces.ts';

const environment = readEnvironment();
const app: AppDeps = {
  version: packageJson.version,
  environment,
  cwd: process.cwd(),
  clock: systemClock,
  random: systemRandom,
};

const exitCode = await runCli({
  argv: process.argv.slice(2),
  version: app.version,
  clock: app.clock,
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  terminal: {
    stdin: process.stdin.isTTY ?? false,
    stdout: process.stdout.isTTY ?? false,
    stderr: process.stderr.isTTY ?? false,
    columns: process.stdout.columns ?? null,
  },
  selfCommand: selfCommand(),
  project: projectName(app.cwd),
  home: homeFolder(app),
  nodeVersion: process.versions.node,
  debug: environment['FAREBOX_LOG_LEVEL']?.toLowerCase() === 'debug',
  loadConfig: async (options) => (await import('./app.ts')).readConfig(app, options),
  openEngine: (options) => openEngine(app, options),
  listModels: (provider, signal) => listModels(app, provider, signal),
  listPrices: (provider, signal) => listPrices(app, provider, signal),
  serveMcp: (options, signal) => serveMcp(app, options, { input: process.stdin, output: process.stdout, signal }),
  serveHttp: (options) => serveHttp(app, options),
  startSandbox: (options) => startSandbox(app, options),
  sandboxScenarios,
  onInterrupt,
  findExecutable: (name) => findExecutable(name, environment['PATH'] ?? ''),
  runCommand,
});
// Sockets that are kept alive, or a model's silent stream, must not keep a finished process.
process.exit(exitCode);

/** How others start this farebox: from its checkout where it is one, else from the registry. */
function selfCommand(): readonly string[] {
  const checkout = join(dirname(fileURLToPath(import.meta.url)), '..', 'tools', 'farebox.mjs');
  return isReadable(checkout) ? [process.execPath, checkout] : ['npx', '-y', 'farebox'];
}

/** The first SIGINT or SIGTERM calls the listener; a second one ends the process at once. */
function onInterrupt(listener: () => void): () => void {
  let calls = 0;
  const handle = () => {
    calls += 1;
    if (calls > 1) process.exit(130);
    listener();
  };
  process.on('SIGINT', handle).on('SIGTERM', handle);
  return () => void process.off('SIGINT', handle).off('SIGTERM', handle);
}

function findExecutable(name: string, path: string): string | null {
  const names = process.platform === 'win32' ? [`${name}.cmd`, `${name}.exe`] : [name];
  const files = path.split(delimiter).flatMap((folder) => names.map((file) => join(folder, file)));
  return files.find((file) => isExecutable(file)) ?? null;
}

function isExecutable(file: string): boolean {
  return isAccessible(file, constants.X_OK);
}

function isReadable(file: string): boolean {
  return isAccessible(file, constants.R_OK);
}

function isAccessible(file: string, mode: number): boolean {
  try {
    accessSync(file, mode);
    return true;
  } catch {
    return false;
  }
}

/** Runs a command from its argument list, without a shell; what it prints goes to stderr. */
function runCommand([command = '', ...args]: readonly string[]): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ['ignore', 2, 2] });
    child.once('error', reject);
    child.once('close', (code) => resolve(code ?? 1));
  });
}
