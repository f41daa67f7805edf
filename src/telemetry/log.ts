import { pino } from 'pino';
import { maskSecrets } from '../lib/mask-secrets.ts';

/** Structured log lines on stderr, secrets masked. Facts go into `fields`, never prompts or answers. */
export interface Log {
  debug(message: string, fields?: Readonly<Record<string, unknown>>): void;
  info(message: string, fields?: Readonly<Record<string, unknown>>): void;
  warn(message: string, fields?: Readonly<Record<string, unknown>>): void;
  error(message: string, fields?: Readonly<Record<string, unknown>>): void;
}

export interface LogOptions {
  readonly level: 'silent' | 'error' | 'warn' | 'info' | 'debug';
  readonly secrets: readonly string[];
  /** Where lines go; stderr unless a test looks at them. */
  readonly write?: (line: string) => void;
}

/** A log that writes JSON lines to stderr, synchronously, so that the last words of a dying process arrive. */
export function createLog({ level, secrets, write }: LogOptions): Log {
  const sink = write ?? ((line: string) => void process.stderr.write(line));
  const logger = pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    { write: (line: string) => sink(maskSecrets(line, secrets)) },
  );
  return {
    debug: (message, fields) => logger.debug(fields ?? {}, message),
    info: (message, fields) => logger.info(fields ?? {}, message),
    warn: (message, fields) => logger.warn(fields ?? {}, message),
    error: (message, fields) => logger.error(fields ?? {}, message),
  };
}

/** A log that says nothing. */
export const silentLog: Log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
