import { type Deployment, toDeploymentId } from '../domain/deployment.ts';
import { ZERO_USD } from '../domain/money.ts';

const SANDBOX = 'sandbox';

/** A small model that counts as local, so that private requests can be tried without one. */
const LOCAL_SMALL: Deployment = {
  id: toDeploymentId(SANDBOX, 'local-small'),
  provider: SANDBOX,
  model: 'local-small',
  upstreamModel: 'local-small',
  price: {
    rates: { input: 0, output: 0, cacheRead: null, cacheWrite5m: null, cacheWrite1h: null },
    tiers: [],
    perRequest: ZERO_USD,
    source: 'local',
    asOf: null,
  },
  capabilities: {
    toolCalling: true,
    jsonMode: true,
    streaming: true,
    multimodal: false,
    contextWindow: 32_768,
    maxOutputTokens: null,
  },
  quality: 70,
  specialization: ['private data'],
  rateLimits: null,
  local: true,
  regions: [],
  simulated: true,
};

/**
 * Every known model as the sandbox simulates it: same name, price and capabilities, so that costs look as they would;
 * of a model at several providers the first one is taken. Simulated models are never local, whatever they imitate, and
 * have no limits or free quotas, since the sandbox has none.
 */
export function sandboxDeployments(known: readonly Deployment[]): readonly Deployment[] {
  const byModel = new Map<string, Deployment>();
  for (const { freeQuota: _given, ...deployment } of known) {
    if (byModel.has(deployment.model)) continue;
    byModel.set(deployment.model, {
      ...deployment,
      id: toDeploymentId(SANDBOX, deployment.model),
      provider: SANDBOX,
      upstreamModel: deployment.model,
      rateLimits: null,
      local: false,
      simulated: true,
    });
  }
  return [...byModel.values(), LOCAL_SMALL];
}
