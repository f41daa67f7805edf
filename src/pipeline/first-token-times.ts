import type { Hedge } from '../config/config.ts';
import type { DeploymentId } from '../domain/deployment.ts';
import type { AttemptObserver } from './watchers/attempt-observer.ts';

/** Remembers, in this process, how long deployments take to say their first word. */
export interface FirstTokenTimes extends AttemptObserver {
  /** The time below which this share (0 to 1) of the latest answers began, in ms; null where they are too few to tell. */
  percentile(deployment: DeploymentId, share: number): number | null;
}

/** Answers remembered of each deployment, and how many it takes to tell a percentile. */
const REMEMBERED = 200;
const ENOUGH = 20;

export function createFirstTokenTimes(): FirstTokenTimes {
  const times = new Map<DeploymentId, number[]>();
  return {
    ended({ candidate }, ending, { firstTokenMs }) {
      if (ending.type !== 'answered' || firstTokenMs === null) return;
      const { id } = candidate.deployment;
      const known = times.get(id) ?? [];
      known.push(firstTokenMs);
      if (known.length > REMEMBERED) known.shift();
      times.set(id, known);
    },
    percentile(deployment, share) {
      const known = times.get(deployment) ?? [];
      if (known.length < ENOUGH) return null;
      const sorted = known.toSorted((a, b) => a - b);
      return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? null;
    },
  };
}

/**
 * How long to wait for a deployment's first word before another one is asked as well, in ms; null: for ever. The
 * percentile where it is known, else the fixed time.
 */
export function hedgeDelay(hedge: Hedge | null, times: FirstTokenTimes): (deployment: DeploymentId) => number | null {
  return (deployment) => {
    if (!hedge) return null;
    const usual = hedge.percentile === null ? null : times.percentile(deployment, hedge.percentile);
    return usual ?? hedge.afterMs;
  };
}
