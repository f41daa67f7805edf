import { describe, expect, it } from 'vitest';
import type { LoadBalancing, Redundancy } from '../../src/config/config.ts';
import type { Deployment, DeploymentId } from '../../src/domain/deployment.ts';
import { nano } from '../../src/domain/money.ts';
import type { Candidate } from '../../src/domain/plan.ts';
import type { Balancing } from '../../src/domain/snapshot.ts';
import { type BalancingRules, balanceReplicas, weightsOf } from '../../src/routing/balance-replicas.ts';
import { makeDeployment } from '../support/routing-world.ts';
import { createSeededRandom } from '../support/seeded-random.ts';

const ALL: Redundancy = { replicationFactor: null, crossRegion: false };

function candidate(provider: string, cost: number | null = 100, parts: Partial<Deployment> = {}): Candidate {
  const { model = 'm', capabilities, ...rest } = parts;
  return {
    deployment: makeDeployment(provider, model, rest),
    slot: 'primary',
    reason: 'primary',
    maxOutputTokens: 100,
    worstCost: null,
    expectedCost: cost === null ? null : nano(cost),
  };
}

function rules(
  strategy: LoadBalancing['strategy'],
  rest: Partial<LoadBalancing & Redundancy> = {},
  tolerance = 0.1,
): BalancingRules {
  const { adaptiveWeights = false, ...redundancy } = rest;
  return { loadBalancing: { strategy, adaptiveWeights }, redundancy: { ...ALL, ...redundancy }, tolerance };
}

const at = (turn: number, rest: Partial<Balancing> = {}): Balancing => ({ turn, random: 0, load: new Map(), ...rest });
const providers = (candidates: readonly Candidate[]) => candidates.map(({ deployment }) => deployment.provider);

/** Share of each provider among the first candidates of so many plans. */
function shares(
  candidates: readonly Candidate[],
  given: BalancingRules,
  world: (turn: number) => Balancing = at,
  turns = 3_000,
): Record<string, number> {
  const counts: Record<string, number> = {};
  for (let turn = 0; turn < turns; turn++) {
    const first = balanceReplicas(candidates, given, world(turn))[0]?.deployment.provider ?? '';
    counts[first] = (counts[first] ?? 0) + 1 / turns;
  }
  return counts;
}

const expectShare = (share: number | undefined, wanted: number) =>
  expect(Math.abs((share ?? 0) - wanted)).toBeLessThanOrEqual(0.02);

