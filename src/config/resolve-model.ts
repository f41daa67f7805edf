import type { FreeQuota } from '../domain/deployment.ts';
import type { ModelSpec } from '../domain/model-spec.ts';
import { fromUsd } from '../domain/money.ts';
import type { Price } from '../domain/price.ts';
import type { RawModel } from './schema/models.ts';
import { withoutUndefined } from './without-undefined.ts';

/** A model as a file writes it → the domain's words. `source` says where its price comes from. */
export function resolveModel(raw: RawModel, source: Price['source']): ModelSpec {
  const { pricing, capabilities, qualityScore, rateLimits, upstreamModel, specialization, regions, freeQuota } = raw;
  return {
    provider: raw.provider,
    model: raw.model,
    ...(upstreamModel !== undefined && { upstreamModel }),
    ...(pricing && { price: resolvePrice(pricing, source) }),
    ...(capabilities && { capabilities: withoutUndefined(capabilities) }),
    ...(qualityScore !== undefined && { quality: qualityScore }),
    ...(specialization && { specialization }),
    ...(rateLimits && {
      rateLimits: {
        requestsPerMinute: rateLimits.requestsPerMinute ?? null,
        tokensPerMinute: rateLimits.tokensPerMinute ?? null,
      },
    }),
    ...(freeQuota && { freeQuota: resolveFreeQuota(freeQuota, false) }),
    ...(regions && { regions }),
  };
}

/** `shared`: given away for all models of the provider together. */
export function resolveFreeQuota(raw: NonNullable<RawModel['freeQuota']>, shared: boolean): FreeQuota {
  return {
    requestsPerDay: raw.requestsPerDay ?? null,
    tokensPerDay: raw.tokensPerDay ?? null,
    timeZone: raw.timeZone ?? 'UTC',
    thenPaid: raw.thenPaid ?? true,
    shared,
  };
}

/** Dollars per million tokens → nano-dollars per million tokens. */
function resolvePrice(pricing: NonNullable<RawModel['pricing']>, source: Price['source']): Price {
  const rate = (usd: number | undefined) => (usd === undefined ? null : fromUsd(usd));
  return {
    rates: {
      input: fromUsd(pricing.input),
      output: fromUsd(pricing.output),
      cacheRead: rate(pricing.cacheRead),
      cacheWrite5m: rate(pricing.cacheWrite5m),
      cacheWrite1h: rate(pricing.cacheWrite1h),
    },
    tiers: [],
    perRequest: fromUsd(pricing.perRequest ?? 0),
    source,
    asOf: pricing.asOf ?? null,
  };
}
