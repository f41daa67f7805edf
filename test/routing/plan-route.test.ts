import { describe, expect, it } from 'vitest';
import { toDeploymentId } from '../../src/domain/deployment.ts';
import { fromUsd, nano } from '../../src/domain/money.ts';
import type { Plan } from '../../src/domain/plan.ts';
import type { DeploymentHealth } from '../../src/domain/snapshot.ts';
import { holdFor } from '../../src/routing/plan-route.ts';
import { balancedProfile, budgetProfile, MODELS, makeProfile, premiumProfile } from '../support/profiles.ts';
import {
  makeDeployment,
  makeRequest,
  makeSnapshot,
  makeTask,
  modelsOf,
  planOn,
  shippedDeployments,
  usdPerMillion,
} from '../support/routing-world.ts';

const codes = (plan: Plan) => Object.fromEntries(plan.rejections.map(({ deployment, code }) => [deployment, code]));
const id = (model: keyof typeof MODELS) => toDeploymentId('openrouter', MODELS[model]);
const opus = makeDeployment('openrouter', 'anthropic/opus', { price: usdPerMillion(15, 75), quality: 98 });
const small = makeDeployment('openrouter', 'acme/small', { price: usdPerMillion(0.05, 0.05), quality: 86 });
const weak = makeDeployment('openrouter', 'acme/weak', { price: usdPerMillion(0.01, 0.01), quality: 60 });

describe('the failure path', () => {
  it('goes from the choice to secondary, primary and fallback, and ends there (RTR-10)', () => {
    const plan = planOn(balancedProfile, { constraints: { task: 'general' } });
    expect(modelsOf(plan)).toEqual(['llama', 'qwen', 'deepseek']);
    expect(plan.candidates.map(({ slot, reason }) => [slot, reason])).toEqual([
      ['primary', 'taskTypeMapping.general → primary'],
      ['secondary', 'on failure: escalateToSecondary'],
      ['fallback', 'on failure: fallback'],
    ]);
    expect(codes(plan)).toEqual({ [id('mistral')]: 'not_in_failure_path', [id('glm')]: 'not_in_failure_path' });
  });

  it('leaves out a slot that the profile does not escalate to (RTR-10)', () => {
    const { routing } = balancedProfile;
    const fallbackRules = { ...routing.fallbackRules, escalateToSecondary: false };
    const plan = planOn(
      { ...balancedProfile, routing: { ...routing, fallbackRules } },
      { constraints: { task: 'general' } },
    );
    expect(modelsOf(plan)).toEqual(['llama', 'deepseek']);
  });

  it('with cascadeFallback goes on to everything else, cheapest first within the quality that the work asks for (RTR-10)', () => {
    const snapshot = makeSnapshot({ deployments: [...shippedDeployments, opus, weak, small] });
    const plan = planOn(premiumProfile, { constraints: { task: 'coding' } }, { snapshot });
    expect(modelsOf(plan)).toEqual([
      'qwen',
      'llama',
      'mistral',
      'deepseek',
      'acme/small',
      'anthropic/opus',
      'glm',
      'acme/weak',
    ]);
  });

  it('fills a slot with the same model of other providers: its own first, then by price, unknown price last', () => {
    const elsewhere = (provider: string, price: number | null) =>
      makeDeployment(provider, MODELS.llama, {
        price: price === null ? null : usdPerMillion(price, price),
        quality: 90,
      });
    const snapshot = makeSnapshot({
      deployments: [elsewhere('x', null), elsewhere('groq', 0.5), elsewhere('cerebras', 0.05), ...shippedDeployments],
    });
    const plan = planOn(balancedProfile, { constraints: { task: 'general' } }, { snapshot });
    expect(plan.candidates.slice(0, 4).map(({ deployment }) => deployment.provider)).toEqual([
      'openrouter',
      'cerebras',
      'groq',
      'x',
    ]);
    expect(plan.candidates.slice(0, 4).every(({ slot }) => slot === 'primary')).toBe(true);
  });

  it('says which model of the profile no provider offers', () => {
    const snapshot = makeSnapshot({ deployments: shippedDeployments.filter(({ model }) => model !== MODELS.qwen) });
    const plan = planOn(balancedProfile, { constraints: { task: 'coding' } }, { snapshot });
    expect(modelsOf(plan)[0]).toBe('llama');
    expect(codes(plan)[id('qwen')]).toBe('not_configured');
    expect(plan.reason).toBe(
      `coding, medium: complexityRouting sends it to primary (${MODELS.llama}); taskTypeMapping.coding prefers secondary (${MODELS.qwen}), which is out as not_configured; 1 model left out.`,
    );
  });

  it('lets the best of the others stand in where no model of the profile can serve, and says so', () => {
    const snapshot = makeSnapshot({ deployments: [opus, weak, small] });
    const first = (profile: typeof balancedProfile) => planOn(profile, {}, { snapshot });
    expect(modelsOf(first(budgetProfile))).toEqual(['acme/weak', 'acme/small', 'anthropic/opus']);
    expect(modelsOf(first(premiumProfile))).toEqual(['anthropic/opus', 'acme/small', 'acme/weak']);
    expect(modelsOf(first(balancedProfile))).toEqual(['acme/small', 'anthropic/opus', 'acme/weak']);
    expect(first(balancedProfile).warnings).toEqual([
      'No model of profile balanced can serve this; another one stands in, chosen as balanced.',
    ]);
  });
});

