import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type {
  CompletionRequest,
  ImagePart,
  Message,
  ReasoningPart,
} from '../../../../src/domain/completion-request.ts';
import { ProviderFailure } from '../../../../src/domain/failure.ts';
import { anthropicDialect } from '../../../../src/providers/dialects/anthropic/anthropic-dialect.ts';
import { toClosedSchema } from '../../../../src/providers/dialects/anthropic/closed-schema.ts';
import { traitsOf } from '../../../../src/providers/dialects/anthropic/model-traits.ts';
import { markSignature } from '../../../../src/providers/signature-mark.ts';
import { providerCall } from '../../../support/provider-call.ts';

interface Body {
  readonly [key: string]: unknown;
  readonly messages: { role: string; content: Record<string, unknown>[] }[];
  readonly system?: Record<string, unknown>[];
  readonly tools?: Record<string, unknown>[];
}

function encode(request: Partial<CompletionRequest>, model = 'claude-haiku-4-5', maxOutputTokens = 400): Body {
  const call = providerCall(request, { upstreamModel: model });
  return JSON.parse(anthropicDialect.encode({ ...call, maxOutputTokens }).body);
}

/** The sentence with which the dialect refuses. */
function refusal(request: Partial<CompletionRequest>, model?: string): string {
  try {
    encode(request, model);
  } catch (error) {
    if (error instanceof ProviderFailure && error.kind === 'untranslatable') return error.message;
    throw error;
  }
  return 'nothing was refused';
}

const user = (content: string): Message => ({ role: 'user', content });
const text = (words: string) => ({ type: 'text', text: words });
const calls = (...ids: string[]): Message => ({
  role: 'assistant',
  content: null,
  toolCalls: ids.map((id) => ({ id, name: 'read', arguments: '{"path":"a"}' })),
});
const result = (toolCallId: string, content = `of ${toolCallId}`): Message => ({ role: 'tool', toolCallId, content });

