import { normalizeUsage } from '../../domain/usage.ts';
import { isRecord } from '../../lib/json-value.ts';
import { countAt, dollarsAt, recordAt, textAt, timeAt } from './record-fields.ts';
import type { ReadRecord } from './usage-entry.ts';

/**
 * A line of a session file of Claude Code (`~/.claude/projects/…/SESSION.jsonl`). One answer is written as several lines,
 * one for each block of its content, and each of them repeats the usage so far: the last one of a message counts.
 */
export const readClaudeCodeLine: ReadRecord = (line) => {
  const message = recordAt(line, 'message');
  if (textAt(line, 'type') !== 'assistant' || !isRecord(message['usage'])) return [];
  const model = textAt(message, 'model');
  // Written by the client itself where no model was asked, e.g. after an error of the API.
  if (model === null || model === '<synthetic>') return [];
  const usage = recordAt(message, 'usage');
  const written = recordAt(usage, 'cache_creation');
  const cacheReadTokens = countAt(usage, 'cache_read_input_tokens');
  const cacheWrite1hTokens = countAt(written, 'ephemeral_1h_input_tokens');
  const cacheWrite5mTokens =
    Math.max(
      countAt(usage, 'cache_creation_input_tokens'),
      countAt(written, 'ephemeral_5m_input_tokens') + cacheWrite1hTokens,
    ) - cacheWrite1hTokens;
  const id = textAt(message, 'id');
  return [
    {
      key: id === null ? null : `${id} ${textAt(line, 'requestId') ?? ''}`,
      at: timeAt(line, 'timestamp'),
      model,
      requests: 1,
      usage: normalizeUsage({
        inputTokens: countAt(usage, 'input_tokens') + cacheReadTokens + cacheWrite5mTokens + cacheWrite1hTokens,
        cacheReadTokens,
        cacheWrite5mTokens,
        cacheWrite1hTokens,
        outputTokens: countAt(usage, 'output_tokens'),
      }),
      // Only versions before 1.0.9 write it: what they reckoned at list price.
      cost: dollarsAt(line, 'costUSD'),
      conversation: textAt(line, 'sessionId'),
    },
  ];
};

export function isClaudeCodeLine(line: Readonly<Record<string, unknown>>): boolean {
  const marks = ['sessionId', 'uuid', 'parentUuid', 'isSidechain', 'leafUuid', 'messageId'];
  return typeof line['type'] === 'string' && marks.some((field) => Object.hasOwn(line, field));
}