describe('an explicit model', () => {
  it('is the only candidate, subject to the hard filters (RTR-02)', () => {
    const requested = shippedDeployments.filter(({ model }) => model === MODELS.glm);
    expect(modelsOf(planOn(premiumProfile, { constraints: { task: 'coding' } }, { requested }))).toEqual(['glm']);
    const plan = planOn(premiumProfile, { responseFormat: { type: 'json_object' } }, { requested });
    expect(plan.candidates).toEqual([]);
    expect(plan.reason).toBe('general, medium: no model can serve it; 1 is no_json.');
  });

  it('is taken although the snapshot does not know it', () => {
    expect(modelsOf(planOn(premiumProfile, {}, { requested: [opus] }))).toEqual(['anthropic/opus']);
  });

  it('serves below a demanded quality with a warning, and is refused when strict (RTR-04)', () => {
    const requested = shippedDeployments.filter(({ model }) => model === MODELS.deepseek);
    const plan = planOn(premiumProfile, { constraints: { qualityThreshold: 95 } }, { requested });
    expect([plan.candidates.length, plan.warnings.length]).toEqual([1, 1]);
    expect(
      planOn(premiumProfile, { constraints: { qualityThreshold: 95, strict: true } }, { requested }).candidates,
    ).toEqual([]);
  });
});

