import { fromUsd } from '../../../domain/money.ts';
import { normalizeUsage } from '../../../domain/usage.ts';
import type { ProviderEvent } from '../../provider.ts';
import { numberAt, recordAt } from '../../read-json.ts';

/**
 * Usage in the words of Anthropic's API, in which cached tokens stand `apart` from the input tokens; others who use its
 * words count them `within`. Null where nothing was counted. `costUsd`: what the tool reckons that the API would charge.
 */
export function readUsage(
  usage: Record<string, unknown>,
  costUsd: unknown,
  cached: 'apart' | 'within',
): ProviderEvent | null {
  const input = numberAt(usage, 'input_tokens');
  const outputTokens = numberAt(usage, 'output_tokens');
  if (input === undefined || outputTokens === undefined || input + outputTokens === 0) return null;
  const cacheReadTokens = numberAt(usage, 'cache_read_input_tokens') ?? 0;
  const written = numberAt(usage, 'cache_creation_input_tokens') ?? 0;
  const cacheWrite1hTokens = numberAt(recordAt(usage, 'cache_creation') ?? {}, 'ephemeral_1h_input_tokens') ?? 0;
  return {
    type: 'usage',
    usage: normalizeUsage({
      inputTokens: cached === 'apart' ? input + cacheReadTokens + written : input,
      cacheReadTokens,
      cacheWrite5mTokens: Math.max(0, written - cacheWrite1hTokens),
      cacheWrite1hTokens,
      outputTokens,
    }),
    reportedCost: typeof costUsd === 'number' && costUsd >= 0 ? fromUsd(costUsd) : null,
    raw: { ...usage, ...(typeof costUsd === 'number' && { total_cost_usd: costUsd }) },
  };
}
