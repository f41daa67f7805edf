import type { CompletionRequest } from '../../../domain/completion-request.ts';
import type { Quirks } from './quirks.ts';

type Effort = NonNullable<CompletionRequest['reasoning']>['effort'];

export type OpenRouterReasoning = { effort: Effort } | { max_tokens: number };

/** How much the model is asked to think: a wish, so that models which do not take it are asked without. */
export function reasoningParams(
  { reasoning }: CompletionRequest,
  { effort: taken }: Quirks,
  model: string,
): { reasoning?: OpenRouterReasoning; reasoning_effort?: Effort } {
  if (!reasoning) return {};
  const { effort, maxTokens } = reasoning;
  if (taken === 'reasoning') {
    return { reasoning: maxTokens !== undefined && effort !== 'none' ? { max_tokens: maxTokens } : { effort } };
  }
  return taken.test(model) ? { reasoning_effort: nearestEffort(model, effort) } : {};
}

/** The least efforts differ from model to model; the nearest that one takes stands for them. */
function nearestEffort(model: string, effort: Effort): Effort {
  if (effort !== 'none' && effort !== 'minimal') return effort;
  if (/gpt-5\.\d/.test(model)) return effort === 'none' ? 'none' : 'low';
  if (/gpt-5/.test(model)) return 'minimal';
  if (/gemini/.test(model)) return effort === 'none' && /flash/.test(model) ? 'none' : 'minimal';
  return 'low';
}
