import type { Alert } from '../domain/alert.ts';
import type { FailureKind } from '../domain/failure.ts';
import type { RecentCalls } from './alert-facts.ts';

/** The share of attempts (0 to 1) that may fail, by what was at fault. */
export interface ErrorRates {
  /** The provider: errors, broken streams, refused keys. */
  readonly api: number;
  readonly timeout: number;
  /** The answer: empty, not in the form demanded, or it failed a check. */
  readonly quality: number;
}

const FAULTS: Readonly<Record<keyof ErrorRates, ReadonlySet<FailureKind>>> = {
  api: new Set<FailureKind>([
    'rate_limited',
    'server_error',
    'connection',
    'unauthorized',
    'payment_required',
    'model_not_found',
    'stream_broken',
    'stream_malformed',
  ]),
  timeout: new Set<FailureKind>(['timeout_connect', 'timeout_first_token', 'timeout_idle', 'timeout_total']),
  quality: new Set<FailureKind>(['empty_answer', 'invalid_answer', 'check_failed']),
};
const NAMES: Readonly<Record<keyof ErrorRates, string>> = {
  api: 'were failed by their provider',
  timeout: 'ran into a time limit',
  quality: 'brought an answer that could not be used',
};

/** With fewer attempts, or fewer failures, a rate is chance. */
const LEAST_ATTEMPTS = 20;
const LEAST_FAILURES = 3;

/** Kinds of failure that are more frequent lately than they may be. Pure. */
export function errorRateAlerts(recent: RecentCalls, rates: ErrorRates, period: number): readonly Alert[] {
  const { attempts, failures } = recent;
  if (attempts < LEAST_ATTEMPTS) return [];
  return (Object.keys(FAULTS) as (keyof ErrorRates)[]).flatMap((fault) => {
    const counts = [...failures].filter(([kind]) => FAULTS[fault].has(kind as FailureKind)).sort((a, b) => b[1] - a[1]);
    const failed = counts.reduce((sum, [, count]) => sum + count, 0);
    if (failed < LEAST_FAILURES || failed / attempts <= rates[fault]) return [];
    const list = counts.map(([kind, count]) => `${kind} ${count}`).join(', ');
    return [
      {
        kind: 'error_rate',
        subject: fault,
        period,
        level: 'warning',
        message: `${failed} of the last ${attempts} attempts (${percent(failed / attempts)}) ${NAMES[fault]}, more than ${percent(rates[fault])}: ${list}.`,
      },
    ];
  });
}

/** Whether one call in twenty takes longer than it may. Pure. */
export function latencyAlerts({ durations }: RecentCalls, mostMs: number | null, period: number): readonly Alert[] {
  if (mostMs === null || durations.length < LEAST_ATTEMPTS) return [];
  const sorted = [...durations].sort((a, b) => a - b);
  const p95 = sorted[Math.ceil(sorted.length * 0.95) - 1] ?? 0;
  if (p95 <= mostMs) return [];
  const message = `One in twenty of the last ${durations.length} calls took ${Math.round(p95)} ms or longer, more than ${mostMs} ms.`;
  return [{ kind: 'latency', subject: 'p95', period, level: 'warning', message }];
}

/** Whether fewer calls are answered from the cache than should be. Pure. */
export function cacheAlerts(
  { cacheHits, cacheAsked }: RecentCalls,
  leastShare: number | null,
  period: number,
): readonly Alert[] {
  if (leastShare === null || cacheAsked < LEAST_ATTEMPTS || cacheHits / cacheAsked >= leastShare) return [];
  const share = percent(cacheHits / cacheAsked);
  const message = `${cacheHits} of the last ${cacheAsked} calls (${share}) were answered from the cache, less than ${percent(leastShare)}.`;
  return [{ kind: 'cache_hit_rate', subject: 'all', period, level: 'warning', message }];
}

function percent(share: number): string {
  return `${Number((share * 100).toFixed(1))} %`;
}
