import { normalizeUsage } from '../../domain/usage.ts';
import { countAt, textAt, timeAt } from './record-fields.ts';
import { LineFault, type ReadRecord } from './usage-entry.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;

/** A row of the usage export of Anthropic's console: the sum of a day (or hour) for a model, a key and a context window. */
export const readAnthropicRow: ReadRecord = (row) => {
  const model = textAt(row, 'model_version') ?? textAt(row, 'model');
  if (model === null) throw new LineFault('it names no model');
  const cacheReadTokens = countAt(row, 'usage_input_tokens_cache_read');
  const cacheWrite5mTokens = countAt(row, 'usage_input_tokens_cache_write_5m');
  const cacheWrite1hTokens = countAt(row, 'usage_input_tokens_cache_write_1h');
  const at = timeAt(row, 'usage_date_utc');
  // A row of a day, or of an hour where its time says one.
  const span = /^\d{4}-\d\d-\d\d$/.test(textAt(row, 'usage_date_utc') ?? '') ? DAY_MS : HOUR_MS;
  return [
    {
      key: null,
      at,
      ...(at !== null && { until: at + span }),
      model,
      requests: null,
      usage: normalizeUsage({
        inputTokens:
          countAt(row, 'usage_input_tokens_no_cache') + cacheReadTokens + cacheWrite5mTokens + cacheWrite1hTokens,
        cacheReadTokens,
        cacheWrite5mTokens,
        cacheWrite1hTokens,
        outputTokens: countAt(row, 'usage_output_tokens'),
      }),
      cost: null,
      conversation: null,
    },
  ];
};

export function isAnthropicHeader(columns: readonly string[]): boolean {
  return columns.includes('usage_input_tokens_no_cache') && columns.includes('usage_output_tokens');
}
