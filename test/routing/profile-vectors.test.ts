import { describe, expect, it } from 'vitest';
import type { Profile } from '../../src/config/config.ts';
import { TASK_TYPES, type TaskType } from '../../src/domain/task.ts';
import { balancedProfile, budgetProfile, type ModelName, premiumProfile } from '../support/profiles.ts';
import { makeRequest, makeTask, modelsOf, planOn, type RequestParts } from '../support/routing-world.ts';

const json = { responseFormat: { type: 'json_object' } } as const;

describe('the routing vectors of the profiles', () => {
  it.each<[string, Profile, RequestParts, ModelName, string]>([
    ['budget coding', budgetProfile, { constraints: { task: 'coding' } }, 'deepseek', 'taskTypeMapping.coding'],
    ['budget general', budgetProfile, { constraints: { task: 'general' } }, 'deepseek', 'taskTypeMapping.general'],
    ['budget analysis', budgetProfile, { constraints: { task: 'analysis' } }, 'deepseek', 'taskTypeMapping.analysis'],
    ['budget simple', budgetProfile, { constraints: { task: 'simple' } }, 'glm', 'taskTypeMapping.simple'],
    ['budget testing', budgetProfile, { constraints: { task: 'testing' } }, 'glm', 'taskTypeMapping.testing'],
    [
      'budget simple with JSON',
      budgetProfile,
      { constraints: { task: 'simple' }, ...json },
      'deepseek',
      'complexityRouting.medium',
    ],
    ['balanced coding', balancedProfile, { constraints: { task: 'coding' } }, 'qwen', 'taskTypeMapping.coding'],
    [
      'balanced reasoning',
      balancedProfile,
      { constraints: { task: 'reasoning' } },
      'llama',
      'taskTypeMapping.reasoning',
    ],
    ['balanced simple', balancedProfile, { constraints: { task: 'simple' } }, 'deepseek', 'taskTypeMapping.simple'],
    [
      'balanced coding and simple',
      balancedProfile,
      { constraints: { task: 'coding', complexity: 'simple' } },
      'deepseek',
      'complexityRouting.simple',
    ],
    [
      'balanced, quality threshold 91',
      balancedProfile,
      { constraints: { qualityThreshold: 91 } },
      'qwen',
      'slot.secondary',
    ],
    [
      'premium coding and simple',
      premiumProfile,
      { constraints: { task: 'coding', complexity: 'simple' } },
      'qwen',
      'taskTypeMapping.coding',
    ],
    [
      'premium data extraction',
      premiumProfile,
      { constraints: { task: 'data_extraction' } },
      'mistral',
      'taskTypeMapping.data_extraction',
    ],
    [
      'premium general with the EU flag',
      premiumProfile,
      { constraints: { task: 'general', flags: ['europeanDataSovereignty'] } },
      'mistral',
      'specializedRouting.europeanDataSovereignty',
    ],
    ['premium research', premiumProfile, { constraints: { task: 'research' } }, 'llama', 'taskTypeMapping.research'],
    [
      'premium, only expert given',
      premiumProfile,
      { constraints: { complexity: 'expert' } },
      'qwen',
      'complexityRouting.expert',
    ],
    [
      'premium, quality critical',
      premiumProfile,
      { constraints: { quality: 'critical' } },
      'qwen',
      'qualityThresholds.critical',
    ],
    ['premium, quality low', premiumProfile, { constraints: { quality: 'low' } }, 'deepseek', 'qualityThresholds.low'],
  ])('%s (RTR-02)', (_, profile, request, model, rule) => {
    const plan = planOn(profile, request);
    expect({ model: modelsOf(plan)[0], rule: plan.rule }).toEqual({ model, rule });
  });

  it('sends a simple request of 40,000 tokens past the 32k window of GLM to DeepSeek (RTR-06)', () => {
    const plan = planOn(budgetProfile, { constraints: { task: 'simple' } }, { needs: { inputTokens: 40_000 } });
    expect(modelsOf(plan)).toEqual(['deepseek']);
    expect(plan.rejections).toContainEqual({
      deployment: 'openrouter/thudm/glm-4-9b:free',
      code: 'context_too_small',
      detail: 'About 40000 input tokens leave no room for an answer in its 32000 tokens of context.',
    });
  });

  it('says why the preferred model does not serve (RTR-06)', () => {
    const plan = planOn(budgetProfile, { constraints: { task: 'simple', complexity: 'simple' }, ...json });
    expect(plan.reason).toContain(
      'complexityRouting.simple prefers fallback (thudm/glm-4-9b:free), which is out as no_json',
    );
  });

  it.each([
    ['highAccuracyRequired', 'qwen'],
    ['structuredOutputRequired', 'mistral'],
    ['codingHeavy', 'qwen'],
    ['europeanDataSovereignty', 'mistral'],
  ] as const)('the flag %s sends a general request to %s on premium (RTR-07)', (flag, model) => {
    const plan = planOn(premiumProfile, { constraints: { task: 'general', flags: [flag] } });
    expect(modelsOf(plan)[0]).toBe(model);
  });

  it('warns of a flag that the profile has no route for (RTR-07)', () => {
    const plan = planOn(balancedProfile, { constraints: { flags: ['codingHeavy'] } });
    expect(plan.warnings).toEqual([
      'Profile balanced has no specializedRouting for codingHeavy; the flag has no effect.',
    ]);
  });
});

