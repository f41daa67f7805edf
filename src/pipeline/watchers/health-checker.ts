import { ProviderFailure } from '../../domain/failure.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Log } from '../../telemetry/log.ts';
import type { HealthRegistry } from './health-registry.ts';

export interface HealthCheckerDeps {
  readonly clock: Clock;
  readonly health: Pick<HealthRegistry, 'troubled' | 'checked'>;
  readonly providers: readonly { readonly name: string; readonly local: boolean }[];
  /** Asks a provider something that costs nothing, such as the list of its models. */
  readonly probe: (provider: string, signal: AbortSignal) => Promise<unknown>;
  readonly intervalMs: number;
  readonly timeoutMs: number;
  readonly log: Log;
}

/** Asks after providers in the background. */
export interface HealthChecker {
  /** One round; resolves when every answer is in or given up. Never throws. */
  check(signal: AbortSignal): Promise<void>;
  /** Rounds until the signal aborts. Does not keep the process alive. */
  run(signal: AbortSignal): Promise<void>;
}

/**
 * Checks those of which a deployment is out, so that a provider that is still down costs no call, and one that is back
 * is used at once; and local ones always, since that leaves the network for nobody. While all is well, nothing is
 * sent to hosted providers. Only lists of models are asked for, which nobody charges.
 */
export function createHealthChecker(deps: HealthCheckerDeps): HealthChecker {
  const { clock, health, log } = deps;

  async function checkOne(provider: string, signal: AbortSignal): Promise<void> {
    const verdict = await probe(deps, provider, signal);
    if (signal.aborted || verdict === null) return;
    health.checked(provider, verdict.ok, verdict.message);
    if (!verdict.ok) log.info(`health check of ${provider} failed`, { provider, reason: verdict.message });
  }

  async function check(signal: AbortSignal): Promise<void> {
    const troubled = health.troubled();
    const due = deps.providers.filter(({ name, local }) => local || troubled.has(name));
    await Promise.all(due.map(({ name }) => checkOne(name, signal)));
  }

  return {
    check,
    async run(signal) {
      while (!signal.aborted) {
        await clock.sleep(deps.intervalMs, signal, { ref: false }).catch(() => {});
        if (!signal.aborted) await check(signal);
      }
    },
  };
}

/** null: the answer says nothing, since it is only that we asked too often. Any other answer below 500 shows life. */
async function probe(
  { clock, probe, timeoutMs }: HealthCheckerDeps,
  provider: string,
  signal: AbortSignal,
): Promise<{ readonly ok: boolean; readonly message: string } | null> {
  const limit = new AbortController();
  const over = () => limit.abort(signal.reason);
  signal.addEventListener('abort', over, { once: true });
  const late = `no answer to a health check within ${timeoutMs} ms`;
  const timer = clock
    .sleep(timeoutMs, limit.signal, { ref: false })
    .then(() => limit.abort(new Error(late)))
    .catch(() => {});
  try {
    await probe(provider, limit.signal);
    return { ok: true, message: '' };
  } catch (error) {
    const status = error instanceof ProviderFailure ? error.status : undefined;
    if (status === 429) return null;
    if (status !== undefined && status < 500) return { ok: true, message: '' };
    const isLate = limit.signal.aborted && !signal.aborted;
    return { ok: false, message: isLate ? late : error instanceof Error ? error.message : String(error) };
  } finally {
    limit.abort();
    signal.removeEventListener('abort', over);
    await timer;
  }
}
