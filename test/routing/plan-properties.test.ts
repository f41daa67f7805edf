import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Strategy } from '../../src/config/config.ts';
import type { Deployment, DeploymentId } from '../../src/domain/deployment.ts';
import { nano } from '../../src/domain/money.ts';
import type { DeploymentHealth, RoutingSnapshot } from '../../src/domain/snapshot.ts';
import { COMPLEXITIES, QUALITY_LEVELS, SPECIAL_FLAGS, TASK_TYPES } from '../../src/domain/task.ts';
import { balancedProfile, budgetProfile, MODELS, makeProfile, premiumProfile } from '../support/profiles.ts';
import {
  makeDeployment,
  makeRequest,
  makeSnapshot,
  makeTask,
  planOn,
  type RequestParts,
  usdPerMillion,
} from '../support/routing-world.ts';

const strategies: readonly Strategy[] = ['cost-optimized', 'balanced', 'quality-optimized', 'adaptive'];
const profiles = fc.constantFrom(
  budgetProfile,
  balancedProfile,
  premiumProfile,
  makeProfile('adaptive', { primary: 'qwen', fallback: 'glm' }, { strategy: 'adaptive' }),
);

const price = fc.option(
  fc.tuple(fc.nat(20_000), fc.nat(80_000)).map(([input, output]) => usdPerMillion(input / 1000, output / 1000)),
);

const deployments: fc.Arbitrary<readonly Deployment[]> = fc
  .uniqueArray(
    fc.record({
      provider: fc.constantFrom('openrouter', 'groq', 'ollama'),
      model: fc.constantFrom(...Object.values(MODELS), 'a', 'b', 'c'),
      price,
      quality: fc.option(fc.integer({ min: 50, max: 99 })),
      local: fc.boolean(),
      regions: fc.subarray(['eu', 'us']),
      capabilities: fc.record({
        toolCalling: fc.boolean(),
        jsonMode: fc.boolean(),
        multimodal: fc.boolean(),
        contextWindow: fc.constantFrom(2_000, 8_000, 128_000),
        maxOutputTokens: fc.option(fc.constantFrom(100, 4_000)),
      }),
    }),
    { maxLength: 20, selector: ({ provider, model }) => `${provider}/${model}` },
  )
  .map((rows) => rows.map(({ provider, model, ...parts }) => makeDeployment(provider, model, parts)));

const health = fc.option(
  fc
    .record({ until: fc.constantFrom(0, 2_000_000), refused: fc.boolean() })
    .map((parts): DeploymentHealth => ({ state: 'unhealthy', reason: 'down', ...parts })),
);

const snapshots: fc.Arbitrary<RoutingSnapshot> = deployments.chain((all) =>
  fc
    .record({
      health: fc.array(health, { minLength: all.length, maxLength: all.length }),
      budgetLeft: fc.option(fc.integer({ min: 0, max: 50_000_000 }).map(nano)),
      budgetLevel: fc.constantFrom('normal', 'warning', 'critical', 'exhausted'),
      tokens: fc.array(fc.option(fc.nat(5000)), { minLength: all.length, maxLength: all.length }),
    })
    .map(({ health, tokens, ...rest }) => ({
      now: 1_000_000,
      deployments: all,
      ...rest,
      health: byId(all, health),
      headroom: byId(
        all,
        tokens.map((left) => (left === null ? null : { requests: left % 3, tokens: left })),
      ),
    })),
);

function byId<T>(all: readonly Deployment[], values: readonly (T | null)[]): ReadonlyMap<DeploymentId, T> {
  const map = new Map<DeploymentId, T>();
  all.forEach(({ id }, i) => {
    const value = values[i];
    if (value !== null && value !== undefined) map.set(id, value);
  });
  return map;
}

const requests: fc.Arbitrary<RequestParts> = fc.record(
  {
    constraints: fc.record(
      {
        task: fc.constantFrom(...TASK_TYPES),
        complexity: fc.constantFrom(...COMPLEXITIES),
        quality: fc.constantFrom(...QUALITY_LEVELS),
        flags: fc.subarray([...SPECIAL_FLAGS]),
        maxCost: fc.integer({ min: 0, max: 20_000_000 }).map(nano),
        qualityThreshold: fc.integer({ min: 60, max: 100 }),
        region: fc.constantFrom('eu', 'us'),
        sensitivity: fc.constantFrom('normal', 'private'),
        strict: fc.boolean(),
      },
      { requiredKeys: [] },
    ),
    maxOutputTokens: fc.integer({ min: 1, max: 20_000 }),
    responseFormat: fc.constant({ type: 'json_object' as const }),
    tools: fc.constant([{ name: 'f', parameters: {} }]),
  },
  { requiredKeys: ['constraints'] },
);