describe('hard filters', () => {
  it('a threshold that nothing reaches takes the best available with a warning (RTR-04)', () => {
    const plan = planOn(balancedProfile, { constraints: { qualityThreshold: 99 } });
    expect(modelsOf(plan)).toEqual(['mistral', 'qwen', 'llama', 'deepseek', 'glm']);
    expect(plan.rule).toBe('bestAvailable');
    expect(plan.warnings).toEqual([
      'No model that can serve this has the demanded quality 99; the best available one serves.',
    ]);
  });

  it('the same threshold under strict leaves an empty plan that says why (RTR-04)', () => {
    const plan = planOn(balancedProfile, { constraints: { qualityThreshold: 99, strict: true } });
    expect(plan.candidates).toEqual([]);
    expect(plan.reason).toBe('general, medium: no model can serve it; 5 are below_quality.');
  });

  it('private requests see local models only, and none where there is none (RTR-19)', () => {
    const local = makeDeployment('ollama', 'gemma', { local: true, price: usdPerMillion(0, 0), quality: 70 });
    const snapshot = makeSnapshot({ deployments: [...shippedDeployments, local] });
    const constraints = { sensitivity: 'private' } as const;
    expect(modelsOf(planOn(premiumProfile, { constraints }, { snapshot }))).toEqual(['gemma']);
    const plan = planOn(premiumProfile, { constraints });
    expect(plan.candidates).toEqual([]);
    expect(new Set(Object.values(codes(plan)))).toEqual(new Set(['not_local']));
  });

  it('a region is kept to; a deployment that names none is left out (RTR-20)', () => {
    const eu = makeDeployment('mistral', MODELS.mistral, { regions: ['eu'], quality: 93 });
    const us = makeDeployment('acme', 'acme/us', { regions: ['us'] });
    const snapshot = makeSnapshot({ deployments: [...shippedDeployments, us, eu] });
    const plan = planOn(premiumProfile, { constraints: { region: 'eu' } }, { snapshot });
    expect(plan.candidates.map(({ deployment }) => deployment.id)).toEqual([eu.id]);
    expect(plan.rule).toBe('dataResidency.preferredModel');
    expect(codes(plan)[us.id]).toBe('wrong_region');
  });

  it('the flag for European sovereignty is a preference and says when the region is not certain (RTR-20)', () => {
    const plan = planOn(premiumProfile, { constraints: { flags: ['europeanDataSovereignty'] } });
    expect(plan.warnings).toEqual([
      `europeanDataSovereignty prefers a model, but ${id('mistral')} names no region eu; demand region "eu" to be sure.`,
    ]);
  });

  it('tools and images need models that can (RTR-06)', () => {
    const blind = makeDeployment('acme', 'blind', { capabilities: { toolCalling: false } });
    const seeing = makeDeployment('acme', 'seeing', { capabilities: { multimodal: true } });
    const snapshot = makeSnapshot({ deployments: [blind, seeing] });
    const tools = [{ name: 'f', parameters: {} }];
    expect(codes(planOn(premiumProfile, { tools }, { snapshot }))[blind.id]).toBe('no_tools');
    const messages = [{ role: 'user', content: [{ type: 'image', url: 'https://example.com/a.png' }] }] as const;
    expect(codes(planOn(premiumProfile, { messages }, { snapshot }))[blind.id]).toBe('no_vision');
  });

  it('100,000 tokens of context need a 128k model (RTR-06)', () => {
    const plan = planOn(budgetProfile, { constraints: { task: 'testing' } }, { needs: { inputTokens: 100_000 } });
    expect(modelsOf(plan)).toEqual(['deepseek']);
  });
});

describe('health and headroom', () => {
  const until = 1_030_000;
  const resting: DeploymentHealth = { state: 'unhealthy', until, reason: '5 failures in a row' };

  it('an unhealthy model is passed over until its rest is over (RTR-11)', () => {
    const health = new Map([[id('llama'), resting]]);
    const plan = planOn(balancedProfile, {}, { snapshot: makeSnapshot({ health }) });
    expect(modelsOf(plan)).toEqual(['qwen', 'deepseek']);
    expect(plan.rejections[0]?.detail).toBe('It rests for 30 s more: 5 failures in a row');
    const later = planOn(balancedProfile, {}, { snapshot: makeSnapshot({ health, now: until }) });
    expect(modelsOf(later)[0]).toBe('llama');
  });

  it('a model without headroom is passed over (RTR-12)', () => {
    const headroom = new Map([
      [id('llama'), { requests: 0, tokens: 1e6 }],
      [id('qwen'), { requests: 5, tokens: 20 }],
    ]);
    const plan = planOn(balancedProfile, {}, { snapshot: makeSnapshot({ headroom }) });
    expect(modelsOf(plan)).toEqual(['deepseek']);
    expect([codes(plan)[id('llama')], codes(plan)[id('qwen')]]).toEqual(['rate_limited', 'rate_limited']);
  });

  it('where all are unhealthy they are tried all the same, but not with a refused key (RTR-11)', () => {
    const health = new Map(shippedDeployments.map((deployment) => [deployment.id, resting]));
    health.set(id('llama'), { ...resting, refused: true });
    const plan = planOn(balancedProfile, {}, { snapshot: makeSnapshot({ health }) });
    expect(modelsOf(plan)).toEqual(['qwen', 'deepseek']);
    expect(plan.warnings[0]).toMatch(/unhealthy or out of headroom/);
    expect(codes(plan)[id('llama')]).toBe('unhealthy');
  });
});

