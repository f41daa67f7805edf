import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { locateConfig } from './config/locate-config.ts';
import type { Environment } from './config/substitute-variables.ts';
import type { Clock } from './lib/clock.ts';
import type { Random } from './lib/random.ts';
import type { AlertFeed } from './telemetry/alert-feed.ts';
import type { Log } from './telemetry/log.ts';

/** What the process gives to everything that is built. */
export interface AppDeps {
  readonly version: string;
  readonly environment: Environment;
  readonly cwd: string;
  readonly clock: Clock;
  readonly random: Random;
  /** Overrides the log on stderr. */
  readonly log?: Log;
}

/** What of the command line goes into the configuration. */
export interface AppOptions {
  readonly config?: string;
  readonly profile?: string;
}

/** What an engine is opened for. */
export interface OpenOptions {
  /** It serves others: what is in trouble is looked after in the background. */
  readonly longRunning?: boolean;
  /** Hears of alerts, and hands them on to whoever is connected. */
  readonly feed?: AlertFeed;
}

/** Where the shipped profiles and catalogue lie: beside `src` in a checkout, beside `dist` once installed. */
export const configsDir = join(dirname(fileURLToPath(import.meta.url)), '..', 'configs');

/** The project that a folder belongs to: the name of the nearest folder above it that is a checkout; else null. */
export function projectName(folder: string): string | null {
  if (existsSync(join(folder, '.git'))) return basename(folder);
  const parent = dirname(folder);
  return parent === folder ? null : projectName(parent);
}

/** `FAREBOX_HOME` or its default, known also where the configuration is invalid. */
export function homeFolder({ environment, cwd }: AppDeps): string {
  const ignoringFiles = () => '';
  const { FAREBOX_HOME } = environment;
  return locateConfig({}, { FAREBOX_HOME }, { cwd, userHome: homedir() }, ignoringFiles).home;
}
