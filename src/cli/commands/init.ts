import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type Command, Option } from 'commander';
import { FareboxError } from '../../domain/errors.ts';
import { type ClientSetup, clientSetups, shellLine } from '../clients.ts';
import { type CliContext, printJson, type RunCommand } from '../context.ts';
import { EXIT, type ExitCode } from '../exit-code.ts';
import { collect, oneOf, reasonOf } from '../option-values.ts';
import { STARTER_CONFIG } from '../starter-config.ts';
import { wrapWords } from '../table.ts';

interface InitOptions {
  readonly client?: string;
  readonly http?: string | true;
  readonly env: readonly string[];
  readonly run?: boolean;
  readonly write?: boolean;
  readonly force?: boolean;
}

interface Found {
  readonly setup: ClientSetup;
  readonly installed: boolean;
  /** Exit code of its command; null where it was not run. */
  readonly exitCode: number | null;
}

const CLIENTS = clientSetups({ selfCommand: [], env: [] }).map((setup) => setup.name);
const DEFAULT_URL = 'http://127.0.0.1:4141/mcp';
const KEYS_NOTE =
  'Keys: a server that a client starts over stdio gets only the variables that the client hands on. Name them with ' +
  '--env OPENROUTER_API_KEY, or put the key into the configuration of farebox (farebox init --write). A farebox that ' +
  'runs by itself (farebox serve, then farebox init --http) has the variables of its own shell.';

export function addInitCommand(program: Command, run: RunCommand): void {
  program
    .command('init')
    .description('add farebox to MCP clients, write a first configuration')
    .addOption(
      new Option('--client <name>', 'only this client (default: those that are installed)')
        .choices(CLIENTS)
        .argParser(oneOf('client', CLIENTS)),
    )
    .option('--http [url]', `connect to a running farebox serve (default: ${DEFAULT_URL}), instead of starting one`)
    .option('--env <names>', 'environment variables that the client hands on, several with commas', collect, [])
    .option('--run', 'run the commands, instead of printing them')
    .option('--write', 'write a configuration file to start from')
    .option('--force', 'with --write: replace an existing file')
    .action((options: InitOptions) => run((context) => init(context, options)));
}

async function init(context: CliContext, options: InitOptions): Promise<ExitCode> {
  refuseContradictions(options);
  const written = options.write ? await writeStarter(context, options.force ?? false) : null;
  const found = options.run ? await runAll(context, chosen(context, options)) : chosen(context, options);
  if (context.json) await printJson(context, describe(found, written));
  else await print(context, found, written, options);
  return found.some(({ exitCode }) => exitCode !== null && exitCode !== 0) ? EXIT.failed : EXIT.done;
}

function refuseContradictions({ run, env, force, write, http }: InitOptions): void {
  if (typeof http === 'string' && !isHttpUrl(http)) {
    throw new FareboxError('invalid_request', `"${http}" is not the address of a running farebox.`, {
      remedy: `Give the MCP URL that farebox serve prints, such as ${DEFAULT_URL}, or --http alone for that one.`,
    });
  }
  const bad = env.find((name) => !/^[A-Za-z_]\w*$/.test(name));
  if (bad !== undefined) {
    throw new FareboxError('invalid_request', `"${bad.split('=')[0]}" is not the name of a variable.`, {
      remedy: 'Give names only, as in --env OPENROUTER_API_KEY; values are left to your shell.',
    });
  }
  if (run && env.length > 0) {
    throw new FareboxError('invalid_request', '--run does not go with --env.', {
      remedy: 'Without a shell nobody fills in the values: leave --run out and run the printed line.',
    });
  }
  if (http && env.length > 0) {
    throw new FareboxError('invalid_request', '--http does not go with --env.', {
      remedy: 'A farebox that runs by itself has the variables of its own shell.',
    });
  }
  if (force && !write) {
    throw new FareboxError('invalid_request', '--force does nothing without --write.', { remedy: 'Add --write.' });
  }
}

function isHttpUrl(text: string): boolean {
  return /^https?:\/\//i.test(text) && URL.canParse(text);
}

