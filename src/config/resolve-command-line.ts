import { homedir } from 'node:os';
import { dirname, isAbsolute, resolve } from 'node:path';
import { fromUsd, ZERO_USD } from '../domain/money.ts';
import type { Price } from '../domain/price.ts';
import { TREE_MARK } from '../lib/tree-mark.ts';
import { type BuiltinCommand, findBuiltinCommand } from './builtin-commands.ts';
import type { CommandLineConfig } from './command-line-config.ts';
import type { RawConfig } from './schema/config-file.ts';
import type { Environment } from './substitute-variables.ts';
import { withoutUndefined } from './without-undefined.ts';

type RawProvider = NonNullable<RawConfig['providers']>[string];

/** Where relative paths begin, and what programs may inherit. */
export interface CommandSurroundings {
  /** The configuration file; null where there is none. */
  readonly file: string | null;
  readonly cwd: string;
  readonly environment: Environment;
}

const MOST_PROCESSES = 2;
const MOST_OUTPUT_BYTES = 16 * 1024 * 1024;

/**
 * Without these hardly any program finds its files, its language or the network. Keys are not among them: with one in its
 * environment a tool would charge that account in place of the subscription that it is logged in to.
 */
const INHERITED = [
  ...['PATH', 'HOME', 'USER', 'LOGNAME', 'LANG', 'LC_ALL', 'LC_CTYPE', 'TZ', 'TMPDIR'],
  ...['HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY', 'http_proxy', 'https_proxy', 'no_proxy'],
  ...['NODE_EXTRA_CA_CERTS', 'SSL_CERT_FILE', 'SSL_CERT_DIR', 'XDG_RUNTIME_DIR', 'DBUS_SESSION_BUS_ADDRESS'],
  ...['SYSTEMROOT', 'SystemRoot', 'PATHEXT', 'USERPROFILE', 'APPDATA', 'LOCALAPPDATA', 'TEMP', 'TMP', 'COMSPEC'],
];

/** A provider's command with its defaults; null where it has none. */
export function resolveCommandLine(
  name: string,
  raw: RawProvider,
  { file, cwd, environment }: CommandSurroundings,
): CommandLineConfig | null {
  const builtin = findBuiltinCommand(name, raw.tool);
  const argv = raw.command ?? builtin?.command;
  if (!argv) return null;
  const folder = file === null ? cwd : dirname(resolve(cwd, file));
  const inherited = [...INHERITED, ...(builtin?.inherits ?? [])].flatMap((variable) => {
    const value = environment[variable];
    return value === undefined ? [] : [[variable, value]];
  });
  const [program = '', ...rest] = argv;
  return {
    tool: raw.output ? 'custom' : (builtin?.tool ?? 'custom'),
    argv: [locate(program, folder), ...rest],
    args: raw.args ?? [],
    cwd: raw.cwd === undefined ? null : resolve(folder, raw.cwd),
    env: { ...Object.fromEntries(inherited), NO_COLOR: '1', TERM: 'dumb', ...raw.env },
    maxProcesses: raw.maxProcesses ?? MOST_PROCESSES,
    maxOutputBytes: raw.maxOutputBytes ?? MOST_OUTPUT_BYTES,
    ...(raw.output && { output: withoutUndefined(raw.output) }),
  };
}

/** A bare name is looked up on PATH; anything with a slash is a file, relative to the configuration's folder. */
function locate(program: string, folder: string): string {
  if (program.startsWith('~/')) return resolve(homedir(), program.slice(2));
  return /[/\\]/.test(program) && !isAbsolute(program) ? resolve(folder, program) : program;
}

/** Whether farebox itself runs below a program that a farebox started: then no further one is, lest they never end. */
export function isNested(environment: Environment): boolean {
  return (environment[TREE_MARK] ?? '') !== '';
}

const NOTHING: Price['rates'] = { input: 0, output: 0, cacheRead: null, cacheWrite5m: null, cacheWrite1h: null };

/**
 * What a call of a command costs by itself: nothing, where a subscription pays or where one of the known tools runs on
 * its own login. What a command of the user's own costs is unknown until somebody says so.
 */
export function commandPrice(name: string, raw: RawProvider): Price | null {
  const free = { rates: NOTHING, tiers: [], perRequest: ZERO_USD, asOf: null } as const;
  if (raw.flatMonthlyUsd === undefined) {
    return findBuiltinCommand(name, raw.tool) ? { ...free, source: 'catalogue' } : null;
  }
  const monthly = fromUsd(raw.flatMonthlyUsd);
  return { ...free, source: 'config', ...(monthly > 0 && { fixed: { kind: 'flat', monthly, account: name } }) };
}

const HTTP_ONLY = ['baseUrl', 'apiKey', 'apiKeys', 'headers'] as const;
const COMMAND_ONLY = ['tool', 'command', 'args', 'cwd', 'env', 'maxProcesses', 'maxOutputBytes', 'output'] as const;

/** Fields that do not go together, as sentences that follow `providers.<name>.`. */
export function commandProblems(name: string, raw: RawProvider, isCommand: boolean): readonly string[] {
  const builtin: BuiltinCommand | undefined = findBuiltinCommand(name, raw.tool);
  const stray = (isCommand ? HTTP_ONLY : [...COMMAND_ONLY, 'flatMonthlyUsd' as const]).filter(
    (field) => raw[field] !== undefined,
  );
  const why = isCommand ? 'has no meaning for a command' : 'needs "kind": "command-line" beside it';
  const own = isCommand && !builtin && !raw.output;
  return [
    ...stray.map((field) => `${field} ${why}`),
    ...(isCommand && !builtin && !raw.command ? ['command is missing: the program and its arguments'] : []),
    ...(own ? ['output is missing: how the command prints its answer (or name a known tool)'] : []),
    ...(raw.output && raw.tool ? ['output has no meaning beside tool'] : []),
    ...(raw.env?.[TREE_MARK] === undefined ? [] : [`env.${TREE_MARK} is farebox's own`]),
  ];
}
