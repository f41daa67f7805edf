import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { CompletionOutcome } from '../../src/domain/completion-outcome.ts';
import { wilsonInterval } from '../../src/lib/wilson-interval.ts';
import { describeAdequacy } from '../../src/pipeline/views/describe-adequacy.ts';
import { type DelegatedTask, delegatedTasks } from '../support/delegated-tasks.ts';
import { ask } from '../support/open-test-engine.ts';
import { openScriptedModels } from '../support/scripted-models.ts';

const never = new AbortController().signal;
const TASKS = delegatedTasks();
/** `skill`: the share of the tasks at which the model is right. */
const MODELS = [
  { name: 'tiny', price: 0.05, quality: 45, skill: 0.4 },
  { name: 'small', price: 0.3, quality: 65, skill: 0.7 },
  { name: 'middle', price: 2, quality: 85, skill: 0.9 },
  { name: 'large', price: 15, quality: 97, skill: 1 },
] as const;

/** From 0 to 1, the same in every run. */
function spread(...words: readonly string[]): number {
  return createHash('sha256').update(words.join('\n')).digest().readUInt32BE() / 2 ** 32;
}

type IsRight = (task: DelegatedTask, model: (typeof MODELS)[number]) => boolean;

/** What is hard is hard for all: a model is right at what lies below its skill. */
const byDifficulty: IsRight = ({ id }, { skill }) => spread('difficulty', id) < skill;
/** Each model errs by itself. */
const byChance: IsRight = ({ id }, { name, skill }) => spread(name, id) < skill;

async function delegate(
  isRight: IsRight,
  tasks: readonly DelegatedTask[],
  strategy: 'balanced' | 'adaptive' = 'balanced',
) {
  const taskIn = (text: string) => TASKS.find(({ id }) => text.includes(`Task ${id}.`));
  const checks = Object.fromEntries(TASKS.flatMap(({ id, command }) => (command ? [[id, { command }]] : [])));
  const fallbackRules = { onError: true, onQualityFailure: true, cascadeFallback: true, maxRetries: 0 };
  const world = await openScriptedModels(
    MODELS,
    ({ model, messages }) => {
      const task = messages.map(({ content }) => taskIn(content)).find(Boolean);
      const asked = MODELS.find(({ name }) => name === model);
      if (!task || !asked) throw new Error(`nobody asked ${model} that`);
      return isRight(task, asked) ? task.right : task.wrong;
    },
    { config: { checks, routing: { strategy, fallbackRules } } },
  );
  const outcomes = new Map<DelegatedTask, CompletionOutcome>();
  for (const task of tasks) {
    const request = ask(task.prompt, { verify: task.verify, constraints: { sensitivity: 'normal', task: task.task } });
    outcomes.set(task, await world.engine.pipeline.complete(request, never));
  }
  return { world, outcomes };
}

describe('verified delegation', () => {
  it('has at least 60 tasks', () => {
    expect(TASKS.length).toBeGreaterThanOrEqual(60);
    expect(new Set(TASKS.map(({ id }) => id)).size).toBe(TASKS.length);
  });

  it('finds the cheapest sufficient model for each task, and returns no answer that fails its check', async () => {
    const { outcomes } = await delegate(byDifficulty, TASKS);
    for (const [task, outcome] of outcomes) {
      expect({ task: task.id, status: outcome.status, text: outcome.text }).toEqual({
        task: task.id,
        status: 'complete',
        text: task.right,
      });
      const sufficient = MODELS.find((model) => byDifficulty(task, model));
      expect({ task: task.id, model: outcome.model }).toEqual({ task: task.id, model: sufficient?.name });
      expect(outcome.verifications?.map(({ passed }) => passed)).toEqual([
        ...outcome.attempts.slice(1).map(() => false),
        true,
      ]);
    }
    const spent = [...outcomes.values()].reduce((sum, { cost }) => sum + (cost.amount ?? 0), 0);
    // What the same work would have cost at the largest model.
    expect(spent).toBeLessThan(0.5 * TASKS.length * 200 * 15_000);
  }, 120_000);

  it('fills the adequacy table with what the models are scripted to do', async () => {
    const { world, outcomes } = await delegate(byChance, TASKS);
    const tally = new Map<string, { tried: number; accepted: number }>();
    for (const [task, { verifications = [] }] of outcomes) {
      for (const { model } of verifications) {
        const entry = tally.get(`${task.task} ${model}`) ?? { tried: 0, accepted: 0 };
        const isRight = byChance(task, MODELS.find(({ name }) => name === model) ?? MODELS[0]);
        tally.set(`${task.task} ${model}`, { tried: entry.tried + 1, accepted: entry.accepted + (isRight ? 1 : 0) });
      }
    }
    const rows = world.engine.adequacy.rows();
    expect(new Map(rows.map(({ task, model, tried, accepted }) => [`${task} ${model}`, { tried, accepted }]))).toEqual(
      tally,
    );
    for (const { name, skill } of MODELS) {
      const own = rows.filter(({ model }) => model === name);
      const [tried, accepted] = [
        own.reduce((sum, row) => sum + row.tried, 0),
        own.reduce((sum, row) => sum + row.accepted, 0),
      ];
      const { low, high } = wilsonInterval(accepted, tried);
      expect([low <= skill, skill <= high]).toEqual([true, true]);
    }
    expect(
      describeAdequacy(rows[0] ?? { task: 'general', model: '', tried: 1, accepted: 0, updatedAt: 0 }),
    ).toMatchObject({ low: expect.any(Number), high: expect.any(Number) });
  }, 120_000);

  it('lets the adaptive strategy leave out who hardly ever passes', async () => {
    const hopeless: IsRight = (_task, { name }) => name !== 'tiny' && name !== 'small';
    const own = TASKS.filter(({ task }) => task === 'structured_output');
    const { world, outcomes } = await delegate(
      hopeless,
      [...own, ...own, ...own, ...own].map((task) => ({ ...task })),
      'adaptive',
    );
    const firsts = [...outcomes.values()].map(({ attempts }) => attempts[0]?.model);
    expect(firsts.slice(0, 2)).toEqual(['tiny', 'tiny']);
    const late = [...outcomes.values()].slice(-10).map(({ attempts }) => attempts.length);
    expect(Math.max(...late)).toBeLessThanOrEqual(3);
    // Without checks, the bar is cleared by whom the evidence says it of.
    const unchecked = await world.engine.pipeline.plan(
      ask('x', { constraints: { sensitivity: 'normal', task: 'structured_output', complexity: 'simple' } }),
    );
    expect(unchecked.candidates[0]?.deployment.model).toBe('middle');
  }, 120_000);
});
