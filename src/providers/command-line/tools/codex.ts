import { normalizeUsage } from '../../../domain/usage.ts';
import { isRecord, parseJson } from '../../../lib/json-value.ts';
import type { ProviderEvent } from '../../provider.ts';
import { numberAt, recordAt, textAt } from '../../read-json.ts';
import type { OutputReader, Tool } from '../tool.ts';

/**
 * `codex exec`: no approval is ever asked for, the sandbox lets it read and nothing else, no MCP server of the user's
 * configuration is started, nothing of the session is kept. It tells the answer when it is whole.
 */
export const codexTool: Tool = {
  title: 'Codex',
  ownModel: 'codex',
  takesSystem: false,
  firstSign: 'anything',
  prints: 'json',
  login: 'run `codex login`',
  arguments: ({ model, prompt }) => ({
    args: [
      'exec',
      '--json',
      '--sandbox=read-only',
      '--skip-git-repo-check',
      '--ephemeral',
      '--color=never',
      '-c',
      'mcp_servers={}',
      ...(model === null ? [] : [`--model=${model}`]),
      '-',
    ],
    stdin: prompt,
  }),
  createReader: createCodexReader,
};

function createCodexReader(): OutputReader {
  // Messages before the last one are said on the way, such as "I will look at this first".
  let answer = '';
  let error: string | null = null;
  let completed = false;

  const readItem = (item: Record<string, unknown>): readonly ProviderEvent[] => {
    const text = textAt(item, 'text') ?? '';
    if (item['type'] === 'agent_message') answer = text;
    return item['type'] === 'reasoning' && text !== '' ? [{ type: 'reasoning', text: `${text}\n` }] : [];
  };

  return {
    read(value) {
      if (!isRecord(value)) return [];
      switch (value['type']) {
        case 'thread.started':
          return [{ type: 'accepted', generationId: textAt(value, 'thread_id') ?? null, upstreamModel: null }];
        case 'item.completed':
          return readItem(recordAt(value, 'item') ?? {});
        case 'turn.completed':
          completed = true;
          error = null;
          return usageOf(recordAt(value, 'usage') ?? {});
        case 'turn.failed':
          error = wordsOf(textAt(recordAt(value, 'error') ?? {}, 'message') ?? error ?? 'the turn failed');
          completed = false;
          return [];
        case 'error':
          // It may still recover, as after a lost connection; `turn.failed` says when it did not.
          if (!completed) error = wordsOf(textAt(value, 'message') ?? 'error');
          return [];
        default:
          return [];
      }
    },
    get finished() {
      return completed;
    },
    end: () =>
      completed ? { text: answer, error: null, finishReason: 'stop' } : { text: '', error, finishReason: null },
  };
}

/** The API's error is passed on as JSON within the message. */
function wordsOf(message: string): string {
  const document = parseJson(message);
  if (!isRecord(document)) return message;
  const error = recordAt(document, 'error') ?? document;
  return textAt(error, 'message') ?? textAt(error, 'detail') ?? message;
}

function usageOf(usage: Record<string, unknown>): readonly ProviderEvent[] {
  const inputTokens = numberAt(usage, 'input_tokens');
  const outputTokens = numberAt(usage, 'output_tokens');
  if (inputTokens === undefined || outputTokens === undefined) return [];
  return [
    {
      type: 'usage',
      usage: normalizeUsage({
        inputTokens,
        cacheReadTokens: numberAt(usage, 'cached_input_tokens') ?? 0,
        outputTokens,
        reasoningTokens: numberAt(usage, 'reasoning_output_tokens') ?? 0,
      }),
      reportedCost: null,
      raw: usage,
    },
  ];
}
