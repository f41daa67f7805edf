import { describe, expect, it } from 'vitest';
import type { CompletionRequest, Message } from '../../../../src/domain/completion-request.ts';
import { ollamaDialect } from '../../../../src/providers/dialects/ollama/ollama-dialect.ts';
import type { OllamaBody } from '../../../../src/providers/dialects/ollama/wire.ts';
import { providerCall } from '../../../support/provider-call.ts';

const bodyOf = (
  request: Partial<CompletionRequest>,
  upstreamModel = 'qwen3:8b',
  contextWindow = 131_072,
): OllamaBody => {
  const { capabilities } = providerCall().deployment;
  const call = providerCall(request, { upstreamModel, capabilities: { ...capabilities, contextWindow } });
  return JSON.parse(ollamaDialect.encode(call).body);
};
const user = { role: 'user', content: 'Go.' } as const;
const tool = (name: string) => ({ name, parameters: { type: 'object', properties: {} } });
const LOOP: readonly Message[] = [
  { role: 'developer', content: 'Be brief.' },
  user,
  {
    role: 'assistant',
    content: null,
    reasoning: [{ text: 'Hm.' }],
    toolCalls: [
      { id: 'a', name: 'read', arguments: '{"path":"1"}' },
      { id: 'b', name: 'read', arguments: 'oops' },
    ],
  },
  { role: 'tool', toolCallId: 'b', content: 'no such file', isError: true },
  { role: 'tool', toolCallId: 'a', content: 'text' },
];

describe('a request of /api/chat (UPS-01)', () => {
  it('keeps the order of messages, and gives results the names of their tools', () => {
    expect(bodyOf({ messages: LOOP, tools: [tool('read')] })).toMatchObject({
      model: 'qwen3:8b',
      messages: [
        { role: 'system', content: 'Be brief.' },
        { role: 'user', content: 'Go.' },
        {
          role: 'assistant',
          content: '',
          thinking: 'Hm.',
          tool_calls: [
            { id: 'a', function: { index: 0, name: 'read', arguments: { path: '1' } } },
            { id: 'b', function: { index: 1, name: 'read', arguments: { unparsed_arguments: 'oops' } } },
          ],
        },
        { role: 'tool', content: 'Error: no such file', tool_name: 'read', tool_call_id: 'b' },
        { role: 'tool', content: 'text', tool_name: 'read', tool_call_id: 'a' },
      ],
      tools: [{ type: 'function', function: { name: 'read' } }],
      truncate: false,
      shift: false,
      stream: true,
    });
  });

  it('carries images as base64 beside the text, and refuses an address aloud', () => {
    const content = (url: string) =>
      [
        { type: 'text', text: 'See:' },
        { type: 'image', url },
      ] as const;
    const { messages } = bodyOf({ messages: [{ role: 'user', content: content('data:image/png;base64,AA==') }] });
    expect(messages).toEqual([{ role: 'user', content: 'See:', images: ['AA=='] }]);
    expect(() => bodyOf({ messages: [{ role: 'user', content: content('https://example.com/a.png') }] })).toThrow(
      expect.objectContaining({ kind: 'untranslatable', message: expect.stringContaining('data URL') }),
    );
  });

  it('carries sampling, stops and probabilities as options', () => {
    const body = bodyOf({
      temperature: 0.2,
      topP: 0.9,
      topK: 40,
      seed: 7,
      presencePenalty: 0.5,
      frequencyPenalty: -0.5,
      stop: ['A'],
      logprobs: { top: 3 },
    });
    expect(body.options).toEqual({
      num_ctx: 4_096,
      num_predict: 400,
      temperature: 0.2,
      top_p: 0.9,
      top_k: 40,
      seed: 7,
      presence_penalty: 0.5,
      frequency_penalty: -0.5,
      stop: ['A'],
    });
    expect(body).toMatchObject({ logprobs: true, top_logprobs: 3 });
  });

  it('asks for a context that holds prompt and answer, in powers of two, up to the window of the model', () => {
    const sized = (characters: number, window?: number, text = 'a') =>
      bodyOf({ messages: [{ role: 'user', content: text.repeat(characters) }] }, 'qwen3:8b', window).options.num_ctx;
    expect(sized(10)).toBe(4_096);
    expect(sized(3 * 4_096)).toBe(8_192);
    expect(sized(3 * 100_000)).toBe(131_072);
    expect(sized(3 * 100_000, 40_960)).toBe(40_960);
    expect(sized(4_000, 131_072, '漢')).toBe(16_384);
    expect(sized(10, 2_048)).toBe(2_048);
    const { capabilities } = providerCall().deployment;
    const image = { type: 'image', url: `data:image/png;base64,${'A'.repeat(1_000_000)}` } as const;
    const call = providerCall({ messages: [{ role: 'user', content: [image] }] }, { capabilities });
    expect(JSON.parse(ollamaDialect.encode(call).body).options.num_ctx).toBe(4_096);
  });

  it.each<[string, CompletionRequest['reasoning'], unknown]>([
    ['qwen3:8b', { effort: 'high' }, true],
    ['qwen3:8b', { effort: 'none' }, false],
    ['qwen3:8b', undefined, undefined],
    ['gpt-oss:20b', { effort: 'medium' }, 'medium'],
    ['gpt-oss:20b', { effort: 'none' }, 'low'],
    ['deepseek-r1:8b', { effort: 'low' }, true],
    ['qwen3-coder:30b', { effort: 'low' }, undefined],
    ['llama3.2:3b', { effort: 'high' }, undefined],
  ])('lets %s think as %j says', (model, reasoning, think) => {
    expect(bodyOf(reasoning ? { reasoning } : {}, model).think).toEqual(think);
  });

  it('demands a format by grammar, and in words where tools would be kept from being called', () => {
    const responseFormat = { type: 'json_schema', name: 'x', schema: { type: 'object' } } as const;
    expect(bodyOf({ responseFormat }).format).toEqual({ type: 'object' });
    expect(bodyOf({ responseFormat: { type: 'json_object' } }).format).toBe('json');
    const { format, messages } = bodyOf({
      responseFormat,
      tools: [tool('a')],
      messages: [{ role: 'system', content: 'S' }, user],
    });
    expect(format).toBeUndefined();
    expect(messages.map(({ role }) => role)).toEqual(['system', 'system', 'user']);
    expect(messages[1]?.content).toContain('JSON Schema');
  });

  it('chooses tools by what it shows, and in words', () => {
    const tools = [tool('a'), tool('b')];
    const shown = (toolChoice: CompletionRequest['toolChoice']) => {
      const body = bodyOf({ tools, ...(toolChoice === undefined ? {} : { toolChoice }) });
      return [body.tools?.map(({ function: { name } }) => name), body.messages[0]?.role === 'system'];
    };
    expect(shown(undefined)).toEqual([['a', 'b'], false]);
    expect(shown('none')).toEqual([undefined, false]);
    expect(shown('required')).toEqual([['a', 'b'], true]);
    expect(shown({ name: 'b' })).toEqual([['b'], true]);
  });
});
