import type { DeploymentId } from '../../domain/deployment.ts';
import type { FailureKind } from '../../domain/failure.ts';
import type { DeploymentLoad } from '../../domain/snapshot.ts';
import type { Clock } from '../../lib/clock.ts';
import { addSample, type PeakEwma, readEwma } from '../../routing/peak-ewma.ts';
import type { AttemptObserver, WatchedAttempt } from './attempt-observer.ts';

/** Remembers, in this process, how busy and how quick deployments are, for spreading calls over replicas. */
export interface LoadBook extends AttemptObserver {
  /** Of every deployment that has been used. */
  snapshot(): ReadonlyMap<DeploymentId, DeploymentLoad>;
  /** Counts plans, so that replicas take turns. */
  nextTurn(): number;
}

/** Silence is slow; a quick refusal says nothing about how quick answers are. */
const SLOW: ReadonlySet<FailureKind> = new Set<FailureKind>(['timeout_connect', 'timeout_first_token', 'timeout_idle']);

export function createLoadBook(clock: Clock): LoadBook {
  const inFlight = new Map<DeploymentId, number>();
  const latency = new Map<DeploymentId, PeakEwma>();
  /** When each attempt was sent: what it waited before that is not the deployment's doing. */
  const sentAt = new Map<WatchedAttempt, number>();
  let turn = 0;

  const count = (id: DeploymentId, by: 1 | -1) => inFlight.set(id, Math.max(0, (inFlight.get(id) ?? 0) + by));

  return {
    started(attempt) {
      sentAt.set(attempt, clock.monotonic());
      count(attempt.candidate.deployment.id, 1);
    },
    ended(attempt, ending, closing) {
      const sent = sentAt.get(attempt);
      if (sent === undefined) return;
      sentAt.delete(attempt);
      const { id } = attempt.candidate.deployment;
      count(id, -1);
      const took = Math.max(0, clock.monotonic() - sent);
      const waited = Math.max(0, closing.durationMs - took);
      const first = closing.firstTokenMs === null ? took : Math.max(0, closing.firstTokenMs - waited);
      const counts = ending.type === 'answered' || (ending.type === 'failed' && SLOW.has(ending.failure.kind));
      if (!counts) return;
      latency.set(id, addSample(latency.get(id), ending.type === 'answered' ? first : took, clock.monotonic()));
    },
    snapshot() {
      const now = clock.monotonic();
      const ids = new Set([...inFlight.keys(), ...latency.keys()]);
      return new Map(
        [...ids].map((id) => {
          const average = latency.get(id);
          return [id, { inFlight: inFlight.get(id) ?? 0, latencyMs: average ? readEwma(average, now) : null }];
        }),
      );
    },
    nextTurn: () => turn++,
  };
}
