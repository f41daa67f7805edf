import type { CompletionRequest } from '../../../domain/completion-request.ts';
import type { OllamaBody } from './wire.ts';

/**
 * Models that can be told to think. To any other the wish must not be sent: it would be refused. Only what Ollama's own
 * library marks as thinking.
 */
const THINKS =
  /^(.*\/)?(gpt-oss|deepseek-r1|deepseek-v3\.[1-9]|deepseek-v[4-9]|qwen3(?!.*(coder|instruct|embed))|qwq|magistral|glm-4\.[5-9]|glm-[5-9]|kimi-k2-thinking|nemotron-3|gemma4|minimax-m[2-9])/i;

/** Models that think in levels and cannot be kept from it. */
const LEVELS = /gpt-oss/i;

/** How much a model is to think; undefined where nobody said, and where it cannot. */
export function toThink(reasoning: CompletionRequest['reasoning'], model: string): OllamaBody['think'] {
  if (!reasoning || !THINKS.test(model)) return undefined;
  const { effort } = reasoning;
  if (!LEVELS.test(model)) return effort !== 'none';
  return effort === 'none' || effort === 'minimal' ? 'low' : effort;
}
