import { normalizeUsage } from '../../../domain/usage.ts';
import { isRecord } from '../../../lib/json-value.ts';
import type { ProviderEvent } from '../../provider.ts';
import { listAt, numberAt, recordAt, textAt } from '../../read-json.ts';
import { isErrorText, type OutputReader, type Tool } from '../tool.ts';

/**
 * Copilot CLI with its prompt on stdin. It can ask nobody, so a tool that needs a permission is refused; the shell, writing
 * and a farebox among its MCP servers are denied by name. It counts premium requests, and tells tokens in some versions.
 */
export const copilotTool: Tool = {
  title: 'Copilot CLI',
  ownModel: 'copilot',
  takesSystem: false,
  firstSign: 'content',
  prints: 'json',
  login: 'run `copilot login`',
  arguments: ({ model, prompt }) => ({
    args: [
      '--output-format=json',
      '--stream=on',
      '--no-ask-user',
      '--no-auto-update',
      '--no-color',
      '--no-custom-instructions',
      '--disable-builtin-mcps',
      '--deny-tool=shell',
      '--deny-tool=write',
      '--deny-tool=farebox',
      ...(model === null ? [] : [`--model=${model}`]),
    ],
    stdin: prompt,
  }),
  createReader: createCopilotReader,
};

function createCopilotReader(): OutputReader {
  /** By message: what has been passed on of it. */
  const streamed = new Set<string>();
  let answer = '';
  let error: string | null = null;
  let finished = false;
  let exitCode = 0;
  let inputTokens = 0;
  let cached = 0;
  let outputTokens = 0;

  const readMessage = (data: Record<string, unknown>): readonly ProviderEvent[] => {
    // A message that calls tools is said on the way to the answer.
    if (!streamed.has(textAt(data, 'messageId') ?? '') && listAt(data, 'toolRequests').length === 0) {
      answer = textAt(data, 'content') ?? answer;
    }
    return [];
  };
  const readers: Readonly<Record<string, (data: Record<string, unknown>) => readonly ProviderEvent[]>> = {
    'assistant.message_delta'(data) {
      const text = textAt(data, 'deltaContent') ?? '';
      if (text === '') return [];
      streamed.add(textAt(data, 'messageId') ?? '');
      return [{ type: 'text', text }];
    },
    'assistant.reasoning_delta': (data) => {
      const text = textAt(data, 'deltaContent') ?? '';
      return text === '' ? [] : [{ type: 'reasoning', text }];
    },
    'assistant.message': readMessage,
    'assistant.usage'(data) {
      inputTokens += numberAt(data, 'inputTokens') ?? 0;
      cached += numberAt(data, 'cacheReadTokens') ?? 0;
      outputTokens += numberAt(data, 'outputTokens') ?? 0;
      return [];
    },
    'session.error'(data) {
      error = textAt(data, 'message') ?? 'error';
      return [];
    },
  };
  const readResult = (value: Record<string, unknown>): readonly ProviderEvent[] => {
    finished = true;
    exitCode = numberAt(value, 'exitCode') ?? 0;
    if (inputTokens + outputTokens === 0) return [];
    const usage = normalizeUsage({ inputTokens, cacheReadTokens: cached, outputTokens });
    return [{ type: 'usage', usage, reportedCost: null, raw: recordAt(value, 'usage') ?? null }];
  };

  return {
    read(value) {
      if (!isRecord(value)) return [];
      const type = textAt(value, 'type') ?? '';
      const data = recordAt(value, 'data') ?? {};
      if (type === 'result') return readResult(value);
      return Object.hasOwn(readers, type) ? (readers[type]?.(data) ?? []) : [];
    },
    get finished() {
      return finished;
    },
    end() {
      const text = streamed.size > 0 ? '' : answer;
      const begun = text !== '' || streamed.size > 0;
      const failed = exitCode !== 0 || (error !== null && !begun) || isErrorText(text);
      if (failed) return { text: '', error: error ?? (text || `exit code ${exitCode}`), finishReason: null };
      return { text, error: null, finishReason: finished ? 'stop' : null };
    },
  };
}
