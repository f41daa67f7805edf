import { BUILTIN_PROVIDERS } from './builtin-providers.ts';
import type { RawConfig } from './schema/config-file.ts';

/** What holds where nothing else is said: the lowest layer of every configuration. */
export const DEFAULTS: RawConfig = {
  routing: {
    strategy: 'balanced',
    strict: false,
    fallbackRules: {
      onRateLimit: true,
      onError: true,
      onTimeout: true,
      onQualityFailure: false,
      escalateToSecondary: false,
      escalateToTertiary: false,
      cascadeFallback: false,
      maxRetries: 2,
      retryDelay: 1000,
    },
  },
  monitoring: {
    costTracking: { enabled: true, alertThresholds: { warning: 0.8, critical: 0.95 } },
  },
  optimization: {
    caching: { enabled: true, ttl: 3600, maxSize: 1000, cacheByTaskType: false, cacheByModel: false },
    promptOptimization: { enabled: true },
  },
  deployment: { environment: 'production' },
  compliance: { dataResidency: { enabled: false } },
  providers: Object.fromEntries(
    Object.entries(BUILTIN_PROVIDERS).map(([name, { baseUrl, headers, local, timeouts }]) => [
      name,
      { baseUrl, local, timeouts, ...(Object.keys(headers).length > 0 && { headers }) },
    ]),
  ),
  policy: {
    unknown_models: 'auto',
    deadlineMs: 600_000,
    timeZone: 'UTC',
    storeBodies: false,
    sandbox: 'auto',
    discoverOllama: true,
    allowInsecureHttp: false,
    promptCacheAffinity: true,
    toolEmulation: 'auto',
    threads: { maxAgeDays: 30, maxMegabytes: 256 },
    verify: { maxAttempts: 4 },
  },
};
