import { describe, expect, it } from 'vitest';
import type { Deployment } from '../../src/domain/deployment.ts';
import { fromUsd } from '../../src/domain/money.ts';
import type { Price } from '../../src/domain/price.ts';
import type { PromptCaches } from '../../src/domain/snapshot.ts';
import type { Complexity } from '../../src/domain/task.ts';
import { MODELS, makeProfile } from '../support/profiles.ts';
import {
  makeDeployment,
  makeRequest,
  makeSnapshot,
  makeTask,
  planOn,
  type RequestParts,
  usdPerMillion,
} from '../support/routing-world.ts';

/** Dollars per million: input, output, cached input. */
function cached(input: number, output: number, cacheRead: number): Price {
  const price = usdPerMillion(input, output);
  return { ...price, rates: { ...price.rates, cacheRead: fromUsd(cacheRead) } };
}

const llama = makeDeployment('groq', MODELS.llama, { price: cached(1, 2, 0.1), quality: 90 });
const qwen = makeDeployment('openrouter', MODELS.qwen, { price: cached(0.9, 2, 0.09), quality: 92 });
const deepseek = makeDeployment('openrouter', MODELS.deepseek, { price: cached(0.5, 1, 0.05), quality: 88 });

/** Coding goes to qwen, simple work to deepseek, the rest to llama. */
const profile = makeProfile(
  'mine',
  { primary: 'llama', secondary: 'qwen', fallback: 'deepseek' },
  {
    taskTypeMapping: { coding: 'secondary', general: 'primary', simple: 'fallback' },
    complexityRouting: { expert: 'secondary' },
  },
);

interface World {
  readonly task?: 'coding' | 'general' | 'simple';
  readonly complexity?: Complexity;
  readonly inputTokens?: number;
  readonly caches?: Partial<PromptCaches>;
  readonly deployments?: readonly Deployment[];
  readonly request?: RequestParts;
  readonly strategy?: 'quality-optimized';
}

function plan(world: World) {
  const { task = 'coding', complexity = 'medium', inputTokens = 20_000, caches } = world;
  const request = makeRequest('go on', world.request);
  return planOn(
    world.strategy ? { ...profile, routing: { ...profile.routing, strategy: world.strategy } } : profile,
    {},
    {
      request,
      task: makeTask(request, { task, complexity }),
      needs: { inputTokens },
      snapshot: makeSnapshot({
        deployments: world.deployments ?? [llama, qwen, deepseek],
        ...(caches && { promptCaches: { warm: [], share: new Map(), marked: false, ...caches } }),
      }),
    },
  );
}

const warmAt = (deployment: Deployment, cachedTokens = 19_000): Partial<PromptCaches> => ({
  warm: [{ deployment: deployment.id, cachedTokens }],
});

