import { join, resolve } from 'node:path';
import { FareboxError } from '../domain/errors.ts';
import { nearest } from '../lib/nearest.ts';
import type { ConfigValue, LogLevel } from './config.ts';
import type { ReadFile } from './read-config-file.ts';
import type { Environment } from './substitute-variables.ts';

/** What the command line says of the configuration; absent options are undefined. */
export interface ConfigArguments {
  readonly config?: string | undefined;
  /** A shipped profile, as `DEPLOYMENT_CONFIG`. */
  readonly profile?: string | undefined;
  readonly home?: string | undefined;
  readonly logLevel?: string | undefined;
}

export interface Surroundings {
  readonly home: string;
  /** The user's file; null where there is none. */
  readonly file: string | null;
  /** The profile asked for by the command line or the environment, and where it was asked for. */
  readonly base: { readonly name: string; readonly asked: string; readonly source: ConfigValue['source'] } | null;
  readonly logLevel: LogLevel;
  readonly values: readonly ConfigValue[];
}

type Pick = Omit<ConfigValue, 'path' | 'value'> & { readonly text: string };

/** Finds home, file, profile and log level. A file is never looked for in the working folder: a project must not redirect keys. */
export function locateConfig(
  args: ConfigArguments,
  env: Environment,
  folders: { readonly cwd: string; readonly userHome: string },
  readFile: ReadFile,
): Surroundings {
  const expand = (path: string) =>
    resolve(
      folders.cwd,
      path.replace(/^~(?=[\\/]|$)/, () => folders.userHome),
    );
  const home = pick(args.home, '--home', env, 'FAREBOX_HOME') ?? fallback(join(folders.userHome, '.farebox'));
  const homePath = expand(home.text);
  const named = pick(args.config, '--config', env, 'FAREBOX_CONFIG');
  const file = named ? expand(named.text) : findIn(homePath, readFile);
  if (named && file !== null && readFile(file) === null) {
    throw new FareboxError('invalid_config', `${named.origin} names ${file}, which does not exist.`, {
      remedy: 'Check the path, or run `farebox init` to write a configuration.',
    });
  }
  const base = pick(args.profile, '--profile', env, 'DEPLOYMENT_CONFIG');
  const level = pick(args.logLevel, '--log-level', env, 'FAREBOX_LOG_LEVEL') ?? fallback('warn');
  const value = (path: string, of: Pick, shown: unknown): ConfigValue => ({
    path,
    value: shown,
    source: of.source,
    origin: of.origin,
  });
  return {
    home: homePath,
    file,
    base: base ? { name: base.text.replace(/\.json$/, ''), asked: base.origin, source: base.source } : null,
    logLevel: parseLogLevel(level),
    values: [
      value('home', home, homePath),
      value('file', named ?? { text: '', source: 'default', origin: 'config.json in home' }, file),
      value('logLevel', level, level.text.toLowerCase()),
    ],
  };
}

function pick(argument: string | undefined, option: string, env: Environment, variable: string): Pick | undefined {
  if (argument !== undefined && argument !== '') return { text: argument, source: 'command line', origin: option };
  const text = env[variable]?.trim();
  return text ? { text, source: 'environment', origin: variable } : undefined;
}

function fallback(text: string): Pick {
  return { text, source: 'default', origin: 'default' };
}

function findIn(home: string, readFile: ReadFile): string | null {
  const candidates = ['config.json', 'farebox.json'].map((name) => join(home, name));
  return candidates.find((path) => readFile(path) !== null) ?? null;
}

export const LOG_LEVELS: readonly LogLevel[] = ['silent', 'error', 'warn', 'info', 'debug'];

function parseLogLevel({ text, origin }: Pick): LogLevel {
  const level = LOG_LEVELS.find((known) => known === text.toLowerCase());
  if (level) return level;
  const near = nearest(text, LOG_LEVELS);
  throw new FareboxError('invalid_config', `${origin} is ${JSON.stringify(text)}, which is not a log level.`, {
    remedy: `${near ? `Did you mean "${near}"? ` : ''}Use one of ${LOG_LEVELS.join(', ')}.`,
  });
}
