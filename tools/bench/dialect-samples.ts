import type { ProviderKind } from '../../src/config/config.ts';

/** A dialect to be measured: which provider speaks it, and how it writes a streamed answer. A new dialect adds a row. */
export interface DialectSample {
  readonly kind: ProviderKind;
  readonly baseUrl: string;
  readonly model: string;
  /** The wire events of an answer of these pieces of text and this many tool calls, first to last. */
  answer(pieces: readonly string[], calls: number): readonly string[];
}

const sse = (data: unknown, name?: string) => `${name ? `event: ${name}\n` : ''}data: ${JSON.stringify(data)}\n\n`;
const times = <T>(count: number, make: (i: number) => T): readonly T[] =>
  Array.from({ length: count }, (_, i) => make(i));
const ARGUMENTS = { path: 'src/pipeline/pipeline.ts', limit: 200 };

export const DIALECT_SAMPLES: readonly DialectSample[] = [
  {
    kind: 'openai-compatible',
    baseUrl: 'https://openrouter.ai/api/v1',
    model: 'deepseek/deepseek-chat',
    answer(pieces, calls) {
      const chunk = (delta: object, finish: string | null = null) =>
        sse({
          id: 'gen-1',
          object: 'chat.completion.chunk',
          created: 1,
          model: 'm',
          choices: [{ index: 0, delta, finish_reason: finish }],
        });
      const call = (index: number) => ({
        tool_calls: [
          {
            index,
            id: `c${index}`,
            type: 'function',
            function: { name: `tool_${index}`, arguments: JSON.stringify(ARGUMENTS) },
          },
        ],
      });
      return [
        ...pieces.map((content) => chunk({ content })),
        ...times(calls, (i) => chunk(call(i))),
        chunk({}, calls > 0 ? 'tool_calls' : 'stop'),
        sse({ id: 'gen-1', choices: [], usage: { prompt_tokens: 10, completion_tokens: 20, total_tokens: 30 } }),
        'data: [DONE]\n\n',
      ];
    },
  },
  {
    kind: 'anthropic',
    baseUrl: 'https://api.anthropic.com/v1',
    model: 'claude-sonnet-5',
    answer(pieces, calls) {
      const event = (data: { type: string } & Record<string, unknown>) => sse(data, data.type);
      const start = (index: number, block: object) =>
        event({ type: 'content_block_start', index, content_block: block });
      const delta = (index: number, piece: object) => event({ type: 'content_block_delta', index, delta: piece });
      const stop = (index: number) => event({ type: 'content_block_stop', index });
      const usage = { input_tokens: 10, output_tokens: 20 };
      return [
        event({ type: 'message_start', message: { id: 'msg_1', model: 'm', usage } }),
        start(0, { type: 'text', text: '' }),
        ...pieces.map((text) => delta(0, { type: 'text_delta', text })),
        stop(0),
        ...times(calls, (i) => [
          start(i + 1, { type: 'tool_use', id: `toolu_${i}`, name: `tool_${i}`, input: {} }),
          delta(i + 1, { type: 'input_json_delta', partial_json: JSON.stringify(ARGUMENTS) }),
          stop(i + 1),
        ]).flat(),
        event({ type: 'message_delta', delta: { stop_reason: calls > 0 ? 'tool_use' : 'end_turn' }, usage }),
        event({ type: 'message_stop' }),
      ];
    },
  },
  {
    kind: 'gemini',
    baseUrl: 'https://generativelanguage.googleapis.com/v1beta',
    model: 'gemini-3-flash',
    answer(pieces, calls) {
      const chunk = (parts: readonly object[], more: object = {}) =>
        sse({
          candidates: [{ content: { parts, role: 'model' }, index: 0, ...more }],
          modelVersion: 'm',
          responseId: 'r1',
        });
      const usageMetadata = { promptTokenCount: 10, candidatesTokenCount: 20, totalTokenCount: 30 };
      return [
        ...pieces.map((text) => chunk([{ text }])),
        ...times(calls, (i) => chunk([{ functionCall: { name: `tool_${i}`, args: ARGUMENTS } }])),
        sse({
          candidates: [{ content: { parts: [{ text: '' }], role: 'model' }, finishReason: 'STOP', index: 0 }],
          usageMetadata,
        }),
      ];
    },
  },
  {
    kind: 'ollama',
    baseUrl: 'http://127.0.0.1:11434',
    model: 'llama3.1',
    answer(pieces, calls) {
      const line = (message: object, more: object = {}) =>
        `${JSON.stringify({ model: 'm', created_at: '2026-01-01T00:00:00Z', message: { role: 'assistant', content: '', ...message }, done: false, ...more })}\n`;
      return [
        ...pieces.map((content) => line({ content })),
        ...times(calls, (i) => line({ tool_calls: [{ function: { name: `tool_${i}`, arguments: ARGUMENTS } }] })),
        line({}, { done: true, done_reason: 'stop', prompt_eval_count: 10, eval_count: 20 }),
      ];
    },
  },
];
