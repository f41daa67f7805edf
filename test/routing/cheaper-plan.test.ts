import { describe, expect, it } from 'vitest';
import { fromUsd, nano } from '../../src/domain/money.ts';
import { cheaperPlan } from '../../src/routing/cheaper-plan.ts';
import { balancedProfile } from '../support/profiles.ts';
import { makeDeployment, makeRequest, makeSnapshot, makeTask, usdPerMillion } from '../support/routing-world.ts';

const dear = makeDeployment('acme', 'dear', { price: usdPerMillion(3, 15), quality: 95 });
const cheap = makeDeployment('acme', 'cheap', { price: usdPerMillion(0.1, 0.4), quality: 80 });
const free = makeDeployment('acme', 'free', { price: usdPerMillion(0, 0), quality: 50 });
const unpriced = makeDeployment('acme', 'unpriced', { price: null });

function worldOf(deployments = [dear, cheap, unpriced], maxOutputTokens: number | undefined = 1000) {
  const request = {
    ...makeRequest('Please do this.', { constraints: { model: 'dear', qualityThreshold: 90 } }),
    ...(maxOutputTokens !== undefined && { maxOutputTokens }),
  };
  return {
    ...{ request, task: makeTask(request), profile: balancedProfile, requested: [dear] },
    ...{ snapshot: makeSnapshot({ deployments }), policy: { unpricedCallCeiling: null } },
    baseline: { model: 'claude-3.5-sonnet', price: null },
  };
}

describe('what would fit into a budget that refused (CST-04)', () => {
  it('is the cheapest model, whoever was named, at the length asked for', () => {
    const plan = cheaperPlan(worldOf(), fromUsd(0.001));
    expect(plan).toMatchObject({ deployment: cheap.id, maxOutputTokens: 1000, isShorter: false });
    expect(plan?.worstCost).toBeLessThanOrEqual(fromUsd(0.001));
  });

  it('is a shorter answer where nothing fits at that length', () => {
    const plan = cheaperPlan(worldOf(), fromUsd(0.0002));
    expect(plan).toMatchObject({ deployment: cheap.id, maxOutputTokens: 250, isShorter: true });
    expect(plan?.worstCost).toBeLessThanOrEqual(fromUsd(0.0002));
  });

  it('is a free model where all money is spent, and nothing where there is none', () => {
    expect(cheaperPlan(worldOf([dear, cheap, free]), nano(0))).toMatchObject({ deployment: free.id, worstCost: 0 });
    expect(cheaperPlan(worldOf(), nano(0))).toBeNull();
  });

  it('never passes the cap that the request itself has', () => {
    const world = worldOf();
    const capped = { ...world.request, constraints: { ...world.request.constraints, maxCost: fromUsd(0.0002) } };
    expect(cheaperPlan({ ...world, request: capped }, fromUsd(10))).toMatchObject({ isShorter: true });
  });
});
