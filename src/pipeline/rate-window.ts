import type { Deployment, DeploymentId } from '../domain/deployment.ts';
import type { Clock } from '../lib/clock.ts';
import type { AttemptObserver } from './attempt-observer.ts';

/** Counts what this process has sent to each deployment in the last minute, to stay below the provider's limits. */
export interface RateWindow extends AttemptObserver {
  /** What may still be sent, for deployments with known limits that have been used. */
  headroom(deployments: readonly Deployment[]): ReadonlyMap<DeploymentId, { requests: number; tokens: number }>;
}

const MINUTE_MS = 60_000;

export function createRateWindow(clock: Clock): RateWindow {
  const windows = new Map<DeploymentId, { at: number; tokens: number }[]>();

  function recent(id: DeploymentId): readonly { at: number; tokens: number }[] {
    const window = windows.get(id);
    if (!window) return [];
    const since = clock.now() - MINUTE_MS;
    const firstRecent = window.findIndex((entry) => entry.at > since);
    window.splice(0, firstRecent < 0 ? window.length : firstRecent);
    if (window.length === 0) windows.delete(id);
    return window;
  }

  return {
    started({ candidate: { deployment }, tokens }) {
      const { id, rateLimits } = deployment;
      if (!rateLimits) return;
      const window = windows.get(id) ?? [];
      window.push({ at: clock.now(), tokens });
      windows.set(id, window);
    },
    headroom(deployments) {
      const room = new Map<DeploymentId, { requests: number; tokens: number }>();
      for (const { id, rateLimits } of deployments) {
        if (!rateLimits || !windows.has(id)) continue;
        const entries = recent(id);
        const tokens = entries.reduce((sum, entry) => sum + entry.tokens, 0);
        room.set(id, {
          requests: Math.max(0, (rateLimits.requestsPerMinute ?? Number.POSITIVE_INFINITY) - entries.length),
          tokens: Math.max(0, (rateLimits.tokensPerMinute ?? Number.POSITIVE_INFINITY) - tokens),
        });
      }
      return room;
    },
  };
}