describe('a conversation in the dialect of Anthropic (UPS-01)', () => {
  it('has leading system messages apart, and later ones in place, marked', () => {
    const { system, messages } = encode({
      messages: [
        { role: 'system', content: 'Be brief.' },
        { role: 'developer', content: 'Be kind.' },
        user('Hello.'),
        { role: 'assistant', content: 'Hi.' },
        { role: 'system', content: 'From now on in French.' },
        user('And now?'),
      ],
    });
    expect(system).toEqual([text('Be brief.'), text('Be kind.')]);
    expect(messages).toEqual([
      { role: 'user', content: [text('Hello.')] },
      { role: 'assistant', content: [text('Hi.')] },
      { role: 'user', content: [text('<system>\nFrom now on in French.\n</system>'), text('And now?')] },
    ]);
  });

  it('begins with the user and alternates, whatever the order was', () => {
    const assistant = (content: string): Message => ({ role: 'assistant', content });
    expect(encode({ messages: [assistant('a'), assistant('b'), user('c'), user('d')] }).messages).toEqual([
      { role: 'user', content: [text('(no message)')] },
      { role: 'assistant', content: [text('a'), text('b')] },
      { role: 'user', content: [text('c'), text('d')] },
    ]);
    expect(encode({ messages: [user('a'), assistant(' '), user('')] }).messages).toEqual([
      { role: 'user', content: [text('a'), text('(no message)')] },
    ]);
    expect(encode({ messages: [{ role: 'system', content: 'Alone.' }] }).messages).toEqual([
      { role: 'user', content: [text('(no message)')] },
    ]);
  });

  it('lets the model go on from the last words of the assistant where it can, without trailing space', () => {
    const messages: Message[] = [user('Count.'), { role: 'assistant', content: 'One, two, \n' }];
    expect(encode({ messages }).messages.at(-1)).toEqual({ role: 'assistant', content: [text('One, two,')] });
    expect(refusal({ messages }, 'claude-sonnet-5')).toContain('does not go on from a message of the assistant');
  });

  it('has images as base64 or as an address, and refuses what no model there can see', () => {
    const see = (url: string) => {
      const part: ImagePart = { type: 'image', url, detail: 'low', cacheControl: { ttl: '5m' } };
      return { messages: [{ role: 'user', content: [part] } as Message] };
    };
    expect(encode(see('data:image/PNG;name=x;base64,AAAA')).messages[0]?.content).toEqual([
      {
        type: 'image',
        source: { type: 'base64', media_type: 'image/png', data: 'AAAA' },
        cache_control: { type: 'ephemeral' },
      },
    ]);
    expect(encode(see('https://example.com/a.jpg')).messages[0]?.content).toMatchObject([
      { source: { type: 'url', url: 'https://example.com/a.jpg' } },
    ]);
    expect(refusal(see('data:image/bmp;base64,AAAA'))).toContain('not image/bmp');
    expect(refusal(see('http://example.com/a.jpg'))).toContain('https');
    expect(refusal(see('data:image/png,raw'))).toContain('base64');
  });

  it('gives thinking back with its signature, and leaves out what has none', () => {
    const { messages } = encode({
      messages: [
        user('a'),
        {
          role: 'assistant',
          content: 'b',
          reasoning: [{ text: 'x', signature: 's==' }, { text: '', redacted: 'r==' }, { text: 'unsigned' }],
        },
        user('c'),
      ],
    });
    expect(messages[1]?.content).toEqual([
      { type: 'thinking', thinking: 'x', signature: 's==' },
      { type: 'redacted_thinking', data: 'r==' },
      text('b'),
    ]);
  });

  it('is the same up to where the next turn begins (the bytes that prompt caches live on)', () => {
    const words = fc.constantFrom('a', 'b c', ' ', '漢', '\ud800');
    const turn = fc.oneof(
      words.map((content): Message[] => [user(content)]),
      words.map((content): Message[] => [{ role: 'assistant', content: `${content}.` }, user('go on')]),
      words.map((content): Message[] => [user('x'), { role: 'system', content }, user('y')]),
      fc.constantFrom(['p'], ['p', 'q']).map((ids): Message[] => [calls(...ids), ...ids.map((id) => result(id))]),
    );
    fc.assert(
      fc.property(fc.array(turn, { minLength: 1, maxLength: 6 }), turn, (turns, next) => {
        const before = [user('first'), ...turns.flat(), user('end')];
        const now = encode({ messages: before }).messages;
        const then = encode({
          messages: [...before, { role: 'assistant', content: 'ok' }, user('n'), ...next],
        }).messages;
        expect(then.slice(0, now.length)).toEqual(now);
      }),
    );
  });
});

