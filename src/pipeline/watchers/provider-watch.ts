import type { Alert } from '../../domain/alert.ts';
import type { FailureKind } from '../../domain/failure.ts';
import type { Clock } from '../../lib/clock.ts';
import type { AlertSource } from '../alerts/alert-watch.ts';
import type { AttemptObserver } from './attempt-observer.ts';

/** Failures after which nobody can say whether the provider works at all. A full house (429) and a wrong model say it does. */
const SILENT: ReadonlySet<FailureKind> = new Set<FailureKind>([
  'server_error',
  'connection',
  'timeout_connect',
  'timeout_first_token',
  'unauthorized',
  'payment_required',
]);
/** So many of them in a row, whatever the model, and the provider is called down. */
const FAILURES = 5;

/** Tells which providers are down, as this process has met them. */
export type ProviderWatch = AttemptObserver & AlertSource;

interface Met {
  /** Failures in a row. */
  failures: number;
  last: string;
  /** Epoch ms of the last time it worked, however badly. */
  workedAt: number;
}

export function createProviderWatch(clock: Clock): ProviderWatch {
  const met = new Map<string, Met>();

  return {
    kinds: ['provider_down'],
    everyMs: 0,

    ended({ candidate }, ending) {
      if (ending.type === 'left') return;
      const { provider } = candidate.deployment;
      const state = met.get(provider) ?? { failures: 0, last: '', workedAt: 0 };
      met.set(provider, state);
      if (ending.type === 'failed' && SILENT.has(ending.failure.kind)) {
        state.failures += 1;
        state.last = `${ending.failure.kind}: ${ending.failure.message}`;
      } else if (ending.type === 'answered' || says(ending.failure.kind)) {
        state.failures = 0;
        state.workedAt = clock.now();
      }
    },

    standing() {
      const alerts: Alert[] = [];
      for (const [provider, { failures, last }] of met) {
        if (failures < FAILURES) continue;
        const message = `Provider ${provider} is down: ${failures} attempts in a row failed, the last with ${last.slice(0, 200)}`;
        alerts.push({ kind: 'provider_down', subject: provider, period: 0, level: 'critical', message });
      }
      return alerts;
    },

    // Another process may have met it since: it is over when it has worked for us after that, or nobody said so for a day.
    covers: ({ subject, raisedAt }, now) => (met.get(subject)?.workedAt ?? 0) > raisedAt || now - raisedAt > 86_400_000,
  };
}

/** Whether a failure shows that the provider is there. */
function says(kind: FailureKind): boolean {
  return kind !== 'cancelled' && kind !== 'internal' && kind !== 'untranslatable';
}
