import { type NanoUsd, nano } from '../../domain/money.ts';
import { isRecord } from '../../lib/json-value.ts';
import { LineFault } from './usage-entry.ts';

export type LogRecord = Readonly<Record<string, unknown>>;

/** An object below a field; an empty one where there is none, or where it is written as JSON text that holds none. */
export function recordAt(record: LogRecord, field: string): LogRecord {
  const value = record[field];
  if (isRecord(value)) return value;
  if (typeof value !== 'string' || !value.trimStart().startsWith('{')) return {};
  try {
    const parsed: unknown = JSON.parse(value);
    return isRecord(parsed) ? parsed : {};
  } catch {
    return {};
  }
}

/** A text that is not empty, else null. */
export function textAt(record: LogRecord, field: string): string | null {
  const value = record[field];
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : null;
}

/** A number of tokens or requests: a whole number from 0 on, 0 where the field is absent. Throws `LineFault`. */
export function countAt(record: LogRecord, field: string): number {
  return countOrNull(record, field) ?? 0;
}

/** The same; null where the field is absent or empty. */
export function countOrNull(record: LogRecord, field: string): number | null {
  const value = record[field];
  if (value === undefined || value === null || value === '') return null;
  const number = typeof value === 'string' ? Number(value.replaceAll(',', '')) : value;
  if (typeof number !== 'number' || !Number.isFinite(number) || number < 0 || number > 1e15) {
    throw new LineFault(`${field} is ${shown(value)}, not a number of 0 or more`);
  }
  return Math.round(number);
}

/** Dollars as money, rounded to the nano-dollar; null where the field is absent. Throws `LineFault`. */
export function dollarsAt(record: LogRecord, field: string): NanoUsd | null {
  const value = record[field];
  if (value === undefined || value === null || value === '') return null;
  const number = typeof value === 'string' ? Number(value.replace(/^\$/, '')) : value;
  if (typeof number !== 'number' || !Number.isFinite(number) || number < 0 || number > 9e6) {
    throw new LineFault(`${field} is ${shown(value)}, not an amount of dollars`);
  }
  return nano(Math.round(number * 1e9));
}

/** A time as epoch ms: ISO text (UTC where it names no zone), or seconds or milliseconds since 1970. Throws `LineFault`. */
export function timeAt(record: LogRecord, field: string): number | null {
  const value = record[field];
  if (value === undefined || value === null || value === '') return null;
  const number = typeof value === 'number' ? value : /^\d{9,13}$/.test(String(value)) ? Number(value) : null;
  if (number !== null) return number < 1e11 ? number * 1000 : number;
  const time = Date.parse(withZone(String(value).trim()));
  if (Number.isNaN(time)) throw new LineFault(`${field} is ${shown(value)}, not a time`);
  return time;
}

/** Times without a zone are UTC in all these logs, and a space may stand where ISO wants a T. */
function withZone(time: string): string {
  const iso = time.replace(/^(\d{4}-\d\d-\d\d) (\d\d:)/, '$1T$2');
  return /^\d{4}-\d\d-\d\dT[\d:.]+$/.test(iso) ? `${iso}Z` : iso;
}

function shown(value: unknown): string {
  const text = typeof value === 'string' ? JSON.stringify(value) : String(value);
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
}
