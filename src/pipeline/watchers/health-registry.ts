import type { Deployment, DeploymentId } from '../../domain/deployment.ts';
import type { ProviderFailure } from '../../domain/failure.ts';
import type { DeploymentHealth } from '../../domain/snapshot.ts';
import type { Clock } from '../../lib/clock.ts';
import { sharesKey } from '../../routing/after-failure.ts';
import {
  CIRCUIT_DEFAULTS,
  type CircuitEvent,
  type CircuitSettings,
  type CircuitState,
  CLOSED,
  healthOf,
  refusesKey,
  step,
} from '../../routing/circuit-breaker.ts';
import type { AttemptObserver } from './attempt-observer.ts';

type Watched = Pick<Deployment, 'id' | 'provider' | 'key'>;

/** Holds the circuit of every deployment, in this process: which of them had better be left alone for a while. */
export interface HealthRegistry extends AttemptObserver {
  /** Only those that are not healthy. */
  snapshot(): ReadonlyMap<DeploymentId, DeploymentHealth>;
  /** Whether it is better not asked at this moment: known also to calls that were planned before. */
  isResting(id: DeploymentId): boolean;
  /** Providers of which some deployment is out, for a reason that a health check could clear up, and has not yet. */
  troubled(): ReadonlySet<string>;
  /** A health check of a provider has come in. */
  checked(provider: string, ok: boolean, message: string): void;
}

/** @param deployments All that are offered: a refused key or an empty account rests every one that is asked with it. */
export function createHealthRegistry(
  clock: Clock,
  deployments: readonly Watched[] = [],
  settings: CircuitSettings = CIRCUIT_DEFAULTS,
): HealthRegistry {
  /** Absent: closed, without a failure. */
  const circuits = new Map<DeploymentId, CircuitState>();
  /** Callers that shared one request share its failure, which counts once. */
  const counted = new WeakSet<ProviderFailure>();

  function apply(id: DeploymentId, event: CircuitEvent): void {
    const state = step(circuits.get(id) ?? CLOSED, event, clock.now(), settings);
    if (state.state === 'closed' && state.failures === 0 && state.failedChecks === 0) circuits.delete(id);
    else circuits.set(id, state);
  }

  function failed(failure: ProviderFailure, deployment: Watched): void {
    if (counted.has(failure)) {
      apply(deployment.id, { type: 'abandoned' });
      return;
    }
    counted.add(failure);
    const { kind, message } = failure;
    const event = { type: 'failed', kind, message } as const;
    const twins = refusesKey(kind) ? deployments.filter((other) => sharesKey(other, deployment)) : [];
    for (const id of new Set([...twins, deployment].map((one) => one.id))) apply(id, event);
  }

  const health = (id: DeploymentId): DeploymentHealth => healthOf(circuits.get(id) ?? CLOSED, clock.now(), settings);

  return {
    started: ({ candidate }) => apply(candidate.deployment.id, { type: 'started' }),
    ended({ candidate }, ending) {
      const { deployment } = candidate;
      switch (ending.type) {
        case 'answered':
          return apply(deployment.id, { type: 'succeeded' });
        case 'failed':
          return failed(ending.failure, deployment);
        case 'left':
          return apply(deployment.id, { type: 'abandoned' });
      }
    },
    snapshot() {
      const resting = new Map<DeploymentId, DeploymentHealth>();
      for (const id of circuits.keys()) {
        const state = health(id);
        if (state.state === 'unhealthy') resting.set(id, state);
      }
      return resting;
    },
    isResting: (id) => health(id).state === 'unhealthy',
    troubled() {
      const isOut = ({ id }: Watched) => {
        const circuit = circuits.get(id);
        return circuit?.state === 'open' && !circuit.refused;
      };
      return new Set(deployments.filter(isOut).map(({ provider }) => provider));
    },
    checked(provider, ok, message) {
      for (const deployment of deployments)
        if (deployment.provider === provider) apply(deployment.id, { type: 'checked', ok, message });
    },
  };
}
