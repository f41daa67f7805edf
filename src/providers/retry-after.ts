import { isRecord } from '../lib/json-value.ts';
import { createZonedCalendar } from '../lib/zoned-calendar.ts';
import { listAt, numberAt, recordAt, textAt } from './read-json.ts';

/**
 * What a provider asks us to wait, in ms from now (epoch ms), never negative; undefined where it does not say. Read from
 * `retry-after-ms`, `retry-after` (seconds or an HTTP date), OpenRouter's `x-ratelimit-reset` (epoch ms, also repeated in
 * the body) and Gemini's `retryDelay` in the body; where Gemini's quota of a day is used up, until that is over.
 */
export function readRetryAfter(
  headers: Readonly<Record<string, string>>,
  error: Readonly<Record<string, unknown>> | undefined,
  now: number,
): number | undefined {
  const waits = [
    positive(headers['retry-after-ms']),
    fromRetryAfter(headers['retry-after'], now),
    fromReset(headers['x-ratelimit-reset'], now),
    error && fromBody(error, now),
  ];
  const wait = waits.find((each) => each !== undefined);
  return wait === undefined ? undefined : Math.max(0, Math.ceil(wait));
}

function positive(text: string | undefined): number | undefined {
  const value = text === undefined || text.trim() === '' ? Number.NaN : Number(text);
  return Number.isFinite(value) && value >= 0 ? value : undefined;
}

function fromRetryAfter(text: string | undefined, now: number): number | undefined {
  if (text === undefined) return undefined;
  const seconds = positive(text);
  if (seconds !== undefined) return seconds * 1000;
  const date = Date.parse(text);
  return Number.isNaN(date) ? undefined : date - now;
}

/** Only an epoch in ms is taken; others write seconds or durations under the same name. */
function fromReset(text: string | undefined, now: number): number | undefined {
  const at = positive(text);
  return at !== undefined && at > 1e12 ? at - now : undefined;
}

function fromBody(error: Readonly<Record<string, unknown>>, now: number): number | undefined {
  const headers = recordAt(recordAt(error, 'metadata') ?? {}, 'headers') ?? {};
  const reset = textAt(headers, 'X-RateLimit-Reset') ?? numberAt(headers, 'X-RateLimit-Reset')?.toString();
  const fromHeaders = fromReset(reset, now);
  if (fromHeaders !== undefined) return fromHeaders;
  const details = listAt(error, 'details').filter(isRecord);
  if (details.some(isQuotaOfDay)) return untilPacificMidnight(now);
  for (const detail of details) {
    const seconds = /^([\d.]+)s$/.exec(textAt(detail, 'retryDelay') ?? '')?.[1];
    if (seconds !== undefined) return Number(seconds) * 1000;
  }
  return undefined;
}

/** Gemini names the quota that is used up; beside one of a day it asks to come back in some seconds, for nothing. */
function isQuotaOfDay(detail: Record<string, unknown>): boolean {
  return listAt(detail, 'violations').some((each) => isRecord(each) && /PerDay/i.test(textAt(each, 'quotaId') ?? ''));
}

/** Google's days begin at midnight in California. */
function untilPacificMidnight(now: number): number {
  const calendar = createZonedCalendar('America/Los_Angeles');
  const { year, month, day } = calendar.dateAt(now);
  return calendar.startOf({ year, month, day: day + 1 }) - now;
}