const CODE = ['coding', 'code_generation', 'code_review', 'refactoring', 'debugging'] as const;

/** What each profile's mapping says of each type, medium and given; types without a row go by `complexityRouting.medium`. */
const EXPECTED: readonly (readonly [Profile, ModelName, Partial<Record<TaskType, ModelName>>])[] = [
  [budgetProfile, 'deepseek', { simple: 'glm', testing: 'glm' }],
  [balancedProfile, 'llama', { ...each(CODE, 'qwen'), simple: 'deepseek', fallback: 'deepseek' }],
  [
    premiumProfile,
    'llama',
    {
      ...each([...CODE, 'repository_analysis', 'function_calling', 'tool_use'], 'qwen'),
      ...each(['structured_output', 'json_generation', 'data_extraction', 'api_integration'], 'mistral'),
      simple: 'deepseek',
      fallback: 'deepseek',
    },
  ],
];

function each(tasks: readonly TaskType[], model: ModelName): Partial<Record<TaskType, ModelName>> {
  return Object.fromEntries(tasks.map((task) => [task, model]));
}

describe('every task type on every profile', () => {
  const table = EXPECTED.flatMap(([profile, otherwise, rows]) =>
    TASK_TYPES.map((task) => [profile.name, task, rows[task] ?? otherwise, profile] as const),
  );
  it.each(table)('%s sends %s to %s (RTR-01)', (_name, task, model, profile) => {
    expect(modelsOf(planOn(profile, { constraints: { task } }))[0]).toBe(model);
  });
});

describe('given and inferred facts', () => {
  const inferred = (parts: RequestParts, task: TaskType, complexity: 'simple' | 'medium') => {
    const request = makeRequest('x', parts);
    const source = { task: request.constraints.task ? 'given' : 'inferred', complexity: 'inferred' } as const;
    return { request, task: makeTask(request, { task: request.constraints.task ?? task, complexity, source }) };
  };

  it('an inferred simple complexity does not overrule a given task (RTR-02)', () => {
    const world = inferred({ constraints: { task: 'coding' } }, 'coding', 'simple');
    expect(modelsOf(planOn(budgetProfile, {}, world))[0]).toBe('deepseek');
  });

  it('an inferred simple complexity overrules an inferred task (RTR-02)', () => {
    const world = inferred({}, 'coding', 'simple');
    expect(modelsOf(planOn(balancedProfile, {}, world))[0]).toBe('deepseek');
  });

  it('a given quality level outranks everything inferred (RTR-04)', () => {
    const world = inferred({ constraints: { quality: 'high' } }, 'simple', 'simple');
    expect(planOn(balancedProfile, {}, world).rule).toBe('qualityThresholds.high');
  });

  it('a given task outranks a given quality level (RTR-02)', () => {
    const plan = planOn(premiumProfile, { constraints: { task: 'research', quality: 'critical' } });
    expect(plan.rule).toBe('taskTypeMapping.research');
  });
});
