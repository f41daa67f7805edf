import { normalizeUsage } from '../../domain/usage.ts';
import { countAt, countOrNull, textAt, timeAt } from './record-fields.ts';
import type { ReadRecord } from './usage-entry.ts';

/** A row of OpenAI's export of completions usage: the sum of a minute, hour or day. Cached tokens are part of the input. */
export const readOpenAiRow: ReadRecord = (row) => {
  const model = textAt(row, 'model');
  // Exports that are not grouped by model, and time buckets in which nothing happened.
  if (model === null) return [];
  const until = timeAt(row, 'end_time') ?? timeAt(row, 'end_time_iso');
  return [
    {
      key: null,
      at: timeAt(row, 'start_time') ?? timeAt(row, 'start_time_iso'),
      ...(until !== null && { until }),
      model,
      requests: countOrNull(row, 'num_model_requests'),
      usage: normalizeUsage({
        inputTokens: countAt(row, 'input_tokens'),
        cacheReadTokens: countAt(row, 'input_cached_tokens'),
        outputTokens: countAt(row, 'output_tokens'),
      }),
      cost: null,
      conversation: null,
    },
  ];
};

export function isOpenAiHeader(columns: readonly string[]): boolean {
  return columns.includes('num_model_requests') && columns.includes('input_tokens') && columns.includes('model');
}
