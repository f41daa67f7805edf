import type { Profile } from './config.ts';
import type { RawConfig } from './schema/config-file.ts';

const INTERVAL_MS = 30_000;
const TIMEOUT_MS = 10_000;
/** Oftener than this nobody is asked, whatever the file says. */
const LEAST_INTERVAL_MS = 1_000;

/**
 * `optimization.loadBalancing`, `deployment.redundancy` and `deployment.healthCheck` with their defaults: calls go to
 * the less busy of two replicas, all replicas take part, providers in trouble are checked every 30 s. Of the two
 * intervals that a profile may give, the shorter one holds.
 */
export function resolveAvailability(raw: RawConfig): Pick<Profile, 'loadBalancing' | 'redundancy' | 'healthCheck'> {
  const balancing = raw.optimization?.loadBalancing;
  const { redundancy, healthCheck } = raw.deployment ?? {};
  const isRedundant = redundancy?.enabled !== false;
  const interval = Math.min(
    healthCheck?.interval ?? balancing?.healthCheckInterval ?? INTERVAL_MS,
    balancing?.healthCheckInterval ?? Number.POSITIVE_INFINITY,
  );
  return {
    loadBalancing: {
      strategy: balancing?.enabled === false ? 'off' : (balancing?.strategy ?? 'least-loaded'),
      adaptiveWeights: balancing?.adaptiveWeights ?? false,
    },
    redundancy: {
      replicationFactor: isRedundant ? (redundancy?.replicationFactor ?? null) : null,
      crossRegion: isRedundant && (redundancy?.crossRegion ?? false),
    },
    healthCheck: {
      enabled: healthCheck?.enabled ?? true,
      intervalMs: Math.max(LEAST_INTERVAL_MS, interval),
      timeoutMs: healthCheck?.timeout ?? TIMEOUT_MS,
      unhealthyThreshold: healthCheck?.unhealthyThreshold ?? 3,
      healthyThreshold: healthCheck?.healthyThreshold ?? 1,
    },
  };
}