describe('tools in the dialect of Anthropic (UPS-04)', () => {
  it('has results in one message, in the order of the calls, before everything else', () => {
    const { messages } = encode({
      messages: [
        user('go'),
        calls('a', 'b'),
        result('b'),
        { role: 'system', content: 'Hurry.' },
        {
          role: 'tool',
          toolCallId: 'a',
          isError: true,
          content: [
            { type: 'text', text: 'seen', cacheControl: { ttl: '1h' } },
            { type: 'image', url: 'data:image/png;base64,AA' },
          ],
        },
        user('well?'),
      ],
    });
    expect(messages[2]).toEqual({
      role: 'user',
      content: [
        {
          type: 'tool_result',
          tool_use_id: 'a',
          content: [text('seen'), text('[image: see below]')],
          is_error: true,
          cache_control: { type: 'ephemeral', ttl: '1h' },
        },
        { type: 'tool_result', tool_use_id: 'b', content: 'of b' },
        text('<system>\nHurry.\n</system>'),
        { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'AA==' } },
        text('well?'),
      ],
    });
  });

  it('takes thinking that others signed or encrypted for none, also where a tool loop must have begun with some', () => {
    const begunBy = (reasoning: readonly ReasoningPart[]) =>
      encode(
        {
          messages: [user('x'), { ...calls('a'), reasoning } as Message, result('a')],
          reasoning: { effort: 'high' },
        },
        'claude-haiku-4-5',
        8_000,
      );
    const foreign = [
      { text: 'x', signature: markSignature('gemini', 'c2ln') },
      { text: '', redacted: '{"type":"reasoning.encrypted","data":"x"}' },
    ];
    for (const part of foreign) {
      const { messages, thinking } = begunBy([part]);
      expect(messages[1]?.content.map(({ type }) => type)).toEqual(['tool_use']);
      expect(thinking).toBeUndefined();
    }
    expect(begunBy([{ text: 'x', signature: 'c2ln' }])['thinking']).toMatchObject({ type: 'enabled' });
  });

  it('says something in the result of a tool that failed without a word, as the API demands', () => {
    const failed = (content: string): Message => ({ role: 'tool', toolCallId: 'a', isError: true, content });
    expect(encode({ messages: [user('x'), calls('a'), failed(' ')] }).messages[2]?.content).toEqual([
      { type: 'tool_result', tool_use_id: 'a', content: [text('(no message)')], is_error: true },
    ]);
  });

  it('declares the tools of a conversation that brings none, and forbids to call them', () => {
    const sent = encode({ messages: [user('x'), calls('a', 'b'), result('a'), result('b'), user('sum up')] });
    expect(sent.tools).toEqual([{ name: 'read', input_schema: { type: 'object' } }]);
    expect(sent.tool_choice).toEqual({ type: 'none' });
  });

  it.each([
    ['a result without a call', [user('x'), result('a')], '"a" has a result, but'],
    ['a result of an earlier turn', [user('x'), calls('a'), result('a'), calls('b'), result('a')], '"a" has a result'],
    ['two results', [user('x'), calls('a'), result('a'), result('a')], '"a" has a second result'],
    ['no result', [user('x'), calls('a', 'b'), result('a'), { role: 'assistant', content: 'k' }], 'call "b"'],
    ['no result at the end', [user('x'), calls('a')], 'no result follows the tool call "a"'],
  ] as const)('refuses %s, and says which call it is', (_what, messages, words) => {
    expect(refusal({ messages: messages as readonly Message[] })).toContain(words);
  });

  it('gives ids that are allowed and used once', () => {
    const messages = [user('x'), calls('call:0'), result('call:0'), calls('call:0'), result('call:0'), user('y')];
    const sent = encode({ messages }).messages;
    const ids = [1, 3].map((at) => sent[at]?.content[0]?.['id'] as string);
    expect(ids[0]).toMatch(/^call_0_[a-z0-9]+$/);
    expect(ids[1]).toBe(`${ids[0]}_2`);
    expect([2, 4].map((at) => sent[at]?.content[0]?.['tool_use_id'])).toEqual(ids);
  });

  it('shows broken arguments as they were written, and an empty result as one', () => {
    const call = (args: string): Message => ({
      role: 'assistant',
      content: null,
      toolCalls: [{ id: 'a', name: 'read', arguments: args }],
    });
    const input = (args: string) => encode({ messages: [user('x'), call(args), result('a', ''), user('y')] });
    expect(input('{"p":').messages[1]?.content[0]?.['input']).toEqual({ unparsed_arguments: '{"p":' });
    expect(input('[1]').messages[1]?.content[0]?.['input']).toEqual({ unparsed_arguments: '[1]' });
    expect(input('').messages[1]?.content[0]?.['input']).toEqual({});
    expect(input('').messages[2]?.content[0]).toEqual({ type: 'tool_result', tool_use_id: 'a' });
  });

  it('maps names that are not allowed, each to one of its own, the same in every turn', () => {
    const long = 'x'.repeat(80);
    const tools = ['a.b', 'a/b', 'a_b', long].map((name) => ({ name, parameters: { type: 'object' } }));
    const { tools: sent, tool_choice } = encode({ tools, toolChoice: { name: 'a.b' } });
    const names = sent?.map(({ name }) => name as string) ?? [];
    expect(names[0]).toMatch(/^a_b_[a-z0-9]+$/);
    expect(names[2]).toBe('a_b');
    expect(new Set(names).size).toBe(4);
    for (const name of names) expect(name).toMatch(/^[a-zA-Z0-9_-]{1,64}$/);
    expect(tool_choice).toEqual({ type: 'tool', name: names[0] });
  });

  it('has schemas that are objects, and tells of a choice at their top in words', () => {
    const branch = (name: string) => ({ properties: { [name]: { const: null } }, required: [name] });
    const { tools } = encode({
      tools: [
        { name: 'none', parameters: {} },
        { name: 'either', description: 'Does.', parameters: { type: 'object', anyOf: [branch('a'), branch('b')] } },
      ],
    });
    expect(tools?.[0]).toEqual({ name: 'none', input_schema: { type: 'object' } });
    expect(tools?.[1]).toMatchObject({
      input_schema: { type: 'object', properties: { a: { const: null }, b: { const: null } } },
      description: expect.stringMatching(/^Does\.\n\nThe arguments must also satisfy .*"anyOf"/),
    });
    expect(tools?.[1]?.['input_schema']).not.toHaveProperty('anyOf');
    expect(refusal({ tools: [{ name: 'list', parameters: { type: 'array' } }] })).toContain('take an object');
  });

  it('keeps `strict` where the API can hold the model to the schema', () => {
    const closed = { type: 'object', properties: { a: { type: 'string', const: 'x' } }, required: ['a'] };
    const map = { type: 'object', additionalProperties: { type: 'string' } };
    const strict = (parameters: Record<string, unknown>, model?: string) =>
      encode({ tools: [{ name: 't', parameters, strict: true }] }, model).tools?.[0];
    expect(strict(closed)).toEqual({
      name: 't',
      input_schema: { ...closed, additionalProperties: false },
      strict: true,
    });
    expect(strict(map)).toEqual({ name: 't', input_schema: map });
    expect(strict(closed, 'claude-3-5-haiku-latest')).toEqual({ name: 't', input_schema: closed });
  });

  it.each([
    ['auto', undefined, { type: 'auto' }],
    ['none', false, { type: 'none' }],
    ['required', undefined, { type: 'any' }],
    ['required', false, { type: 'any', disable_parallel_tool_use: true }],
    [undefined, false, { type: 'auto', disable_parallel_tool_use: true }],
    [undefined, true, { type: 'auto', disable_parallel_tool_use: false }],
    [undefined, undefined, undefined],
  ] as const)('chooses %s with parallel calls %s', (toolChoice, parallelToolCalls, choice) => {
    const request = {
      tools: [{ name: 't', parameters: { type: 'object' } }],
      ...(toolChoice && { toolChoice }),
      ...(parallelToolCalls !== undefined && { parallelToolCalls }),
    };
    expect(encode(request)['tool_choice']).toEqual(choice);
  });

  it('refuses to force a tool on a model that refuses it', () => {
    const request = { tools: [{ name: 't', parameters: { type: 'object' } }], toolChoice: 'required' } as const;
    expect(refusal(request, 'claude-opus-5-5')).toContain('refuses to be made to call a tool');
    expect(encode(request, 'claude-sonnet-5')['tool_choice']).toEqual({ type: 'any' });
  });
});

