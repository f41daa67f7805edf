import { nano } from '../../domain/money.ts';
import { normalizeUsage } from '../../domain/usage.ts';
import { isRecord } from '../../lib/json-value.ts';
import { countAt, countOrNull, textAt, timeAt } from './record-fields.ts';
import { LineFault, type ReadRecord } from './usage-entry.ts';

/** A line of `farebox ledger export`: a call with its attempts, each of which was a request of its own. */
export const readFareboxLine: ReadRecord = (line) => {
  const { call, attempts } = line;
  if (line['type'] !== 'call') return [];
  if (!isRecord(call) || !Array.isArray(attempts)) throw new LineFault('it is a call without its attempts');
  return attempts.filter(isRecord).flatMap((attempt) => {
    const model = textAt(attempt, 'model');
    if (model === null) throw new LineFault('an attempt names no model');
    if (attempt['input_tokens'] === null) return [];
    const cost = countOrNull(attempt, 'cost');
    return {
      key: textAt(attempt, 'id'),
      at: timeAt(attempt, 'started_at'),
      model,
      requests: 1,
      usage: normalizeUsage({
        inputTokens: countAt(attempt, 'input_tokens'),
        cacheReadTokens: countAt(attempt, 'cache_read_tokens'),
        cacheWrite5mTokens: countAt(attempt, 'cache_write_5m_tokens'),
        cacheWrite1hTokens: countAt(attempt, 'cache_write_1h_tokens'),
        outputTokens: countAt(attempt, 'output_tokens'),
        reasoningTokens: countAt(attempt, 'reasoning_tokens'),
      }),
      cost: cost === null ? null : nano(cost),
      conversation: textAt(call, 'session_id') ?? textAt(call, 'run_id'),
    };
  });
};