describe('money', () => {
  it('caps the output by the policy of the task, doubled for expert work (OPT-07)', () => {
    const cap = (constraints: object) => planOn(balancedProfile, { constraints }).candidates[0]?.maxOutputTokens;
    expect(cap({ task: 'simple' })).toBe(1024);
    expect(cap({ task: 'question_answering' })).toBe(2048);
    expect(cap({ task: 'general' })).toBe(4096);
    expect(cap({ task: 'coding' })).toBe(8192);
    expect(cap({ task: 'coding', complexity: 'expert' })).toBe(16_384);
  });

  it('shortens the output to what the cap on the cost pays for (RTR-05)', () => {
    const maxCost = nano(200_000);
    const [first] = planOn(balancedProfile, { constraints: { task: 'general', maxCost } }).candidates;
    expect(first?.deployment.model).toBe(MODELS.llama);
    expect(first?.maxOutputTokens).toBeLessThan(512);
    expect(first?.worstCost).toBeLessThanOrEqual(maxCost);
  });

  it('never shortens an output that the caller asked for, but passes the model over (RTR-05)', () => {
    const request = { maxOutputTokens: 4096, constraints: { task: 'general', maxCost: fromUsd(0.001) } } as const;
    const plan = planOn(balancedProfile, request);
    expect(modelsOf(plan)).toEqual(['qwen', 'deepseek']);
    expect(plan.rejections.find(({ deployment }) => deployment === id('llama'))).toMatchObject({
      code: 'over_max_cost',
      detail: expect.stringMatching(
        /^It may cost up to \$0\.00165 with the requested 4096 output tokens; the request allows \$0\.001\.$/,
      ),
    });
  });

  it('rejects what a budget cannot pay in the worst case (RTR-05)', () => {
    const snapshot = makeSnapshot({ budgetLeft: nano(100) });
    const plan = planOn(balancedProfile, {}, { snapshot });
    // glm is free, and a stranger to this profile: a call that cannot be paid is not handed down to it.
    expect(modelsOf(plan)).toEqual([]);
    expect(codes(plan)).toMatchObject({ [id('llama')]: 'over_budget', [id('glm')]: 'not_in_failure_path' });
    expect(modelsOf(planOn(budgetProfile, {}, { snapshot }))).toEqual(['glm']);
  });

  it('an unknown price is refused under a limit, unless a ceiling stands for it (RTR-05)', () => {
    const unpriced = makeDeployment('acme', 'unpriced', { price: null });
    const snapshot = makeSnapshot({ deployments: [unpriced], budgetLeft: fromUsd(1) });
    expect(codes(planOn(budgetProfile, {}, { snapshot }))[unpriced.id]).toBe('unknown_price');
    const policy = { unpricedCallCeiling: fromUsd(0.5) };
    const [first] = planOn(budgetProfile, {}, { snapshot, policy }).candidates;
    expect(first).toMatchObject({ worstCost: null, expectedCost: null });
    expect(first && holdFor(first, policy)).toBe(fromUsd(0.5));
    const capped = planOn(budgetProfile, { constraints: { maxCost: fromUsd(0.1) } }, { snapshot, policy });
    expect(codes(capped)[unpriced.id]).toBe('over_max_cost');
    expect(modelsOf(planOn(budgetProfile, {}, { snapshot: makeSnapshot({ deployments: [unpriced] }) }))).toEqual([
      'unpriced',
    ]);
  });

  it('past the warning of a budget the cheapest model of the profile comes first (RTR-26)', () => {
    const plan = planOn(
      balancedProfile,
      { constraints: { task: 'coding' } },
      { snapshot: makeSnapshot({ budgetLevel: 'warning' }) },
    );
    expect(modelsOf(plan)).toEqual(['deepseek', 'qwen', 'llama']);
    expect(plan.rule).toBe('budgetLevel.warning');
  });

  it('at a critical budget the cheapest of all comes first, and at an exhausted one only free ones serve (RTR-26)', () => {
    const at = (budgetLevel: 'critical' | 'exhausted') =>
      planOn(balancedProfile, { constraints: { task: 'coding' } }, { snapshot: makeSnapshot({ budgetLevel }) });
    expect(modelsOf(at('critical'))[0]).toBe('glm');
    expect(modelsOf(at('exhausted'))).toEqual([]);
    expect(codes(at('exhausted'))[id('qwen')]).toBe('over_budget');
    const snapshot = makeSnapshot({ budgetLevel: 'exhausted' });
    expect(modelsOf(planOn(budgetProfile, { constraints: { task: 'coding' } }, { snapshot }))).toEqual(['glm']);
  });

  it('names what the baseline would be expected to cost (CST-01)', () => {
    const plan = planOn(balancedProfile, {}, { needs: { inputTokens: 1000 } });
    expect(plan.baseline).toEqual({ model: 'claude-3.5-sonnet', expectedCost: fromUsd(0.003 + 0.009) });
  });

  it('says when the model writes less than asked for', () => {
    const short = makeDeployment('acme', 'short', { capabilities: { maxOutputTokens: 1000 } });
    const plan = planOn(budgetProfile, { maxOutputTokens: 5000 }, { requested: [short] });
    expect(plan.candidates[0]?.maxOutputTokens).toBe(1000);
    expect(plan.warnings).toEqual(['The answer is limited to 1000 tokens, which is what acme/short can write.']);
  });
});