/** The named client, else the installed ones, else all of them. */
function chosen({ deps }: CliContext, { client, http, env }: InitOptions): readonly Found[] {
  const url = http === true ? DEFAULT_URL : http;
  const setups = clientSetups({ selfCommand: deps.selfCommand, env, ...(url === undefined ? {} : { url }) });
  const all = setups.map((setup) => ({
    setup,
    installed: deps.findExecutable(setup.executable) !== null,
    exitCode: null,
  }));
  if (client !== undefined) return all.filter(({ setup }) => setup.name === client);
  const installed = all.filter((found) => found.installed);
  return installed.length > 0 ? installed : all;
}

/** Runs the command of every client that has one and is installed. */
async function runAll({ deps, stderr }: CliContext, clients: readonly Found[]): Promise<readonly Found[]> {
  const done: Found[] = [];
  for (const found of clients) {
    const { command } = found.setup;
    if (command === null || !found.installed) done.push(found);
    else {
      await stderr.line(stderr.colours.dim(`$ ${shellLine(command)}`));
      done.push({ ...found, exitCode: await deps.runCommand(command) });
    }
  }
  return done;
}

/** Writes a configuration to start from into the data folder; never over an existing one unless forced. */
async function writeStarter({ deps, config }: CliContext, force: boolean): Promise<string> {
  const file = config ?? join(deps.home, STARTER_CONFIG.fileName);
  try {
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    await writeFile(file, STARTER_CONFIG.text, { flag: force ? 'w' : 'wx', mode: 0o600 });
    return file;
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'EEXIST') {
      throw new FareboxError('invalid_request', `There is a configuration already: ${file}.`, {
        cause,
        remedy: 'Edit it, or replace it with farebox init --write --force.',
      });
    }
    throw new FareboxError('invalid_config', `${file} cannot be written: ${reasonOf(cause)}.`, {
      cause,
      remedy: 'Check the folder and its permissions, or set FAREBOX_HOME to another one.',
    });
  }
}

function describe(found: readonly Found[], written: string | null) {
  return {
    configuration_file: written,
    clients: found.map(({ setup, installed, exitCode }) => ({
      client: setup.name,
      title: setup.title,
      installed,
      command: setup.command,
      command_line: setup.command && shellLine(setup.command),
      file: setup.file,
      hint: setup.hint,
      exit_code: exitCode,
    })),
    note: KEYS_NOTE,
  };
}

async function print(
  { stdout, deps }: CliContext,
  found: readonly Found[],
  written: string | null,
  options: InitOptions,
): Promise<void> {
  const { bold, dim, green, red } = stdout.colours;
  if (written) await stdout.line(`${green('written')} ${written}\n`);
  if (!options.client && found.every(({ installed }) => !installed)) {
    await stdout.line('No MCP client was found on PATH. This is how farebox is added to each:\n');
  }
  for (const { setup, installed, exitCode } of found) {
    const state =
      exitCode === null
        ? installed
          ? ''
          : dim(' (not found on PATH)')
        : exitCode === 0
          ? green(' added')
          : red(` failed with exit code ${exitCode}`);
    await stdout.line(`${bold(setup.title)}${state}`);
    if (exitCode === null && setup.command) await stdout.line(`  ${shellLine(setup.command)}`);
    if (setup.file) {
      await stdout.line(dim(`  into ${setup.file.path}:`));
      await stdout.line(compactJson(setup.file.content).replace(/^/gm, '  '));
    }
    if (setup.hint) await stdout.line(dim(`  ${setup.hint}`));
    await stdout.line();
  }
  if (options.http)
    await stdout.line(`Start it first, and keep it running: ${shellLine([...deps.selfCommand, 'serve'])}`);
  else for (const line of wrapWords(KEYS_NOTE, Math.min(stdout.width, 100))) await stdout.line(line);
}

/** JSON for people: lists of words on one line. */
function compactJson(value: unknown): string {
  return JSON.stringify(value, null, 2).replace(/\[[^[\]{}]*\]/g, (list) =>
    list
      .replace(/\s*\n\s*/g, ' ')
      .replace('[ ', '[')
      .replace(' ]', ']'),
  );
}
