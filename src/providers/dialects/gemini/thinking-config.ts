import type { CompletionRequest } from '../../../domain/completion-request.ts';
import type { ModelTraits } from './model-traits.ts';
import type { ThinkingConfig } from './wire.ts';

type Effort = NonNullable<CompletionRequest['reasoning']>['effort'];

/** Tokens for each effort, as Google's own OpenAI dialect translates it. */
const BUDGETS: Readonly<Record<Effort, number>> = { none: 0, minimal: 1_024, low: 1_024, medium: 8_192, high: 24_576 };

/** The least and the most that a model of the 2.5 family may be told to think; 0 switches it off where that is allowed. */
const RANGES: Readonly<Record<ModelTraits['size'], { least: number; most: number; off: boolean }>> = {
  pro: { least: 128, most: 32_768, off: false },
  flash: { least: 1, most: 24_576, off: true },
  'flash-lite': { least: 512, most: 24_576, off: true },
};

/**
 * How much a model is to think; undefined where it is left to the model and nothing of it can be shown. Thoughts are
 * asked for wherever there are some: they are sent as summaries, cost nothing more, and show that the model is at work.
 */
export function toThinkingConfig(
  reasoning: CompletionRequest['reasoning'],
  traits: ModelTraits,
): ThinkingConfig | undefined {
  if (traits.thinking === 'none') return undefined;
  if (!reasoning) return traits.thinksByDefault ? { includeThoughts: true } : undefined;
  const { effort, maxTokens } = reasoning;
  const budget = effort === 'none' ? 0 : (maxTokens ?? BUDGETS[effort]);
  if (traits.thinking === 'budget') {
    const { least, most, off } = RANGES[traits.size];
    const thinkingBudget = budget === 0 && off ? 0 : Math.min(most, Math.max(least, budget));
    return thinkingBudget === 0 ? { thinkingBudget } : { includeThoughts: true, thinkingBudget };
  }
  if (maxTokens !== undefined && effort !== 'none') return { includeThoughts: true, thinkingBudget: maxTokens };
  return { includeThoughts: true, thinkingLevel: levelOf(effort, traits) };
}

/** The nearest level that the model knows; it cannot be told not to think at all. */
function levelOf(effort: Effort, { size, mediumLevel }: ModelTraits): NonNullable<ThinkingConfig['thinkingLevel']> {
  switch (effort) {
    case 'none':
    case 'minimal':
      return size === 'pro' ? 'low' : 'minimal';
    case 'medium':
      return mediumLevel ? 'medium' : 'high';
    case 'low':
    case 'high':
      return effort;
  }
}
