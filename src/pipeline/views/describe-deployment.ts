import type { Deployment } from '../../domain/deployment.ts';
import { NANO_PER_USD } from '../../domain/money.ts';
import { type FixedCost, kindOf } from '../../domain/price.ts';
import type { DeploymentHealth } from '../../domain/snapshot.ts';
import { usdPair } from './describe-money.ts';

/** A model at a provider as programs see it, on every surface. */
export function describeDeployment(deployment: Deployment, health: DeploymentHealth = { state: 'healthy' }) {
  const { capabilities, price, rateLimits, freeQuota } = deployment;
  return {
    id: deployment.id,
    provider: deployment.provider,
    model: deployment.model,
    upstream_model: deployment.upstreamModel,
    price_usd_per_million: price && {
      input: price.rates.input / NANO_PER_USD,
      output: price.rates.output / NANO_PER_USD,
      source: price.source,
      as_of: price.asOf,
    },
    price_nano_usd_per_million: price && {
      input: price.rates.input,
      output: price.rates.output,
      cache_read: price.rates.cacheRead,
      per_request_nano_usd: price.perRequest,
    },
    price_kind: price && (freeQuota ? 'quota' : kindOf(price)),
    ...(price?.fixed && { fixed_cost: describeFixedPrice(price.fixed) }),
    context_window: capabilities.contextWindow,
    max_output_tokens: capabilities.maxOutputTokens,
    tools: capabilities.toolCalling,
    json: capabilities.jsonMode,
    vision: capabilities.multimodal,
    streaming: capabilities.streaming,
    quality: deployment.quality,
    specialization: deployment.specialization,
    ...(freeQuota && {
      free_quota: {
        requests_per_day: freeQuota.requestsPerDay,
        tokens_per_day: freeQuota.tokensPerDay,
        time_zone: freeQuota.timeZone,
        then_paid: freeQuota.thenPaid,
      },
    }),
    rate_limits: rateLimits && {
      requests_per_minute: rateLimits.requestsPerMinute,
      tokens_per_minute: rateLimits.tokensPerMinute,
    },
    local: deployment.local,
    regions: deployment.regions,
    simulated: deployment.simulated,
    health: health.state,
    unhealthy_because: health.state === 'unhealthy' ? health.reason : null,
  };
}

/** A subscription or a machine by the hour, as programs see it. */
export function describeFixedPrice(fixed: FixedCost) {
  const { kind, account } = fixed;
  return kind === 'flat'
    ? { kind, ...usdPair('monthly', fixed.monthly), account }
    : { kind, ...usdPair('hourly', fixed.hourly), idle_timeout_s: fixed.idleTimeoutMs / 1000, account };
}
