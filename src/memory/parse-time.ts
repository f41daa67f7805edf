import { invalid } from './check-memory.ts';

const ISO = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?))?(Z|[+-]\d{2}:\d{2})?$/i;

/**
 * An ISO 8601 date or time as epoch ms. A date is its first moment, and what names no zone is UTC. Throws
 * `invalid_request` naming the field.
 */
export function parseTime(text: string, field: string): number {
  const [, date, time = '00:00', zone = 'Z'] = ISO.exec(text) ?? [];
  const parsed = date === undefined ? Number.NaN : Date.parse(`${date}T${time}${zone.toUpperCase()}`);
  if (Number.isFinite(parsed)) return parsed;
  throw invalid(
    `${field} is ${JSON.stringify(String(text).slice(0, 80))}, which is not a time.`,
    'Use ISO 8601, such as 2026-01-31T12:00:00Z.',
  );
}
