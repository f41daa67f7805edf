import { describe, expect, it } from 'vitest';
import type { CompletionRequest } from '../../../../src/domain/completion-request.ts';
import { toDeploymentId } from '../../../../src/domain/deployment.ts';
import { createOpenAiDialect } from '../../../../src/providers/dialects/openai/openai-dialect.ts';
import { quirksFor } from '../../../../src/providers/dialects/openai/quirks.ts';
import { toOpenAiBody } from '../../../../src/providers/dialects/openai/to-openai-body.ts';
import { outcomeOf, sessionOf } from '../../../support/dialect-fixture.ts';
import { providerCall } from '../../../support/provider-call.ts';

const at = (name: string) => quirksFor(name, name === 'gpu' ? 'http://10.0.0.5:8000/v1' : 'https://api.example.com/v1');
const body = (name: string, request: Partial<CompletionRequest>, model = 'some-model') =>
  toOpenAiBody(providerCall(request, { provider: name, upstreamModel: model }), at(name)) as unknown as Record<
    string,
    unknown
  >;
const read = (name: string, chunks: readonly object[]) => {
  const bytes = Buffer.from(chunks.map((each) => `data: ${JSON.stringify(each)}\n\n`).join(''));
  const context = { deployment: toDeploymentId(name, 'm'), secrets: [], now: 0 };
  return outcomeOf(createOpenAiDialect(at(name)).read(sessionOf([bytes]), context, providerCall()));
};
const chunk = (delta: object, finish: string | null = null, more: object = {}) => ({
  id: 'gen-1',
  choices: [{ index: 0, delta, finish_reason: finish, ...more }],
});

describe('effort in the dialect of OpenAI', () => {
  it.each([
    ['openai', 'gpt-5', 'none', { reasoning_effort: 'minimal' }],
    ['openai', 'gpt-5.1', 'none', { reasoning_effort: 'none' }],
    ['openai', 'o3', 'minimal', { reasoning_effort: 'low' }],
    ['openai', 'gpt-4o', 'high', {}],
    ['gemini', 'gemini-2.5-flash', 'none', { reasoning_effort: 'none' }],
    ['groq', 'openai/gpt-oss-120b', 'medium', { reasoning_effort: 'medium' }],
    ['groq', 'llama-3.3-70b', 'medium', {}],
    ['deepseek', 'deepseek-reasoner', 'high', {}],
    ['openrouter', 'x/y', 'none', { reasoning: { effort: 'none' } }],
  ] as const)('at %s %s of %s is %j', (name, model, effort, expected) => {
    const { reasoning, reasoning_effort } = body(name, { reasoning: { effort } }, model);
    expect({ ...(reasoning ? { reasoning } : {}), ...(reasoning_effort ? { reasoning_effort } : {}) }).toEqual(
      expected,
    );
  });

  it('of so many tokens is one for OpenRouter', () => {
    expect(body('openrouter', { reasoning: { effort: 'high', maxTokens: 2_000 } })['reasoning']).toEqual({
      max_tokens: 2_000,
    });
  });
});

describe('thinking that is given back in the dialect of OpenAI', () => {
  const reasoning = [
    { text: 'x', signature: 's==' },
    { text: '', redacted: '{"type":"reasoning.encrypted","id":"rs_1","data":"e==","format":"openai-responses-v1"}' },
    { text: 'unsigned' },
  ];
  const messages = [
    { role: 'user', content: 'a' },
    { role: 'assistant', content: 'b', reasoning },
    { role: 'user', content: 'c' },
  ] as const;

  it('goes to OpenRouter as its details, and to nobody else', () => {
    const sent = body('openrouter', { messages }, 'anthropic/claude-sonnet-5')['messages'] as Record<string, unknown>[];
    expect(sent[1]).toEqual({
      role: 'assistant',
      content: 'b',
      reasoning_details: [
        { type: 'reasoning.text', text: 'x', signature: 's==', format: 'anthropic-claude-v1', index: 0 },
        { type: 'reasoning.encrypted', id: 'rs_1', data: 'e==', format: 'openai-responses-v1' },
      ],
    });
    for (const name of ['deepseek', 'openai', 'groq', 'gpu']) {
      expect(JSON.stringify(body(name, { messages }))).not.toMatch(/reasoning_details|reasoning_content|unsigned/);
    }
  });

  it('comes from OpenRouter as it must go back', async () => {
    const detail = { type: 'reasoning.encrypted', id: 'rs_1', data: 'e==' };
    const { answer } = await read('openrouter', [
      chunk({ reasoning_details: [{ type: 'reasoning.text', text: 'th', index: 0 }] }),
      chunk({ reasoning: 'ink', reasoning_details: [{ type: 'reasoning.text', text: 'ink', index: 0 }] }),
      chunk({ reasoning_details: [{ type: 'reasoning.text', signature: 's==', index: 0 }] }),
      chunk({ reasoning_details: [detail] }),
      chunk({ content: 'so' }, 'stop'),
    ]);
    expect(answer.reasoning).toBe('think');
    expect(answer.reasoningParts).toEqual([
      { text: 'think', signature: 's==' },
      { text: '', redacted: JSON.stringify(detail) },
    ]);
  });
});