const cases = fc.record({
  profile: profiles,
  request: requests,
  snapshot: snapshots,
  ceiling: fc.option(fc.nat(9_000_000).map(nano)),
});

describe('every plan', () => {
  it('is the same for the same input, and names each deployment once: as candidate or as rejection (RTR-02)', () => {
    fc.assert(
      fc.property(cases, ({ profile, request, snapshot, ceiling }) => {
        const world = { snapshot, policy: { unpricedCallCeiling: ceiling } };
        const plan = planOn(profile, request, world);
        expect(planOn(profile, request, world)).toEqual(plan);
        const named = [...plan.candidates.map((c) => c.deployment.id), ...plan.rejections.map((r) => r.deployment)];
        expect(new Set(named).size).toBe(named.length);
        for (const { id } of snapshot.deployments) expect(named).toContain(id);
      }),
      { numRuns: 300 },
    );
  });

  it('never costs more than its caps in the worst case, and never shortens a given output for money (RTR-05)', () => {
    fc.assert(
      fc.property(cases, ({ profile, request, snapshot, ceiling }) => {
        const plan = planOn(profile, request, { snapshot, policy: { unpricedCallCeiling: ceiling } });
        const limit = Math.min(request.constraints?.maxCost ?? Infinity, snapshot.budgetLeft ?? Infinity);
        for (const { worstCost, expectedCost, maxOutputTokens, deployment } of plan.candidates) {
          expect(worstCost ?? ceiling ?? 0).toBeLessThanOrEqual(limit);
          expect(expectedCost ?? 0).toBeLessThanOrEqual(worstCost ?? 0);
          expect(maxOutputTokens).toBeGreaterThan(0);
          const { maxOutputTokens: most, contextWindow } = deployment.capabilities;
          if (request.maxOutputTokens && contextWindow > 100_000) {
            expect(maxOutputTokens).toBe(Math.min(request.maxOutputTokens, most ?? Infinity));
          }
        }
      }),
      { numRuns: 300 },
    );
  });

  it('keeps private requests local and regional ones in their region, whatever else fails (RTR-19, RTR-20)', () => {
    fc.assert(
      fc.property(cases, ({ profile, request, snapshot }) => {
        const { sensitivity, region } = request.constraints ?? {};
        for (const { deployment } of planOn(profile, request, { snapshot }).candidates) {
          if (sensitivity === 'private') expect(deployment.local).toBe(true);
          if (region) expect(deployment.regions).toContain(region);
          const health = snapshot.health.get(deployment.id);
          if (health?.state === 'unhealthy' && health.until > snapshot.now) expect(health.refused).toBe(false);
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe('every strategy', () => {
  it.each(strategies)('%s never ranks a cheaper model lower when all else is equal (RTR-14)', (strategy) => {
    const rates = fc.tuple(fc.nat(20_000), fc.nat(80_000), fc.integer({ min: 50, max: 99 }));
    fc.assert(
      fc.property(
        fc.array(rates, { minLength: 2, maxLength: 12 }),
        fc.constantFrom(...COMPLEXITIES),
        (rows, complexity) => {
          const all = rows.map(([input, output, quality], i) =>
            makeDeployment('p', `m${i}`, { price: usdPerMillion(input / 1000, output / 1000), quality }),
          );
          const request = makeRequest('Please do this.', { constraints: { complexity } });
          const plan = planOn(
            makeProfile('x', {}, { strategy }),
            {},
            {
              request,
              task: makeTask(request),
              snapshot: makeSnapshot({ deployments: all }),
            },
          );
          plan.candidates.forEach((higher, i) => {
            for (const lower of plan.candidates.slice(i + 1)) {
              if (lower.deployment.quality !== higher.deployment.quality) continue;
              expect(higher.expectedCost).toBeLessThanOrEqual(lower.expectedCost ?? 0);
            }
          });
        },
      ),
    );
  });
});