describe('the strategy adaptive', () => {
  const adaptive = makeProfile('adaptive', { primary: 'qwen' }, { strategy: 'adaptive' });

  it('takes the cheapest whose quality clears the bar of the complexity (RTR-14)', () => {
    const first = (complexity: 'simple' | 'medium' | 'complex' | 'expert') =>
      modelsOf(planOn(adaptive, { constraints: { task: 'coding', complexity } }))[0];
    expect([first('simple'), first('medium'), first('complex'), first('expert')]).toEqual([
      'glm',
      'deepseek',
      'qwen',
      'qwen',
    ]);
  });

  it('takes the best there is where nothing clears the bar, unknown quality last, and says so (RTR-14)', () => {
    const unknown = makeDeployment('acme', 'unknown', { quality: null });
    const snapshot = makeSnapshot({ deployments: [unknown, weak, small] });
    const plan = planOn(adaptive, { constraints: { complexity: 'expert' } }, { snapshot });
    expect(modelsOf(plan)).toEqual(['acme/small', 'acme/weak', 'unknown']);
    expect(plan.warnings).toEqual(['No model that can serve this has the quality 92 that expert work asks for.']);
  });
});

it('a plan in one sentence', () => {
  const request = makeRequest('x', { constraints: { task: 'debugging' }, responseFormat: { type: 'json_object' } });
  const plan = planOn(balancedProfile, {}, { request, task: makeTask(request) });
  expect(plan.reason).toBe(
    `debugging, medium: taskTypeMapping sends it to secondary (${MODELS.qwen}); 1 model left out.`,
  );
});

it('without any deployment the plan is empty and says what is missing', () => {
  const profile = makeProfile('none', {}, {});
  const plan = planOn(profile, {}, { snapshot: makeSnapshot({ deployments: [] }) });
  expect(plan.candidates).toEqual([]);
  expect(plan.reason).toBe('general, medium: no model can serve it; no provider is configured.');
});
