import { readFile } from 'node:fs/promises';
import { FareboxError } from '../domain/errors.ts';
import { fromUsd, type NanoUsd } from '../domain/money.ts';
import { QUALITY_LEVELS, type QualityLevel } from '../domain/task.ts';
import { nearest } from '../lib/nearest.ts';

/** A parser for an option that takes one of some words; it names the nearest right one for a wrong one. */
export function oneOf<T extends string>(what: string, options: readonly T[]): (value: string) => T {
  return (value) => {
    const found = options.find((option) => option.toLowerCase() === value.toLowerCase());
    if (found !== undefined) return found;
    const near = nearest(value, options);
    throw new FareboxError('invalid_request', `"${value}" is not a ${what}.`, {
      remedy: `${near ? `Did you mean "${near}"? ` : ''}Choose one of: ${options.join(', ')}.`,
    });
  };
}

/** The same for an option that may be given several times. */
export function severalOf<T extends string>(what: string, options: readonly T[]) {
  const parse = oneOf(what, options);
  return (value: string, previous: readonly T[] = []): readonly T[] => [...previous, parse(value)];
}

/** A level of quality, or the least score from 0 to 100. */
export function parseQuality(value: string): QualityLevel | number {
  const score = value.trim() === '' ? Number.NaN : Number(value);
  if (!Number.isNaN(score)) {
    if (score >= 0 && score <= 100) return score;
    throw new FareboxError('invalid_request', `"${value}" is not a score of quality.`, {
      remedy: 'Give a number from 0 to 100, or a level.',
    });
  }
  return oneOf('level of quality', QUALITY_LEVELS)(value);
}

/** Dollars above zero, with or without a dollar sign. */
export function parseUsd(value: string): NanoUsd {
  const usd = /^\$?\s*\d*\.?\d+(e[+-]?\d{1,3})?$/i.test(value.trim())
    ? Number(value.trim().replace('$', ''))
    : Number.NaN;
  if (!(usd > 0) || usd > 1_000_000) {
    throw new FareboxError('invalid_request', `"${value}" is not an amount of dollars.`, {
      remedy: 'Give a number above zero and up to 1,000,000, for example 0.01 for one cent.',
    });
  }
  return fromUsd(usd);
}

/** A parser for a whole number within bounds. */
export function wholeNumber(what: string, least: number, most: number): (value: string) => number {
  return (value) => {
    const number = /^\d+$/.test(value.trim()) ? Number(value) : Number.NaN;
    if (number >= least && number <= most) return number;
    throw new FareboxError('invalid_request', `"${value}" is not ${what}.`, {
      remedy: `Give a whole number from ${least} to ${most}.`,
    });
  };
}

/** A finite number ≥ 0. */
export function parseSpeed(value: string): number {
  const speed = value.trim() === '' ? Number.NaN : Number(value);
  if (Number.isFinite(speed) && speed >= 0) return speed;
  throw new FareboxError('invalid_request', `"${value}" is not a speed.`, {
    remedy: 'Give a number: 1 is as fast as real models, 10 ten times as fast, 0 answers at once.',
  });
}

/** Collects the values of an option that may be given several times, or once with commas. */
export function collect(value: string, previous: readonly string[] = []): readonly string[] {
  return [
    ...previous,
    ...value
      .split(',')
      .map((part) => part.trim())
      .filter(Boolean),
  ];
}

/** A text file that the user named. Throws `invalid_request` where it cannot be read. */
export async function readNamedFile(file: string, what: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw new FareboxError('invalid_request', `The ${what} ${file} cannot be read: ${reasonOf(cause)}.`, {
      cause,
      remedy: 'Check the path and its permissions.',
    });
  }
}

/** A JSON object from a file that the user named. */
export async function readJsonObject(file: string, what: string): Promise<Readonly<Record<string, unknown>>> {
  const text = await readNamedFile(file, what);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new FareboxError('invalid_request', `The ${what} ${file} is not JSON: ${reason}.`, {
      cause,
      remedy: 'Mend the file; it must hold one JSON object.',
    });
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new FareboxError('invalid_request', `The ${what} ${file} does not hold a JSON object.`, {
    remedy: 'It must begin with { and end with }.',
  });
}

/** A system error in words. */
export function reasonOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'ENOENT') return 'it does not exist';
  if (code === 'EACCES' || code === 'EPERM') return 'permission denied';
  if (code === 'EISDIR') return 'it is a folder';
  return error instanceof Error ? error.message : String(error);
}
