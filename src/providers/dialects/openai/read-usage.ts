import { fromUsd, type NanoUsd } from '../../../domain/money.ts';
import { normalizeUsage, type TokenUsage } from '../../../domain/usage.ts';
import { isRecord } from '../../../lib/json-value.ts';
import { numberAt, recordAt } from '../../read-json.ts';
import type { Quirks } from './quirks.ts';

export interface ReadUsage {
  readonly usage: TokenUsage;
  /** What the provider says it charged, all included; null where it does not say. */
  readonly reportedCost: NanoUsd | null;
}

/**
 * Usage from any dialect of a provider's usage object; null where there is none, or where it has no tokens at all, which
 * no real answer has. Dialects: OpenAI (cached inside `prompt_tokens`), DeepSeek (`prompt_cache_hit_tokens`, inside),
 * Anthropic (`cache_*_input_tokens` beside `input_tokens`), OpenAI Responses (`input_tokens_details`, inside), Gemini
 * (reasoning only in the total), OpenRouter (`cost`).
 */
export function readUsage(raw: unknown, quirks: Quirks): ReadUsage | null {
  if (!isRecord(raw)) return null;
  const prompt = numberAt(raw, 'prompt_tokens') ?? numberAt(raw, 'input_tokens');
  const completion = numberAt(raw, 'completion_tokens') ?? numberAt(raw, 'output_tokens');
  if (!prompt && !completion) return null;
  const cache = readCache(raw);
  const cached = cache.read + cache.write5m + cache.write1h;
  const total = numberAt(raw, 'total_tokens') ?? 0;
  const cachedBeside = countsBeside(raw, prompt ?? 0, cached, completion ?? 0, total);
  const inputTokens = (prompt ?? 0) + (cachedBeside ? cached : 0);
  const reasoning = readReasoning(raw);
  const beside = reasoningBeside(total - inputTokens - (completion ?? 0), reasoning, quirks);
  return {
    usage: normalizeUsage({
      inputTokens,
      cacheReadTokens: cache.read,
      cacheWrite5mTokens: cache.write5m,
      cacheWrite1hTokens: cache.write1h,
      outputTokens: (completion ?? 0) + beside,
      reasoningTokens: Math.max(reasoning, beside),
      // Where cached tokens stand beside the input, nobody knows whether the total has them.
      ...(!cachedBeside && { totalTokens: total }),
    }),
    reportedCost: quirks.reportsCost ? readCost(raw) : null,
  };
}

function readCache(raw: Record<string, unknown>) {
  const details = recordAt(raw, 'prompt_tokens_details') ?? recordAt(raw, 'input_tokens_details') ?? {};
  const read =
    numberAt(details, 'cached_tokens') ??
    numberAt(raw, 'prompt_cache_hit_tokens') ??
    numberAt(raw, 'cache_read_input_tokens') ??
    numberAt(raw, 'cached_tokens') ??
    0;
  const written = numberAt(raw, 'cache_creation_input_tokens') ?? numberAt(details, 'cache_write_tokens') ?? 0;
  const creation = recordAt(raw, 'cache_creation') ?? {};
  const write1h = numberAt(creation, 'ephemeral_1h_input_tokens') ?? 0;
  // What the breakdown does not name was written for five minutes, which is the default.
  const write5m = Math.max(numberAt(creation, 'ephemeral_5m_input_tokens') ?? 0, written - write1h);
  return { read, write5m, write1h };
}

/**
 * Whether cached tokens stand beside the input figure. They do in Anthropic's shape, and where the figures show it: more
 * cached than input, or a total that adds up only with them.
 */
function countsBeside(
  raw: Record<string, unknown>,
  prompt: number,
  cached: number,
  completion: number,
  total: number,
): boolean {
  if (cached === 0) return false;
  const anthropicShape = numberAt(raw, 'prompt_tokens') === undefined && !recordAt(raw, 'input_tokens_details');
  return anthropicShape || cached > prompt || total === prompt + cached + completion;
}

function readReasoning(raw: Record<string, unknown>): number {
  const details = recordAt(raw, 'completion_tokens_details') ?? recordAt(raw, 'output_tokens_details') ?? {};
  return numberAt(details, 'reasoning_tokens') ?? numberAt(raw, 'reasoning_tokens') ?? 0;
}

/** Reasoning that only the total contains: where the provider is known for it, or where it fills the gap exactly. */
function reasoningBeside(gap: number, reasoning: number, quirks: Quirks): number {
  return gap > 0 && (quirks.reasoningBesideOutput || gap === reasoning) ? gap : 0;
}

/**
 * OpenRouter's `cost` in dollars. With the user's own key at the upstream it is only OpenRouter's fee, and the upstream's
 * bill comes beside it; where that is not told, the cost is not known.
 */
function readCost(raw: Record<string, unknown>): NanoUsd | null {
  const cost = numberAt(raw, 'cost');
  if (cost === undefined) return null;
  const upstream = numberAt(recordAt(raw, 'cost_details') ?? {}, 'upstream_inference_cost');
  if (raw['is_byok'] === true && upstream === undefined) return null;
  const usd = raw['is_byok'] === true ? cost + (upstream ?? 0) : cost;
  return usd >= 0 && usd < 1_000_000 ? fromUsd(usd) : null;
}
