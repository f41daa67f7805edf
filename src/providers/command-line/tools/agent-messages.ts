import { isRecord } from '../../../lib/json-value.ts';
import type { ProviderEvent } from '../../provider.ts';
import { listAt, numberAt, recordAt, textAt } from '../../read-json.ts';
import { isErrorText, type OutputReader } from '../tool.ts';
import { readUsage } from './read-usage.ts';

/**
 * Reads the messages of Claude Code and of Qwen Code, which took them over: `system`, `stream_event` (the API's own
 * events), `assistant`, `result`. Text is passed on as it streams; a message that comes whole is held until the result
 * says that it is no error, since both tools pass errors as messages of the assistant. `cached`: see `readUsage`.
 */
export function createAgentMessageReader(cached: 'apart' | 'within'): OutputReader {
  let streamed = false;
  let held = '';
  let result: Record<string, unknown> | null = null;
  let stopReason: string | null = null;
  let accepted = false;
  let retryAt: number | undefined;

  const readStreamEvent = (event: Record<string, unknown>): readonly ProviderEvent[] => {
    const delta = recordAt(event, 'delta') ?? {};
    stopReason = textAt(delta, 'stop_reason') ?? stopReason;
    if (event['type'] !== 'content_block_delta') return [];
    const text = delta['type'] === 'text_delta' ? textAt(delta, 'text') : undefined;
    if (text !== undefined) {
      streamed = true;
      return [{ type: 'text', text }];
    }
    const thinking = delta['type'] === 'thinking_delta' ? textAt(delta, 'thinking') : undefined;
    return thinking === undefined ? [] : [{ type: 'reasoning', text: thinking }];
  };
  const accept = (generationId: string | undefined, model: string | undefined): readonly ProviderEvent[] => {
    if (accepted) return [];
    accepted = true;
    return [{ type: 'accepted', generationId: generationId ?? null, upstreamModel: model ?? null }];
  };
  const readers: Readonly<Record<string, (value: Record<string, unknown>) => readonly ProviderEvent[]>> = {
    stream_event(value) {
      const event = recordAt(value, 'event') ?? {};
      const message = recordAt(event, 'message') ?? {};
      // What a sub-agent writes is none of the answer.
      if (textAt(value, 'parent_tool_use_id') !== undefined) return [];
      return [...accept(textAt(message, 'id'), textAt(message, 'model')), ...readStreamEvent(event)];
    },
    assistant(value) {
      const message = recordAt(value, 'message') ?? {};
      if (textAt(value, 'parent_tool_use_id') !== undefined) return [];
      stopReason = textAt(message, 'stop_reason') ?? stopReason;
      for (const block of listAt(message, 'content')) {
        if (isRecord(block) && block['type'] === 'text') held += textAt(block, 'text') ?? '';
      }
      return [];
    },
    rate_limit_event(value) {
      const info = recordAt(value, 'rate_limit_info') ?? {};
      const resetsAt = numberAt(info, 'resetsAt');
      if (info['status'] === 'rejected' && resetsAt !== undefined) retryAt = resetsAt * 1_000;
      return [];
    },
    result(value) {
      result = value;
      const usage = readUsage(recordAt(value, 'usage') ?? {}, value['total_cost_usd'], cached);
      const failed = isFailed(value);
      return failed || !usage ? [] : [...accept(textAt(value, 'session_id'), undefined), usage];
    },
  };

  return {
    read(value) {
      if (!isRecord(value)) return [];
      const type = textAt(value, 'type') ?? '';
      return Object.hasOwn(readers, type) ? (readers[type]?.(value) ?? []) : [];
    },
    get finished() {
      return result !== null;
    },
    end() {
      const limit = retryAt === undefined ? {} : { retryAt };
      if (result === null) return { text: '', error: isErrorText(held) ? held : null, finishReason: null, ...limit };
      const answer = textAt(result, 'result') ?? held;
      const failed = isFailed(result) || (!streamed && isErrorText(answer));
      if (failed) return { text: '', error: wordsOf(result) || answer || 'error', finishReason: null, ...limit };
      return {
        text: streamed ? '' : answer,
        error: null,
        finishReason: textAt(result, 'stop_reason') ?? stopReason ?? 'stop',
      };
    },
  };
}

/** Some versions say so in the subtype only. */
function isFailed(result: Record<string, unknown>): boolean {
  return result['is_error'] === true || (textAt(result, 'subtype') ?? '').startsWith('error');
}

/** What a result that is an error says: its text, the errors that it lists, or its kind. */
function wordsOf(result: Record<string, unknown>): string {
  const errors = listAt(result, 'errors').filter((error) => typeof error === 'string');
  const error = result['error'];
  const message = isRecord(error) ? textAt(error, 'message') : typeof error === 'string' ? error : undefined;
  return [textAt(result, 'result'), message, ...errors].filter(Boolean).join(': ') || (textAt(result, 'subtype') ?? '');
}
