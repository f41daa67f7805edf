import type { CompletionRequest } from '../domain/completion-request.ts';
import { COMPLEXITIES, type Complexity, type Needs, TASK_TYPES, type TaskType } from '../domain/task.ts';
import {
  BASE_COMPLEXITY,
  COMPLEXITY_CUES,
  COMPLEXITY_SCORE,
  COMPLEXITY_STEPS,
} from './classification/complexity-cues.ts';
import { type HumanAsk, lastHumanAsk } from './classification/human-ask.ts';
import { type AskFeatures, createAskReader, FEATURES } from './classification/read-ask.ts';
import { LEAST_SCORE, TASK_RULES } from './classification/task-rules.ts';
import type { Classifier } from './classifier.ts';
import { estimateTokens } from './token-bounds.ts';

interface CompiledRule {
  readonly task: number;
  readonly all: readonly number[];
  readonly none: readonly number[];
  readonly weight: number;
}

/**
 * A classifier by rules over words and the shape of the last human ask: tables of weighted signs, no model, no network.
 * Task and complexity that the caller gives are taken as they are; a task that nobody knows counts as `general`.
 */
export function createRuleClassifier(): Classifier {
  const readAsk = createAskReader();
  const compiled = TASK_RULES.map(compileRule);
  return {
    name: 'rules-1',
    classify(request) {
      const ask = lastHumanAsk(request);
      const features = readAsk(ask, request);
      const reasons = askReasons(ask);
      const task = givenTask(request, reasons) ?? inferTask(features, ask, compiled, reasons);
      const { complexity, score } = givenComplexity(request, reasons) ?? inferComplexity(features, task, reasons);
      return {
        task,
        complexity,
        complexityScore: score,
        complexityLevel: 1 + Math.round(score * 9),
        source: {
          task: request.constraints.task === undefined ? 'inferred' : 'given',
          complexity: request.constraints.complexity === undefined ? 'inferred' : 'given',
        },
        needs: needsOf(request),
        reasons,
      };
    },
  };
}

/** What a request needs of a model, whatever its task is. */
export function needsOf(request: CompletionRequest): Needs {
  return {
    tools: request.tools !== undefined && request.tools.length > 0,
    json: request.responseFormat !== undefined,
    vision: request.messages.some(
      (message) => Array.isArray(message.content) && message.content.some((part) => part.type === 'image'),
    ),
    inputTokens: estimateTokens(request),
  };
}

function compileRule(rule: (typeof TASK_RULES)[number]): CompiledRule {
  const index = (name: string) => FEATURES.indexOf(name);
  return {
    task: TASK_TYPES.indexOf(rule.task),
    all: rule.all.map(index),
    none: (rule.none ?? []).map(index),
    weight: rule.weight,
  };
}

function askReasons(ask: HumanAsk): string[] {
  const reasons: string[] = [];
  if (ask.stripped) reasons.push('harness text left out');
  if (ask.earlier) reasons.push('the last turn has no human words, so an earlier one counts');
  return reasons;
}

function givenTask(request: CompletionRequest, reasons: string[]): TaskType | undefined {
  const { task } = request.constraints;
  if (task === undefined) return undefined;
  if (TASK_TYPES.includes(task)) return task;
  reasons.push('the given task is unknown, so it counts as general');
  return 'general';
}

function inferTask(
  features: AskFeatures,
  ask: HumanAsk,
  compiled: readonly CompiledRule[],
  reasons: string[],
): TaskType {
  if (ask.text === '') {
    reasons.push('no human words to judge by');
    return 'fallback';
  }
  const scores = new Float64Array(TASK_TYPES.length);
  for (const rule of compiled) {
    scores[rule.task] = (scores[rule.task] ?? 0) + rule.weight * strengthOf(rule, features.strengths);
  }
  const best = indexOfGreatest(scores, compiled);
  if (best < 0 || (scores[best] ?? 0) < LEAST_SCORE) {
    reasons.push('no clear sign of a task');
    return 'general';
  }
  for (const sign of signsFor(best, compiled, features.strengths)) reasons.push(`sign: ${sign}`);
  return TASK_TYPES[best] ?? 'general';
}

/** The weakest of the features that a rule asks for; 0 where one is absent or a forbidden one is there. */
function strengthOf(rule: CompiledRule, strengths: Float64Array): number {
  let weakest = 2;
  for (const feature of rule.all) {
    const strength = strengths[feature] ?? 0;
    if (strength === 0) return 0;
    if (strength < weakest) weakest = strength;
  }
  for (const feature of rule.none) if (strengths[feature]) return 0;
  return weakest;
}

/** The task with the greatest score; on a tie the one whose rules stand first. */
function indexOfGreatest(scores: Float64Array, compiled: readonly CompiledRule[]): number {
  let best = -1;
  for (const { task } of compiled) {
    if (best < 0 || (scores[task] ?? 0) > (scores[best] ?? 0)) best = task;
  }
  return best;
}

/** The features that spoke most for a task, at most three. */
function signsFor(task: number, compiled: readonly CompiledRule[], strengths: Float64Array): readonly string[] {
  return compiled
    .filter((rule) => rule.task === task && rule.weight > 0 && strengthOf(rule, strengths) > 0)
    .sort((a, b) => b.weight - a.weight)
    .slice(0, 3)
    .map((rule) => rule.all.map((feature) => FEATURES[feature]).join(' + '));
}

function givenComplexity(
  request: CompletionRequest,
  reasons: string[],
): { readonly complexity: Complexity; readonly score: number } | undefined {
  const { complexity } = request.constraints;
  if (complexity === undefined) return undefined;
  if (COMPLEXITIES.includes(complexity)) return { complexity, score: COMPLEXITY_SCORE[complexity] };
  reasons.push('the given complexity is unknown, so it was inferred');
  return undefined;
}

function inferComplexity(
  features: AskFeatures,
  task: TaskType,
  reasons: string[],
): { readonly complexity: Complexity; readonly score: number } {
  let score = BASE_COMPLEXITY[task];
  for (const index of features.complexityCues) {
    const cue = COMPLEXITY_CUES[index];
    if (!cue) continue;
    score += cue.adds;
    reasons.push(`${cue.name} (${cue.adds > 0 ? '+' : ''}${cue.adds})`);
  }
  score += sizeScore(features, task);
  const clipped = Math.min(1, Math.max(0, Math.round(score * 1000) / 1000));
  return { complexity: stepOf(clipped), score: clipped };
}

/** Work on code that few words can ask for in full: "Write quicksort in Python". */
const TERSE_TASKS: ReadonlySet<TaskType> = new Set([
  'code_generation',
  'coding',
  'refactoring',
  'testing',
  'reasoning',
]);

/** What the length of the ask, of its lists and of its code adds: nothing for a line, at most about 0.4. */
function sizeScore({ wordCount, shape }: AskFeatures, task: TaskType): number {
  const fewWords = TERSE_TASKS.has(task) ? 0 : -0.06;
  const words = wordCount < 8 ? fewWords : Math.min(0.16, Math.log2(wordCount / 8) * 0.035);
  const items = Math.min(0.12, shape.listItems * 0.02);
  const code = Math.min(0.12, Math.log2(1 + shape.codeLines + shape.diffLines + shape.traceLines) * 0.02);
  return words + items + code;
}

function stepOf(score: number): Complexity {
  let reached: Complexity = 'simple';
  for (const [complexity, from] of COMPLEXITY_STEPS) if (score >= from) reached = complexity;
  return reached;
}