describe('cache marks in the dialect of Anthropic', () => {
  const marked = (words: string, ttl: '5m' | '1h' = '5m') =>
    [{ type: 'text', text: words, cacheControl: { ttl } }] as const;
  const mark = { type: 'ephemeral' };
  const hour = { type: 'ephemeral', ttl: '1h' };
  const tool = (name: string, ttl: '5m' | '1h') => ({ name, parameters: { type: 'object' }, cacheControl: { ttl } });

  it('stay where they are, with their lifetime, on tools, system and messages', () => {
    const body = encode({
      tools: [{ name: 'a', parameters: { type: 'object' } }, tool('b', '1h')],
      messages: [
        { role: 'system', content: [{ type: 'text', text: 'plain' }, ...marked('long', '1h')] },
        { role: 'user', content: [...marked('first'), { type: 'text', text: 'rest' }] },
        { role: 'assistant', content: marked('answer') },
        user('next'),
      ],
    });
    expect(body.tools?.map((each) => each['cache_control'])).toEqual([undefined, hour]);
    expect(body.system?.map((each) => each['cache_control'])).toEqual([undefined, hour]);
    expect(body.messages.flatMap(({ content }) => content.map((block) => block['cache_control']))).toEqual([
      mark,
      undefined,
      mark,
      undefined,
    ]);
  });

  it('move to the text before where their own has nothing visible', () => {
    const messages: Message[] = [{ role: 'user', content: [{ type: 'text', text: 'a' }, ...marked(' ')] }];
    expect(encode({ messages }).messages[0]?.content).toEqual([{ ...text('a'), cache_control: mark }]);
  });

  it('are four at most: the first two and the last two', () => {
    const messages: Message[] = [
      { role: 'system', content: [...marked('s1'), ...marked('s2'), ...marked('s3')] },
      { role: 'user', content: [...marked('u1'), ...marked('u2')] },
    ];
    const { tools, system, messages: sent } = encode({ tools: [tool('t', '5m')], messages });
    const kept = [...(tools ?? []), ...(system ?? []), ...(sent[0]?.content ?? [])].filter(
      (each) => each['cache_control'],
    );
    expect(kept.map((each) => each['text'] ?? each['name'])).toEqual(['t', 's1', 'u1', 'u2']);
  });

  it('of an hour last five minutes behind one of five minutes, which the API would refuse', () => {
    const messages: Message[] = [
      { role: 'system', content: marked('short') },
      { role: 'user', content: marked('long', '1h') },
    ];
    expect(encode({ messages }).messages[0]?.content[0]?.['cache_control']).toEqual(mark);
  });
});