describe('a conversation with a warm prompt cache (OPT-11)', () => {
  it('goes where the rules send it where nothing is warm', () => {
    expect(plan({}).candidates[0]?.deployment).toBe(qwen);
    expect(plan({ caches: {} }).candidates[0]?.deployment).toBe(qwen);
  });

  it('stays while the cache is worth more than the switch saves, and says what both are worth', () => {
    const { candidates, rule, reason } = plan({ caches: warmAt(llama) });
    expect(candidates.map(({ deployment }) => deployment)).toEqual([llama, qwen, deepseek]);
    expect(rule).toBe('promptCacheAffinity');
    // Cold, two turns at llama are 2 × (20,000 × $1 + 1,200 × $2) = $0.0448; warm, 2 × 19,000 × $0.9 less: $0.0342.
    // At qwen they are 2 × (20,000 × $0.9 + 1,200 × $2) = $0.0408, so the switch would save $0.004.
    expect(reason).toContain(
      'coding, medium: stays with groq/meta-llama/llama-3.3-70b-instruct: the warm prompt cache there (19,000 tokens) is worth $0.0342 over this turn and the next, switching to openrouter/qwen/qwen-2.5-coder-32b-instruct would save $0.004',
    );
    // This turn: 1,000 × $1 + 19,000 × $0.1 + 1,200 × $2 a million.
    expect(candidates[0]?.expectedCost).toBe(5_300_000);
  });

  it('is dropped where the switch saves more', () => {
    // 1,100 cached tokens are worth 2 × 1,100 × $0.9 = $0.00198, less than $0.004.
    expect(plan({ caches: warmAt(llama, 1_100) }).candidates[0]?.deployment).toBe(qwen);
  });

  it('weighs that the other one caches too, from the next turn on', () => {
    // 3,000 cached tokens: worth $0.0054. Without a cache of its own qwen saves $0.004; reading the next prompt from its
    // cache it saves 20,000 × $0.81 = $0.0162 more.
    expect(plan({ caches: warmAt(llama, 3_000) }).candidates[0]?.deployment).toBe(llama);
    const caches = { ...warmAt(llama, 3_000), share: new Map([[qwen.id, 1]]) };
    expect(plan({ caches }).candidates[0]?.deployment).toBe(qwen);
  });

  it('does not keep a turn that asks for more quality', () => {
    expect(plan({ caches: warmAt(deepseek), complexity: 'medium' }).candidates[0]?.deployment).toBe(deepseek);
    expect(plan({ caches: warmAt(deepseek), complexity: 'complex' }).candidates[0]?.deployment).toBe(qwen);
    expect(plan({ caches: warmAt(llama), complexity: 'expert' }).candidates[0]?.deployment).toBe(qwen);
    const request = { constraints: { qualityThreshold: 91 } };
    expect(plan({ caches: warmAt(llama), request }).candidates[0]?.deployment).toBe(qwen);
  });

  it('is as good or better than planned under a strategy for quality', () => {
    expect(plan({ caches: warmAt(llama), strategy: 'quality-optimized' }).candidates[0]?.deployment).toBe(qwen);
    const general = plan({ caches: warmAt(qwen), task: 'general', strategy: 'quality-optimized' });
    expect(general.candidates[0]?.deployment).toBe(qwen);
  });

  it.each<[string, World]>([
    ['another model is asked for', { request: { constraints: { model: 'x' } } }],
    ['it may not leave the machine', { request: { constraints: { sensitivity: 'private' } } }],
    ['it must stay in a region', { request: { constraints: { region: 'eu' } } }],
    ['it needs tools', { request: { tools: [{ name: 'a', parameters: {} }] } }],
    ['the caller names a quality', { request: { constraints: { quality: 'high' } } }],
  ])('never keeps a request where %s', (_, world) => {
    const warm = makeDeployment('groq', MODELS.llama, {
      price: cached(1, 2, 0.1),
      quality: 90,
      capabilities: { toolCalling: false },
    });
    const home = makeDeployment('home', MODELS.qwen, {
      quality: 92,
      local: true,
      regions: ['eu'],
      price: cached(9, 9, 9),
    });
    const request = makeRequest('go on', world.request);
    const isNamed = request.constraints.model !== undefined;
    const { candidates } = planOn(
      profile,
      {},
      {
        request,
        task: makeTask(request, { task: 'coding', complexity: 'medium' }),
        needs: { inputTokens: 20_000 },
        requested: isNamed ? [home] : null,
        snapshot: makeSnapshot({
          deployments: [warm, home],
          promptCaches: { warm: [{ deployment: warm.id, cachedTokens: 19_000 }], share: new Map(), marked: false },
        }),
      },
    );
    expect(candidates[0]?.deployment).toBe(home);
  });

  it('is not flipped by a turn that looks a little different (complaint 16)', () => {
    const answers = (['coding', 'general', 'coding', 'simple'] as const).map(
      (task) => plan({ task, caches: warmAt(qwen) }).candidates[0]?.deployment,
    );
    expect(answers).toEqual([qwen, qwen, qwen, qwen]);
  });

  it('keeps to a deployment beyond the failure path, which then is no rejection', () => {
    const warm = plan({ task: 'general', caches: warmAt(qwen) });
    expect(plan({ task: 'general' }).rejections.map(({ deployment }) => deployment)).toContain(qwen.id);
    expect(warm.candidates[0]).toMatchObject({ deployment: qwen, slot: 'secondary' });
    expect(warm.rejections).toEqual([]);
  });

  it('says so where the rules and the cache agree', () => {
    const { candidates, rule, reason } = plan({ caches: warmAt(qwen) });
    expect(candidates[0]).toMatchObject({ deployment: qwen, expectedCost: 5_010_000 });
    expect(rule).toBe('taskTypeMapping.coding');
    expect(reason).toContain(
      'where the prompt cache is warm (19,000 tokens, worth $0.0308 over this turn and the next)',
    );
  });

  it('has no value where cached input costs as much as any, so that the rules decide', () => {
    const noDiscount = { ...llama, price: usdPerMillion(1, 2) };
    const { candidates } = plan({ caches: warmAt(noDiscount), deployments: [noDiscount, qwen, deepseek] });
    expect(candidates[0]?.deployment).toBe(qwen);
  });
});

describe('replicas of one model', () => {
  const keys = ['1', '2', '3'].map((key) =>
    makeDeployment('openrouter', MODELS.qwen, {
      id: `openrouter#${key}/${MODELS.qwen}` as Deployment['id'],
      key,
      price: qwen.price,
      quality: 92,
    }),
  );

  it('keep a conversation at the key that served it, warm or not known to be', () => {
    for (const key of keys) {
      for (const cachedTokens of [19_000, 0]) {
        const { candidates } = plan({ deployments: keys, caches: warmAt(key, cachedTokens) });
        expect(candidates.map(({ deployment }) => deployment.id)).toHaveLength(3);
        expect(candidates[0]?.deployment).toBe(key);
      }
    }
  });

  it('share the load where the one that served is known not to cache', () => {
    for (const key of keys) {
      const caches = { ...warmAt(key, 0), share: new Map([[key.id, 0]]) };
      expect(plan({ deployments: keys, caches }).candidates[0]?.deployment).toBe(keys[0]);
    }
  });

  it('let it go where another one can begin at once', () => {
    const second = keys[1] as Deployment;
    const request = makeRequest('go on');
    const { candidates } = planOn(
      profile,
      {},
      {
        request,
        task: makeTask(request, { task: 'coding' }),
        needs: { inputTokens: 20_000 },
        snapshot: makeSnapshot({
          deployments: keys,
          headroom: new Map([[second.id, { requests: 0, tokens: 0, waitMs: 900 }]]),
          promptCaches: { warm: [{ deployment: second.id, cachedTokens: 19_000 }], share: new Map(), marked: false },
        }),
      },
    );
    expect(candidates[0]?.deployment).not.toBe(second);
  });
});

describe('a prompt with cache marks', () => {
  it('counts what a cold start writes to the cache', () => {
    const price = cached(1, 2, 0.1);
    const written = { ...price, rates: { ...price.rates, cacheWrite5m: fromUsd(1.25) } };
    const [a, b] = [
      makeDeployment('openrouter', MODELS.llama, { price: written, quality: 90 }),
      makeDeployment('openrouter', MODELS.qwen, { price: written, quality: 92 }),
    ];
    const { reason } = plan({ deployments: [a, b], caches: { ...warmAt(a, 20_000), marked: true } });
    // 2 × 20,000 × ($1.25 − $0.1).
    expect(reason).toContain('is worth $0.046 over');
  });
});
