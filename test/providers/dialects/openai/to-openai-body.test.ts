import { describe, expect, it } from 'vitest';
import { quirksFor } from '../../../../src/providers/dialects/openai/quirks.ts';
import { toOpenAiBody } from '../../../../src/providers/dialects/openai/to-openai-body.ts';
import { toJson } from '../../../../src/providers/to-json.ts';
import { providerCall } from '../../../support/provider-call.ts';

const plain = quirksFor('custom', 'http://127.0.0.1/v1');
const openrouter = quirksFor('openrouter', 'http://127.0.0.1/v1');
const schema = { type: 'object', properties: { a: { const: 1 } }, required: ['a'], additionalProperties: false };

describe('a request in the dialect of OpenAI (UPS-01)', () => {
  it('has the upstream model, the messages, the cap and a stream with usage', () => {
    expect(toOpenAiBody(providerCall({}, { upstreamModel: 'up/stream' }), plain)).toEqual({
      model: 'up/stream',
      messages: [{ role: 'user', content: 'Say hello.' }],
      max_tokens: 400,
      stream: true,
      stream_options: { include_usage: true },
    });
  });

  it('asks OpenRouter what the request cost, and knows it by its host too', () => {
    expect(toOpenAiBody(providerCall(), openrouter)).toMatchObject({ usage: { include: true } });
    expect(quirksFor('mine', 'https://openrouter.ai/api/v1')).toEqual(openrouter);
  });

  it('carries tools, tool calls and their results through (UPS-04)', () => {
    const body = toOpenAiBody(
      providerCall({
        messages: [
          { role: 'user', content: 'weather?' },
          {
            role: 'assistant',
            content: null,
            toolCalls: [{ id: 'c1', name: 'weather', arguments: '{"city":"Rome"}' }],
          },
          {
            role: 'tool',
            toolCallId: 'c1',
            content: [
              { type: 'text', text: '20 ' },
              { type: 'text', text: 'degrees' },
            ],
          },
        ],
        tools: [{ name: 'weather', description: 'd', parameters: schema, strict: true }],
        toolChoice: { name: 'weather' },
        parallelToolCalls: false,
      }),
      plain,
    );
    expect(body).toMatchObject({
      messages: [
        { role: 'user', content: 'weather?' },
        {
          role: 'assistant',
          content: null,
          tool_calls: [{ id: 'c1', type: 'function', function: { name: 'weather', arguments: '{"city":"Rome"}' } }],
        },
        { role: 'tool', tool_call_id: 'c1', content: '20 degrees' },
      ],
      tools: [{ type: 'function', function: { name: 'weather', description: 'd', parameters: schema, strict: true } }],
      tool_choice: { type: 'function', function: { name: 'weather' } },
      parallel_tool_calls: false,
    });
  });

  it('keeps cache marks with position and lifetime where they are taken, and drops them elsewhere', () => {
    const call = providerCall({
      messages: [
        {
          role: 'system',
          content: [
            { type: 'text', text: 'long', cacheControl: { ttl: '1h' } },
            { type: 'text', text: ' short', cacheControl: { ttl: '5m' } },
          ],
        },
      ],
    });
    expect(toOpenAiBody(call, openrouter).messages[0]?.content).toEqual([
      { type: 'text', text: 'long', cache_control: { type: 'ephemeral', ttl: '1h' } },
      { type: 'text', text: ' short', cache_control: { type: 'ephemeral' } },
    ]);
    expect(toOpenAiBody(call, plain).messages[0]?.content).toBe('long short');
  });

  it('keeps marks in messages of every role and on tools, but on no empty text', () => {
    const marked = (text: string) => [{ type: 'text', text, cacheControl: { ttl: '1h' } }] as const;
    const call = providerCall({
      messages: [
        { role: 'system', content: marked('s') },
        { role: 'user', content: marked('u') },
        { role: 'assistant', content: marked('a'), toolCalls: [{ id: 'c', name: 'read', arguments: '{}' }] },
        { role: 'tool', toolCallId: 'c', content: marked('t') },
        { role: 'user', content: marked('') },
      ],
      tools: [
        { name: 'read', parameters: schema },
        { name: 'write', parameters: schema, cacheControl: { ttl: '5m' } },
      ],
    });
    const wire = (text: string) => [{ type: 'text', text, cache_control: { type: 'ephemeral', ttl: '1h' } }];
    const { messages, tools } = toOpenAiBody(call, openrouter);
    expect(messages.map(({ content }) => content)).toEqual([
      wire('s'),
      wire('u'),
      wire('a'),
      wire('t'),
      [{ type: 'text', text: '' }],
    ]);
    expect(tools).toEqual([
      { type: 'function', function: { name: 'read', parameters: schema } },
      { type: 'function', function: { name: 'write', parameters: schema }, cache_control: { type: 'ephemeral' } },
    ]);
    expect(JSON.stringify(toOpenAiBody(call, plain))).not.toContain('cache_control');
    const anthropic = toOpenAiBody(call, quirksFor('anthropic', 'https://api.anthropic.com/v1'));
    expect(JSON.stringify(anthropic)).not.toContain('cache_control');
  });

  it('sends images as parts', () => {
    const url = 'data:image/png;base64,AAAA';
    const call = providerCall({
      messages: [
        {
          role: 'user',
          content: [
            { type: 'text', text: 'see' },
            { type: 'image', url, detail: 'low' },
          ],
        },
      ],
    });
    expect(toOpenAiBody(call, plain).messages[0]?.content).toEqual([
      { type: 'text', text: 'see' },
      { type: 'image_url', image_url: { url, detail: 'low' } },
    ]);
  });

  it('demands a schema as the provider takes it: as a parameter, as JSON mode with words, or in words only (UPS-06)', () => {
    const call = providerCall({
      messages: [
        { role: 'system', content: 'Be brief.' },
        { role: 'user', content: 'Give a.' },
      ],
      responseFormat: { type: 'json_schema', name: 'answer', schema },
    });
    expect(toOpenAiBody(call, plain)).toMatchObject({
      messages: [{ role: 'system' }, { role: 'user' }],
      response_format: { type: 'json_schema', json_schema: { name: 'answer', schema, strict: true } },
    });
    const deepseek = toOpenAiBody(call, quirksFor('deepseek', 'http://x/v1'));
    expect(deepseek.response_format).toEqual({ type: 'json_object' });
    expect(deepseek.messages.map(({ role }) => role)).toEqual(['system', 'system', 'user']);
    expect(deepseek.messages[1]?.content).toContain(JSON.stringify(schema));
    const anthropic = toOpenAiBody(call, quirksFor('anthropic', 'http://x/v1'));
    expect(anthropic.response_format).toBeUndefined();
    expect(anthropic.messages[1]?.content).toContain(JSON.stringify(schema));
  });

  it('leaves out what a provider or model refuses', () => {
    const request = { temperature: 0.2, topP: 0.5, seed: 7, stop: ['END'] };
    expect(toOpenAiBody(providerCall(request), plain)).toMatchObject({
      temperature: 0.2,
      top_p: 0.5,
      seed: 7,
      stop: ['END'],
    });
    expect(toOpenAiBody(providerCall(request), quirksFor('gemini', 'http://x/v1'))).not.toHaveProperty('seed');
    const openai = quirksFor('openai', 'http://x/v1');
    const reasoning = toOpenAiBody(providerCall(request, { upstreamModel: 'o3-mini' }), openai);
    expect(reasoning).not.toHaveProperty('temperature');
    expect(reasoning).not.toHaveProperty('max_tokens');
    expect(reasoning).toMatchObject({ max_completion_tokens: 400 });
    expect(toOpenAiBody(providerCall(request, { upstreamModel: 'gpt-4o' }), openai)).toMatchObject({
      temperature: 0.2,
    });
  });

  it('makes broken UTF-16 well-formed and leaves everything else as it is', () => {
    const content = 'a\ud800b \udc00 🙂 \\ud800';
    const sent = JSON.parse(toJson(toOpenAiBody(providerCall({ messages: [{ role: 'user', content }] }), plain)));
    expect(sent.messages[0].content).toBe('a\uFFFDb \uFFFD 🙂 \\ud800');
  });
});