describe('what else a request asks for', () => {
  it('is clipped, left out or refused where the API knows it otherwise', () => {
    expect(encode({ temperature: 1.7, topP: 0.9, topK: 5, seed: 1, presencePenalty: 1, stop: ['END'] })).toEqual({
      model: 'claude-haiku-4-5',
      max_tokens: 400,
      messages: [{ role: 'user', content: [text('Say hello.')] }],
      temperature: 1,
      top_k: 5,
      stop_sequences: ['END'],
      stream: true,
    });
    expect(encode({ topP: 0.9 })['top_p']).toBe(0.9);
    const newer = encode({ temperature: 0.2, topP: 0.9, topK: 5 }, 'claude-opus-4-7');
    expect([newer['temperature'], newer['top_p'], newer['top_k']]).toEqual([undefined, undefined, undefined]);
    expect(refusal({ logprobs: { top: 1 } })).toContain('log probabilities');
    expect(refusal({ stop: ['\n\n'] })).toContain('white space');
  });

  it.each([
    ['claude-haiku-4-5', 'high', 10_000, { thinking: { type: 'enabled', budget_tokens: 8_000 } }],
    ['claude-haiku-4-5', 'minimal', 4_000, { thinking: { type: 'enabled', budget_tokens: 1_024 } }],
    ['claude-haiku-4-5', 'high', 3_000, { thinking: { type: 'enabled', budget_tokens: 1_976 } }],
    ['claude-haiku-4-5', 'high', 2_000, {}],
    ['claude-haiku-4-5', 'none', 8_000, {}],
    ['claude-3-5-sonnet-latest', 'high', 8_000, {}],
    ['claude-sonnet-4-6', 'minimal', 400, { thinking: ADAPTIVE(), output_config: { effort: 'low' } }],
    ['claude-opus-5-5', 'high', 400, { thinking: ADAPTIVE(), output_config: { effort: 'high' } }],
    ['claude-opus-5-5', 'none', 400, { output_config: { effort: 'low' } }],
    ['claude-sonnet-5', 'none', 400, { thinking: { type: 'disabled' } }],
    ['claude-sonnet-5-5', 'none', 400, { thinking: { type: 'between_tools' } }],
  ] as const)('has %s think with effort %s in %i tokens', (model, effort, tokens, expected) => {
    const { thinking, output_config } = encode({ reasoning: { effort } }, model, tokens);
    expect({ ...(thinking ? { thinking } : {}), ...(output_config ? { output_config } : {}) }).toEqual(expected);
  });

  it('does not think where something stronger forbids it', () => {
    const reasoning = { effort: 'high' } as const;
    const tools = [{ name: 'read', parameters: { type: 'object' } }];
    const thinks = (request: Partial<CompletionRequest>) =>
      encode({ reasoning, ...request }, undefined, 9_000)['thinking'];
    expect(thinks({ tools, toolChoice: 'required' })).toBeUndefined();
    expect(thinks({ messages: [user('a'), { role: 'assistant', content: 'b' }] })).toBeUndefined();
    expect(thinks({ tools, messages: [user('a'), calls('c'), result('c')] })).toBeUndefined();
    expect(thinks({ tools, messages: [user('a'), calls('c'), result('c'), user('and?')] })).toBeUndefined();
    expect(thinks({ tools, temperature: 0 })).toBeDefined();
    expect(encode({ reasoning, temperature: 0 }, undefined, 9_000)['temperature']).toBeUndefined();
  });

  it('demands a schema natively where the API can hold the model to it, else in words (UPS-06)', () => {
    const schema = {
      type: 'object',
      properties: { n: { type: 'integer', minimum: 1, description: 'Count.' }, c: { const: 'x' } },
      required: ['n'],
    };
    const format = { type: 'json_schema', name: 'a', schema } as const;
    expect(encode({ responseFormat: format })['output_config']).toEqual({
      format: {
        type: 'json_schema',
        schema: {
          ...schema,
          properties: { n: { type: 'integer', description: 'Count. (minimum: 1)' }, c: { const: 'x' } },
          additionalProperties: false,
        },
      },
    });
    const older = encode({ responseFormat: format }, 'claude-3-5-haiku-latest');
    expect(older['output_config']).toBeUndefined();
    expect(older.system?.at(-1)?.['text']).toContain(JSON.stringify(schema));
    const open = encode({ responseFormat: { type: 'json_object' } });
    expect(open.system).toEqual([text(expect.stringContaining('one JSON object') as unknown as string)]);
  });
});

