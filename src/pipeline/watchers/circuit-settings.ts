import type { Config, HealthCheck } from '../../config/config.ts';
import { resolveAvailability } from '../../config/resolve-availability.ts';
import { CIRCUIT_DEFAULTS, type CircuitSettings } from '../../routing/circuit-breaker.ts';

/** Health checks as the default profile wants them: providers are shared by all profiles, so one has to decide. */
export function healthCheckOf({ profiles, defaultProfile }: Config): HealthCheck {
  return (profiles.get(defaultProfile) ?? resolveAvailability({})).healthCheck;
}

/** A failed check keeps a circuit open until the next one has had its time to come in. */
export function circuitSettings(healthCheck: HealthCheck): CircuitSettings {
  const { unhealthyThreshold, healthyThreshold, intervalMs, timeoutMs } = healthCheck;
  return { ...CIRCUIT_DEFAULTS, unhealthyThreshold, healthyThreshold, checkHoldMs: intervalMs + timeoutMs };
}
