import type { CompletionRequest } from '../../../domain/completion-request.ts';
import type { ProviderCall } from '../../provider.ts';
import type { ModelTraits } from './model-traits.ts';
import { toThinkingBlocks } from './to-anthropic-blocks.ts';
import type { WireOutputConfig, WireThinking, WireToolChoice } from './wire.ts';

type Reasoning = NonNullable<CompletionRequest['reasoning']>;

export interface ThinkingParams {
  readonly thinking?: WireThinking;
  readonly effort?: NonNullable<WireOutputConfig['effort']>;
}

/** The least budget that the API takes. */
const LEAST_BUDGET = 1_024;
/** The share of the answer's tokens that may be thought, where an effort is all that is said. */
const SHARE: Readonly<Record<Exclude<Reasoning['effort'], 'none'>, number>> = {
  minimal: 0.1,
  low: 0.2,
  medium: 0.5,
  high: 0.8,
};

/**
 * How much the model is asked to think. Effort is a wish, so it gives way to what it cannot stand beside: a forced tool, a
 * prefilled answer, an answer too short for the least budget, a tool loop that was begun without thinking.
 */
export function toThinking(
  call: ProviderCall,
  traits: ModelTraits,
  choice: WireToolChoice | undefined,
): ThinkingParams {
  const { reasoning } = call.request;
  if (!reasoning) return {};
  if (reasoning.effort === 'none') return withoutThinking(traits);
  const isForced = choice?.type === 'any' || choice?.type === 'tool';
  switch (traits.thinking) {
    case 'none':
      return {};
    case 'adaptive': {
      const effort = reasoning.effort === 'minimal' ? 'low' : reasoning.effort;
      // Without `display` newer models send the signature of their thinking, but not a word of it.
      return isForced ? { effort } : { thinking: { type: 'adaptive', display: 'summarized' }, effort };
    }
    case 'budget': {
      const budget = budgetFor(reasoning, call.maxOutputTokens);
      const isPossible = budget !== null && !isForced && !isBegunWithoutThinking(call.request);
      return isPossible ? { thinking: { type: 'enabled', budget_tokens: budget } } : {};
    }
  }
}

function withoutThinking({ withoutThinking: word }: ModelTraits): ThinkingParams {
  switch (word) {
    case 'unasked':
      return {};
    case 'impossible':
      return { effort: 'low' };
    default:
      return { thinking: { type: word } };
  }
}

/** Tokens to think with, so that at least as many are left to answer with as are needed at least to think; null: none. */
function budgetFor({ effort, maxTokens }: Reasoning, maxOutputTokens: number): number | null {
  if (effort === 'none' || maxOutputTokens < 2 * LEAST_BUDGET) return null;
  const wish = maxTokens ?? Math.floor(maxOutputTokens * SHARE[effort]);
  return Math.min(Math.max(wish, LEAST_BUDGET), maxOutputTokens - LEAST_BUDGET);
}

/**
 * Where a budget is set, an answer may not be prefilled, and a turn that has called tools must have begun with thinking.
 */
function isBegunWithoutThinking({ messages }: CompletionRequest): boolean {
  if (messages.at(-1)?.role === 'assistant') return true;
  const last = messages.findLast((message) => message.role === 'assistant');
  if (last?.role !== 'assistant' || !last.toolCalls?.length) return false;
  return toThinkingBlocks(last.reasoning).length === 0;
}
