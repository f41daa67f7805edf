import type { FreeQuota } from '../domain/deployment.ts';
import type { ModelSpec } from '../domain/model-spec.ts';
import { fromUsd } from '../domain/money.ts';
import type { FixedCost, Price, TokenRates } from '../domain/price.ts';
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

type RawPricing = NonNullable<RawModel['pricing']>;

/** A machine that nobody uses is let go after five minutes. */
const IDLE_TIMEOUT_S = 300;

/** Dollars per million tokens → nano-dollars per million tokens. What costs nothing by use has rates of 0. */
function resolvePrice(pricing: RawPricing, source: Price['source']): Price {
  const fixed = resolveFixed(pricing);
  return {
    rates: resolveRates(pricing),
    tiers: (pricing.tiers ?? []).map((tier) => ({
      fromInputTokens: tier.fromInputTokens,
      rates: resolveRates(tier),
    })),
    perRequest: fromUsd(pricing.perRequest ?? 0),
    ...(fixed && { fixed }),
    source,
    asOf: pricing.asOf ?? null,
  };
}

type RawRates = Pick<RawPricing, 'input' | 'output' | 'cacheRead' | 'cacheWrite5m' | 'cacheWrite1h'>;

function resolveRates({ input = 0, output = 0, cacheRead, cacheWrite5m, cacheWrite1h }: RawRates): TokenRates {
  const rate = (usd: number | undefined) => (usd === undefined ? null : fromUsd(usd));
  return {
    input: fromUsd(input),
    output: fromUsd(output),
    cacheRead: rate(cacheRead),
    cacheWrite5m: rate(cacheWrite5m),
    cacheWrite1h: rate(cacheWrite1h),
  };
}

function resolveFixed({ flatMonthlyUsd, gpuHourUsd, idleTimeoutS, ...rest }: RawPricing): FixedCost | null {
  const account = rest.account ?? null;
  if (flatMonthlyUsd !== undefined) return { kind: 'flat', monthly: fromUsd(flatMonthlyUsd), account };
  if (gpuHourUsd === undefined) return null;
  const idleTimeoutMs = Math.round((idleTimeoutS ?? IDLE_TIMEOUT_S) * 1000);
  return { kind: 'gpu', hourly: fromUsd(gpuHourUsd), idleTimeoutMs, account };
}
