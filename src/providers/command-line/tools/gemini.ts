import { normalizeUsage } from '../../../domain/usage.ts';
import { isRecord } from '../../../lib/json-value.ts';
import type { ProviderEvent } from '../../provider.ts';
import { numberAt, recordAt, textAt } from '../../read-json.ts';
import { isErrorText, type OutputReader, type Tool } from '../tool.ts';

/**
 * Gemini CLI in headless mode. Where nobody can be asked it runs no tool that changes anything; extensions and MCP servers
 * are left out. A folder that is ours is trusted, since there is nothing in it.
 */
export const geminiTool: Tool = {
  title: 'Gemini CLI',
  ownModel: 'gemini',
  takesSystem: false,
  firstSign: 'content',
  prints: 'json',
  login: 'run `gemini` once and choose how to log in',
  arguments: ({ model, prompt }, { isolated }) => ({
    args: [
      '--output-format=stream-json',
      '--approval-mode=default',
      '--extensions=none',
      '--allowed-mcp-server-names=none',
      ...(model === null ? [] : [`--model=${model}`]),
    ],
    ...(isolated && { env: { GEMINI_CLI_TRUST_WORKSPACE: 'true' } }),
    stdin: prompt,
  }),
  createReader: createGeminiReader,
};

/** Its events (`init`, `message`, `result`), or the one document of `--output-format json`. */
function createGeminiReader(): OutputReader {
  let streamed = false;
  let held = '';
  let error: string | null = null;
  let finished = false;

  const fail = (value: unknown) => {
    if (isRecord(value))
      error = [textAt(value, 'type'), textAt(value, 'message')].filter(Boolean).join(': ') || 'error';
  };
  const readMessage = (value: Record<string, unknown>): readonly ProviderEvent[] => {
    const text = textAt(value, 'content') ?? '';
    if (value['role'] !== 'assistant' || text === '') return [];
    if (value['delta'] !== true) {
      held += text;
      return [];
    }
    streamed = true;
    return [{ type: 'text', text }];
  };
  const readResult = (value: Record<string, unknown>): readonly ProviderEvent[] => {
    if (value['status'] === 'error') fail(value['error'] ?? {});
    finished = true;
    return usageOf(recordAt(value, 'stats') ?? {});
  };
  const readDocument = (value: Record<string, unknown>): readonly ProviderEvent[] => {
    if (value['error'] !== undefined) fail(value['error']);
    else if (typeof value['response'] !== 'string') return [];
    held = textAt(value, 'response') ?? '';
    finished = true;
    return usageOf(recordAt(value, 'stats') ?? {});
  };

  return {
    read(value) {
      if (!isRecord(value)) return [];
      switch (value['type']) {
        case 'init':
          return [
            {
              type: 'accepted',
              generationId: textAt(value, 'session_id') ?? null,
              upstreamModel: textAt(value, 'model') ?? null,
            },
          ];
        case 'message':
          return readMessage(value);
        case 'error':
          if (value['severity'] === 'error') error = textAt(value, 'message') ?? 'error';
          return [];
        case 'result':
          return readResult(value);
        default:
          return readDocument(value);
      }
    },
    get finished() {
      return finished;
    },
    end() {
      const text = streamed ? '' : held;
      const words = error ?? (isErrorText(text) ? text : null);
      return words === null
        ? { text, error: null, finishReason: finished ? 'stop' : null }
        : { text: '', error: words, finishReason: null };
    },
  };
}

/** The stream's sums, or the sums of all models of the document; cached tokens are within the prompt. */
function usageOf(stats: Record<string, unknown>): readonly ProviderEvent[] {
  const rows = Object.values(recordAt(stats, 'models') ?? {}).map((model) =>
    isRecord(model) ? (recordAt(model, 'tokens') ?? model) : {},
  );
  const sum = (...names: readonly string[]) =>
    [stats, ...rows].reduce((total, row, index) => {
      const found = names.map((name) => numberAt(row, name)).find((value) => value !== undefined);
      // Where the stream has its own sums, those of the models are what they were made of.
      return found !== undefined && (index === 0 || numberAt(stats, 'input_tokens') === undefined)
        ? total + found
        : total;
    }, 0);
  const inputTokens = sum('input_tokens', 'prompt');
  const thoughts = sum('thoughts');
  const outputTokens = sum('output_tokens', 'candidates') + thoughts;
  if (inputTokens + outputTokens === 0) return [];
  return [
    {
      type: 'usage',
      usage: normalizeUsage({ inputTokens, cacheReadTokens: sum('cached'), outputTokens, reasoningTokens: thoughts }),
      reportedCost: null,
      raw: stats,
    },
  ];
}