describe('what else the dialect of OpenAI carries', () => {
  it('asks for log probabilities where they are told, and refuses aloud elsewhere', () => {
    expect(body('gpu', { logprobs: { top: 3 } })).toMatchObject({ logprobs: true, top_logprobs: 3 });
    expect(body('openrouter', { logprobs: { top: 0 } })).not.toHaveProperty('top_logprobs');
    for (const [name, model] of [
      ['groq', 'llama'],
      ['gemini', 'gemini-3'],
      ['openai', 'o3'],
    ] as const) {
      expect(() => body(name, { logprobs: { top: 1 } }, model)).toThrow(/tells no log probabilities/);
    }
  });

  it('reads log probabilities, and what is none is as if it were absent', async () => {
    const told = {
      content: [
        { token: 'Hi', logprob: -0.5, top_logprobs: [{ token: 'Ho', logprob: -2 }, { token: 7 }] },
        { token: 'broken' },
        null,
      ],
    };
    const { answer } = await read('gpu', [chunk({ content: 'Hi' }, 'stop', { logprobs: told })]);
    expect(answer.logprobs).toEqual([{ token: 'Hi', logprob: -0.5, top: [{ token: 'Ho', logprob: -2 }] }]);
  });

  it('sends penalties and top_k where they are taken, and leaves them out elsewhere', () => {
    const request = { topK: 20, presencePenalty: 0.5, frequencyPenalty: -0.5 };
    const taken = (name: string, model?: string) => {
      const { top_k, presence_penalty, frequency_penalty } = body(name, request, model);
      return [top_k, presence_penalty, frequency_penalty];
    };
    expect(taken('gpu')).toEqual([20, 0.5, -0.5]);
    expect(taken('openrouter')).toEqual([20, 0.5, -0.5]);
    expect(taken('openai', 'gpt-4o')).toEqual([undefined, 0.5, -0.5]);
    expect(taken('openai', 'o3')).toEqual([undefined, undefined, undefined]);
    expect(taken('cerebras')).toEqual([undefined, undefined, undefined]);
    expect(taken('stranger')).toEqual([undefined, 0.5, -0.5]);
  });

  it('takes the word of a caller who says how strictly a schema is meant', () => {
    const schema = { type: 'object', additionalProperties: false };
    const strictness = (strict?: boolean) =>
      body('openai', {
        responseFormat: { type: 'json_schema', name: 'a', schema, ...(strict !== undefined && { strict }) },
      });
    expect(strictness()).toMatchObject({ response_format: { json_schema: { strict: true } } });
    expect(strictness(false)).toMatchObject({ response_format: { json_schema: { strict: false } } });
  });

  it('shows the images of tool results right behind them', () => {
    const image = (name: string) => ({ type: 'image', url: `https://example.com/${name}.png` }) as const;
    const { messages } = body('openai', {
      messages: [
        { role: 'user', content: 'look' },
        {
          role: 'assistant',
          content: null,
          toolCalls: [1, 2].map((n) => ({ id: `c${n}`, name: 'see', arguments: '{}' })),
        },
        { role: 'tool', toolCallId: 'c1', content: [{ type: 'text', text: 'one ' }, image('one')] },
        { role: 'tool', toolCallId: 'c2', content: [image('two')] },
        { role: 'user', content: 'well?' },
      ],
    });
    expect((messages as unknown[]).slice(2)).toEqual([
      { role: 'tool', tool_call_id: 'c1', content: 'one [image: see below]' },
      { role: 'tool', tool_call_id: 'c2', content: '[image: see below]' },
      {
        role: 'user',
        content: [
          { type: 'text', text: 'The images of the tool results above, in their order:' },
          { type: 'image_url', image_url: { url: 'https://example.com/one.png' } },
          { type: 'image_url', image_url: { url: 'https://example.com/two.png' } },
        ],
      },
      { role: 'user', content: 'well?' },
    ]);
  });

  it('puts the cache mark of an image on the text before it, which is where OpenRouter takes one', () => {
    const { messages } = body('openrouter', {
      messages: [
        {
          role: 'user',
          content: [
            { type: 'text', text: 'see' },
            { type: 'image', url: 'https://example.com/a.png', cacheControl: { ttl: '1h' } },
          ],
        },
      ],
    });
    expect(messages).toEqual([
      {
        role: 'user',
        content: [
          { type: 'text', text: 'see', cache_control: { type: 'ephemeral', ttl: '1h' } },
          { type: 'image_url', image_url: { url: 'https://example.com/a.png' } },
        ],
      },
    ]);
  });
});
