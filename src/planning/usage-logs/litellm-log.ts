import { normalizeUsage } from '../../domain/usage.ts';
import { countAt, dollarsAt, recordAt, textAt, timeAt } from './record-fields.ts';
import { LineFault, type ReadRecord } from './usage-entry.ts';

/** A row of LiteLLM's spend logs, from its API or its table. Calls that are no completions are left out. */
export const readLiteLlmRecord: ReadRecord = (row) => {
  const callType = textAt(row, 'call_type') ?? '';
  if (/embedding|moderation|image|transcription|speech|rerank/.test(callType)) return [];
  const model = textAt(row, 'model') ?? textAt(row, 'model_group');
  const inputTokens = countAt(row, 'prompt_tokens');
  const outputTokens = countAt(row, 'completion_tokens');
  // Requests that failed before any model was chosen.
  if (model === null && inputTokens + outputTokens === 0) return [];
  if (model === null) throw new LineFault('it names no model');
  const reported = recordAt(recordAt(row, 'metadata'), 'usage_object');
  const details = recordAt(reported, 'prompt_tokens_details');
  return [
    {
      key: textAt(row, 'request_id'),
      at: timeAt(row, 'startTime') ?? timeAt(row, 'start_time'),
      model,
      requests: 1,
      usage: normalizeUsage({
        inputTokens,
        cacheReadTokens: Math.max(countAt(reported, 'cache_read_input_tokens'), countAt(details, 'cached_tokens')),
        cacheWrite5mTokens: countAt(reported, 'cache_creation_input_tokens'),
        outputTokens,
      }),
      cost: dollarsAt(row, 'spend'),
      conversation: textAt(row, 'session_id'),
    },
  ];
};

export function isLiteLlmRecord(fields: readonly string[]): boolean {
  return fields.includes('prompt_tokens') && fields.includes('completion_tokens') && fields.includes('spend');
}