describe('spreading calls over replicas (RTR-13)', () => {
  const three = [candidate('a'), candidate('b'), candidate('c')];

  it('gives each of three replicas a third in round-robin, within 2 %', () => {
    const share = shares(three, rules('round-robin'));
    for (const name of ['a', 'b', 'c']) expectShare(share[name], 1 / 3);
  });

  it('does so also where every second call is answered from the cache', () => {
    const share = shares(three.slice(0, 2), rules('round-robin'), (turn) => at(turn * 2));
    expectShare(share['a'], 0.5);
  });

  it('weighs replicas by the requests a minute that they take in weighted round-robin', () => {
    const limits = (rpm: number) => ({ rateLimits: { requestsPerMinute: rpm, tokensPerMinute: null } });
    const share = shares(
      [candidate('a', 100, limits(60)), candidate('b', 100, limits(30)), candidate('c', 100, limits(10))],
      rules('weighted-round-robin'),
    );
    expectShare(share['a'], 0.6);
    expectShare(share['b'], 0.3);
    expectShare(share['c'], 0.1);
  });

  it('gives a slow replica less where weights are adaptive, and still a little', () => {
    const load = new Map([
      [three[0]?.deployment.id as DeploymentId, { inFlight: 0, latencyMs: 100 }],
      [three[1]?.deployment.id as DeploymentId, { inFlight: 0, latencyMs: 400 }],
      [three[2]?.deployment.id as DeploymentId, { inFlight: 0, latencyMs: 100_000 }],
    ]);
    const adaptive = rules('weighted-round-robin', { adaptiveWeights: true });
    expect(weightsOf(three, adaptive.loadBalancing, load)).toEqual([1, 0.25, 0.05]);
    const share = shares(three, adaptive, (turn) => at(turn, { load }));
    expectShare(share['a'], 1 / 1.3);
    expectShare(share['b'], 0.25 / 1.3);
    expectShare(share['c'], 0.05 / 1.3);
  });

  it('takes the less busy of two at random where nothing is said', () => {
    const load = new Map(
      [900, 100, 100].map((latencyMs, i) => [three[i]?.deployment.id as DeploymentId, { inFlight: 1, latencyMs }]),
    );
    const random = createSeededRandom(7);
    const share = shares(three, rules('least-loaded'), (turn) => at(turn, { load, random: random.next() }));
    expect(share['a']).toBeUndefined();
    expect(share['b']).toBeGreaterThan(0.3);
    expect(share['c']).toBeGreaterThan(0.3);
  });

  it('sends the next call elsewhere while one is on its way', () => {
    const load = new Map([[three[0]?.deployment.id as DeploymentId, { inFlight: 3, latencyMs: null }]]);
    for (const random of [0, 0.2, 0.4, 0.6, 0.8, 0.99]) {
      const [first] = balanceReplicas(three, rules('least-loaded'), at(0, { load, random }));
      expect(first?.deployment.provider).not.toBe('a');
    }
  });

  it('leaves replicas out that cost over a tenth more than the cheapest, and those of other models where they are', () => {
    const other = candidate('x', 100, { model: 'other' });
    const mixed = [candidate('a', 100), other, candidate('b', 109), candidate('c', 112)];
    const orders = new Set(
      Array.from({ length: 50 }, (_, turn) => providers(balanceReplicas(mixed, rules('round-robin'), at(turn))).join()),
    );
    expect([...orders].sort()).toEqual(['a,x,b,c', 'b,x,a,c']);
  });

  it('keeps the provider that the profile prefers, although it is dearer, and spreads over its keys only', () => {
    const keyed = [candidate('own', 200, { key: '1' }), candidate('own', 200, { key: '2' }), candidate('cheap', 100)];
    const seen = new Set<string>();
    for (let turn = 0; turn < 50; turn++) {
      const ordered = balanceReplicas(keyed, rules('round-robin'), at(turn));
      expect(providers(ordered)).toEqual(['own', 'own', 'cheap']);
      seen.add(ordered[0]?.deployment.key ?? '');
    }
    expect([...seen].sort()).toEqual(['1', '2']);
  });

  it('spreads over the same cost only where money is short', () => {
    const pair = [candidate('a', 100), candidate('b', 101)];
    for (let turn = 0; turn < 20; turn++) {
      expect(providers(balanceReplicas(pair, rules('round-robin', {}, 0), at(turn)))).toEqual(['a', 'b']);
    }
  });

  it('changes nothing where it is off, or where the snapshot does not say', () => {
    expect(balanceReplicas(three, rules('off'), at(1))).toBe(three);
    expect(balanceReplicas(three, rules('round-robin'), undefined)).toBe(three);
  });

  it('gives the same order for the same snapshot, and says why', () => {
    const once = balanceReplicas(three, rules('round-robin'), at(4));
    expect(balanceReplicas(three, rules('round-robin'), at(4))).toEqual(once);
    expect(once[0]?.reason).toBe('primary, round-robin over 3 replicas');
  });
});

describe('redundancy (SCL-03)', () => {
  const regional = [
    candidate('a', 100, { key: '1', regions: ['us'] }),
    candidate('a', 100, { key: '2', regions: ['us'] }),
    candidate('b', 100, { regions: ['us'] }),
    candidate('c', 100, { regions: ['eu'] }),
  ];

  it('lets as many replicas take turns as the replication factor says; the others stay behind them', () => {
    const given = rules('round-robin', { replicationFactor: 2 });
    const orders = new Set(
      Array.from({ length: 50 }, (_, turn) =>
        balanceReplicas(regional, given, at(turn))
          .map(({ deployment }) => `${deployment.provider}${deployment.key ?? ''}`)
          .join(),
      ),
    );
    expect([...orders].sort()).toEqual(['a1,a2,b,c', 'a2,a1,b,c']);
  });

  it('chooses other regions and providers first with crossRegion', () => {
    const given = rules('round-robin', { replicationFactor: 3, crossRegion: true });
    const share = shares(regional, given);
    for (const name of ['a', 'b', 'c']) expectShare(share[name], 1 / 3);
    const [first, second, third, last] = balanceReplicas(regional, given, at(0));
    expect(new Set(providers([first, second, third].flatMap((one) => one ?? [])))).toEqual(new Set(['a', 'b', 'c']));
    expect(last?.deployment.key).toBe('2');
  });
});
