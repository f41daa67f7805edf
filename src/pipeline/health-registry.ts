import type { DeploymentId } from '../domain/deployment.ts';
import type { ProviderFailure } from '../domain/failure.ts';
import type { DeploymentHealth } from '../domain/snapshot.ts';
import type { Clock } from '../lib/clock.ts';
import type { AttemptObserver } from './attempt-observer.ts';

/** Remembers, in this process, which deployments had better be left alone for a while. */
export interface HealthRegistry extends AttemptObserver {
  /** Only those that are not healthy. */
  snapshot(): ReadonlyMap<DeploymentId, DeploymentHealth>;
}

/** Failures in a row after which a deployment rests, and for how long (facts: roles §4, circuit breaker). */
const FAILURES_IN_A_ROW = 5;
const REST_MS = 30_000;
/** A refused key or missing model stays so until somebody changes something; it is looked at again after this. */
const REFUSED_MS = 600_000;

export function createHealthRegistry(clock: Clock): HealthRegistry {
  const failures = new Map<DeploymentId, number>();
  const resting = new Map<DeploymentId, DeploymentHealth & { state: 'unhealthy' }>();

  const rest = (deployment: DeploymentId, ms: number, reason: string, refused: boolean) =>
    resting.set(deployment, { state: 'unhealthy', until: clock.now() + ms, reason, refused });

  function succeeded(deployment: DeploymentId): void {
    failures.delete(deployment);
    resting.delete(deployment);
  }

  function failed({ kind, deployment, message }: ProviderFailure): void {
    if (kind === 'unauthorized' || kind === 'payment_required' || kind === 'model_not_found') {
      rest(deployment, REFUSED_MS, message, true);
      return;
    }
    if (kind === 'cancelled' || kind === 'bad_request' || kind === 'context_length' || kind === 'content_refused')
      return;
    const count = (failures.get(deployment) ?? 0) + 1;
    failures.set(deployment, count);
    if (count >= FAILURES_IN_A_ROW)
      rest(deployment, REST_MS, `${count} failures in a row, the last: ${message}`, false);
  }

  return {
    ended({ candidate }, ending) {
      if (ending.type === 'answered') succeeded(candidate.deployment.id);
      if (ending.type === 'failed') failed(ending.failure);
    },
    snapshot() {
      const now = clock.now();
      for (const [id, health] of resting) if (health.until <= now) resting.delete(id);
      return new Map(resting);
    },
  };
}