function ADAPTIVE() {
  return { type: 'adaptive', display: 'summarized' } as const;
}

describe('a schema that the API can hold a model to', () => {
  it.each([
    ['an open map', { type: 'object', additionalProperties: { type: 'string' } }],
    ['an open object', { type: 'object', additionalProperties: true }],
    ['recursion', { $defs: { n: { properties: { n: { $ref: '#/$defs/n' } } } }, $ref: '#/$defs/n' }],
    ['a reference to its root', { properties: { a: { $ref: '#' } } }],
    ['a reference elsewhere', { $ref: 'https://example.com/s.json' }],
    ['logic', { oneOf: [{ type: 'string' }] }],
    ['an object of several parts', { allOf: [{ type: 'object' }, { type: 'object' }] }],
  ])('is none with %s', (_what, schema) => {
    expect(toClosedSchema(schema)).toBeNull();
  });

  it('is told of what cannot be held, and spared remarks', () => {
    const schema = {
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      type: 'object',
      properties: { a: { type: 'string', format: 'iban', maxLength: 4 }, b: { type: 'string', format: 'date' } },
    };
    expect(toClosedSchema(schema)).toEqual({
      type: 'object',
      properties: {
        a: { type: 'string', description: '(format: "iban", maxLength: 4)' },
        b: { type: 'string', format: 'date' },
      },
      additionalProperties: false,
    });
  });

  it('keeps `const`, also null, `enum`, definitions and choices', () => {
    const schema = {
      $defs: { leaf: { type: 'string', enum: ['a', null] } },
      type: 'object',
      additionalProperties: false,
      properties: {
        a: { const: null },
        b: { anyOf: [{ $ref: '#/$defs/leaf' }, { type: 'null' }] },
        c: { type: 'array', items: { type: 'number' }, minItems: 1 },
      },
    };
    expect(toClosedSchema(schema)).toEqual(schema);
  });
});

describe('what a model of Anthropic takes', () => {
  it.each([
    ['claude-3-5-sonnet-20241022', 'none', true, true],
    ['claude-3-7-sonnet-latest', 'budget', true, true],
    ['claude-opus-4-20250514', 'budget', true, true],
    ['claude-haiku-4-5-20251001', 'budget', true, true],
    ['claude-sonnet-4-6', 'adaptive', true, false],
    ['claude-opus-4-8', 'adaptive', false, false],
    ['claude-sonnet-5', 'adaptive', false, false],
    ['claude-haiku-5-5', 'adaptive', false, false],
    ['anthropic.claude-opus-4-5-v1', 'budget', true, true],
    ['deepseek-chat', 'budget', true, true],
  ])('%s: thinking %s, sampling %s, prefill %s', (model, thinking, sampling, prefill) => {
    expect(traitsOf(model)).toMatchObject({ thinking, sampling, prefill });
  });
});
