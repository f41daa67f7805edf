import { describe, expect, it } from 'vitest';
import type { CompletionRequest, Message } from '../../../../src/domain/completion-request.ts';
import { geminiDialect } from '../../../../src/providers/dialects/gemini/gemini-dialect.ts';
import type { GeminiBody } from '../../../../src/providers/dialects/gemini/wire.ts';
import { markSignature } from '../../../../src/providers/signature-mark.ts';
import { providerCall } from '../../../support/provider-call.ts';

const encode = (request: Partial<CompletionRequest>, upstreamModel = 'gemini-2.5-flash') =>
  geminiDialect.encode(providerCall(request, { upstreamModel }));
const bodyOf = (request: Partial<CompletionRequest>, upstreamModel?: string): GeminiBody =>
  JSON.parse(encode(request, upstreamModel).body);
const user = { role: 'user', content: 'Go.' } as const;
const tool = { name: 'read', parameters: { type: 'object', properties: { path: { type: 'string' } } } };

const LOOP: readonly Message[] = [
  { role: 'system', content: 'Be brief.' },
  user,
  {
    role: 'assistant',
    content: 'I look.',
    toolCalls: [
      { id: 'a', name: 'read', arguments: '{"path":"1"}', signature: 'c2ln' },
      { id: 'b', name: 'read', arguments: '{"path":"2"}' },
    ],
  },
  { role: 'tool', toolCallId: 'b', content: 'no such file', isError: true },
  { role: 'tool', toolCallId: 'a', content: '{"n":9007199254740993}' },
];

describe('a request of generateContent (UPS-01)', () => {
  it('goes to the path of its model, streamed or not, and never carries the key in its address', () => {
    expect(encode({}).path).toBe('/models/gemini-2.5-flash:streamGenerateContent?alt=sse');
    expect(encode({}, 'tunedModels/my model').path).toBe('/tunedModels/my%20model:streamGenerateContent?alt=sse');
    const { capabilities } = providerCall().deployment;
    const whole = providerCall({}, { upstreamModel: 'g', capabilities: { ...capabilities, streaming: false } });
    expect(geminiDialect.encode(whole).path).toBe('/models/g:generateContent');
    expect(geminiDialect.authorization('key')).toEqual({ 'x-goog-api-key': 'key' });
    expect(geminiDialect.authorization(null)).toEqual({});
  });

  it('has the system apart, turns that alternate, and results right after their calls and in their order', () => {
    expect(bodyOf({ messages: LOOP, tools: [tool] })).toMatchObject({
      systemInstruction: { parts: [{ text: 'Be brief.' }] },
      contents: [
        { role: 'user', parts: [{ text: 'Go.' }] },
        {
          role: 'model',
          parts: [
            { text: 'I look.' },
            { functionCall: { id: 'a', name: 'read', args: { path: '1' } }, thoughtSignature: 'c2ln' },
            { functionCall: { id: 'b', name: 'read', args: { path: '2' } } },
          ],
        },
        {
          role: 'user',
          parts: [
            { functionResponse: { id: 'a', name: 'read', response: { output: '{"n":9007199254740993}' } } },
            { functionResponse: { id: 'b', name: 'read', response: { error: 'no such file' } } },
          ],
        },
      ],
    });
  });

  it('merges neighbours of one role, begins with the user, and keeps a later system message where it is', () => {
    const { contents } = bodyOf({
      messages: [
        { role: 'assistant', content: 'Hello!' },
        { role: 'user', content: 'One.' },
        { role: 'developer', content: 'Now in French.' },
        { role: 'user', content: [{ type: 'text', text: 'Two.' }] },
      ],
    });
    expect(contents).toEqual([
      { role: 'user', parts: [{ text: '(no message)' }] },
      { role: 'model', parts: [{ text: 'Hello!' }] },
      {
        role: 'user',
        parts: [{ text: 'One.' }, { text: '<system>\nNow in French.\n</system>' }, { text: 'Two.' }],
      },
    ]);
    expect(bodyOf({ messages: [{ role: 'system', content: 'S' }] }).contents).toHaveLength(1);
  });

  it('begins with the same turns when the conversation goes on', () => {
    const before = bodyOf({ messages: LOOP }).contents;
    const after = bodyOf({ messages: [...LOOP, { role: 'assistant', content: 'Done.' }, user] }).contents;
    expect(after.slice(0, before.length)).toEqual(before);
  });

  it('gives signatures back where they came, and no others (their own model refuses what it did not sign)', () => {
    const signature = markSignature('gemini', 'U0lH');
    const said = (reasoning: { text: string; signature?: string }[]): readonly Message[] => [
      user,
      { role: 'assistant', content: 'Four.', reasoning },
      user,
    ];
    expect(bodyOf({ messages: said([{ text: 'Hm.', signature }]) }).contents[1]?.parts).toEqual([
      { text: 'Four.', thoughtSignature: 'U0lH' },
    ]);
    expect(bodyOf({ messages: said([{ text: 'Hm.', signature: 'of-another' }]) }).contents[1]?.parts).toEqual([
      { text: 'Four.' },
    ]);
  });

  it('says of calls that another model made that they are not signed, to models that demand it', () => {
    const messages = LOOP.map((message) =>
      message.role === 'assistant'
        ? {
            ...message,
            toolCalls: message.toolCalls?.map(({ id, name, arguments: text }) => ({ id, name, arguments: text })),
          }
        : message,
    ) as readonly Message[];
    const signatures = (model: string) =>
      bodyOf({ messages }, model).contents[1]?.parts.map(({ thoughtSignature }) => thoughtSignature);
    expect(signatures('gemini-3-pro-preview')).toEqual([undefined, 'skip_thought_signature_validator', undefined]);
    expect(signatures('gemini-2.5-pro')).toEqual([undefined, undefined, undefined]);
  });

  it('carries images as data or by address', () => {
    const image = (url: string) => ({ type: 'image', url }) as const;
    const content = [
      image('data:image/png;base64,iVBORw=='),
      image('data:image/svg+xml,%3Csvg/%3E'),
      image('https://example.com/a/Photo.JPG?x=1'),
      image('gs://bucket/file'),
    ];
    expect(bodyOf({ messages: [{ role: 'user', content }] }).contents[0]?.parts).toEqual([
      { inlineData: { mimeType: 'image/png', data: 'iVBORw==' } },
      { inlineData: { mimeType: 'image/svg+xml', data: Buffer.from('<svg/>').toString('base64') } },
      { fileData: { fileUri: 'https://example.com/a/Photo.JPG?x=1', mimeType: 'image/jpeg' } },
      { fileData: { fileUri: 'gs://bucket/file' } },
    ]);
    expect(() => bodyOf({ messages: [{ role: 'user', content: [image('http://example.com/a.png')] }] })).toThrow(
      expect.objectContaining({ kind: 'untranslatable' }),
    );
  });

  it('puts the images of a result behind all results', () => {
    const messages: readonly Message[] = [
      user,
      {
        role: 'assistant',
        content: null,
        toolCalls: [
          { id: 'a', name: 'shot', arguments: '' },
          { id: 'b', name: 'shot', arguments: 'not json' },
        ],
      },
      {
        role: 'tool',
        toolCallId: 'a',
        content: [
          { type: 'text', text: 'here' },
          { type: 'image', url: 'data:image/png;base64,AA==' },
        ],
      },
      { role: 'tool', toolCallId: 'b', content: 'none' },
    ];
    const { contents } = bodyOf({ messages });
    expect(contents[1]?.parts).toMatchObject([
      { functionCall: { args: {} } },
      { functionCall: { args: { unparsed_arguments: 'not json' } } },
    ]);
    expect(contents[2]?.parts.map((part) => Object.keys(part)[0])).toEqual([
      'functionResponse',
      'functionResponse',
      'inlineData',
    ]);
  });

  it.each<[string, readonly Message[], RegExp]>([
    ['a result without a call', [user, { role: 'tool', toolCallId: 'x', content: '' }], /"x" has a result/],
    ['a second result', [...LOOP, { role: 'tool', toolCallId: 'a', content: '' }], /"a" has a second result/],
    ['a call without result', LOOP.slice(0, 4), /no result follows the tool call "a"/],
    ['a turn before the result', [...LOOP.slice(0, 3), { role: 'assistant', content: 'So' }], /"a", "b"/],
  ])('refuses %s aloud', (_what, messages, message) => {
    expect(() => bodyOf({ messages })).toThrow(
      expect.objectContaining({ kind: 'untranslatable', message: expect.stringMatching(message) }),
    );
  });

  it.each<[CompletionRequest['toolChoice'], unknown]>([
    [undefined, undefined],
    ['auto', { mode: 'AUTO' }],
    ['none', { mode: 'NONE' }],
    ['required', { mode: 'ANY' }],
    [{ name: 'read' }, { mode: 'ANY', allowedFunctionNames: ['read'] }],
  ])('chooses tools: %j', (toolChoice, config) => {
    const { toolConfig } = bodyOf({ tools: [tool], ...(toolChoice === undefined ? {} : { toolChoice }) });
    expect(toolConfig?.functionCallingConfig).toEqual(config);
  });

  it('maps names that Gemini does not allow, the same in every place, and never two to one', () => {
    const names = ['a b', 'a.b:c-d', '2x', 'ñandú', '', 'x'.repeat(80), `${'x'.repeat(80)}y`, 'a/b'];
    const tools = names.map((name) => ({ name, parameters: {} }));
    const { tools: declared } = bodyOf({ tools });
    const wire = declared?.[0].functionDeclarations.map(({ name }) => name) ?? [];
    for (const name of wire) expect(name).toMatch(/^[a-zA-Z_][a-zA-Z0-9_.:-]{0,63}$/);
    expect(new Set(wire).size).toBe(names.length);
    expect(wire[1]).toBe('a.b:c-d');
  });

  it('carries sampling, stops, seeds and probabilities in Gemini’s words and bounds', () => {
    const { generationConfig } = bodyOf(
      {
        temperature: 0.2,
        topP: 0.9,
        topK: 40,
        seed: 2 ** 40 + 5,
        presencePenalty: 0.5,
        frequencyPenalty: -0.5,
        stop: ['A', 'B'],
        logprobs: { top: 50 },
      },
      'gemini-2.0-flash',
    );
    expect(generationConfig).toEqual({
      maxOutputTokens: 400,
      temperature: 0.2,
      topP: 0.9,
      topK: 40,
      seed: 5,
      presencePenalty: 0.5,
      frequencyPenalty: -0.5,
      stopSequences: ['A', 'B'],
      responseLogprobs: true,
      logprobs: 20,
    });
    expect(() => bodyOf({ stop: ['1', '2', '3', '4', '5', '6'] })).toThrow(/5 stop sequences at most; these are 6/);
  });

  it.each<[string, CompletionRequest['reasoning'], unknown]>([
    ['gemini-2.0-flash', { effort: 'high' }, undefined],
    ['gemma-3-27b-it', undefined, undefined],
    ['gemini-2.5-flash', undefined, { includeThoughts: true }],
    ['gemini-2.5-flash-lite', undefined, undefined],
    ['gemini-2.5-flash', { effort: 'none' }, { thinkingBudget: 0 }],
    ['gemini-2.5-pro', { effort: 'none' }, { includeThoughts: true, thinkingBudget: 128 }],
    ['gemini-2.5-flash-lite', { effort: 'low', maxTokens: 100 }, { includeThoughts: true, thinkingBudget: 512 }],
    ['gemini-2.5-flash', { effort: 'high', maxTokens: 90_000 }, { includeThoughts: true, thinkingBudget: 24_576 }],
    ['gemini-3-pro-preview', { effort: 'medium' }, { includeThoughts: true, thinkingLevel: 'high' }],
    ['gemini-3.1-pro-preview', { effort: 'medium' }, { includeThoughts: true, thinkingLevel: 'medium' }],
    ['gemini-3-flash-preview', { effort: 'none' }, { includeThoughts: true, thinkingLevel: 'minimal' }],
    ['gemini-3-flash-preview', { effort: 'low', maxTokens: 2_000 }, { includeThoughts: true, thinkingBudget: 2_000 }],
    ['gemini-flash-latest', { effort: 'low' }, { includeThoughts: true, thinkingLevel: 'low' }],
    ['gemini-2.5-flash-image', { effort: 'low' }, undefined],
  ])('steers the thinking of %s by %j', (model, reasoning, config) => {
    const { generationConfig } = bodyOf(reasoning ? { reasoning } : {}, model);
    expect(generationConfig.thinkingConfig).toEqual(config);
  });

  it('demands JSON as a parameter, and in words beside tools where a model refuses the two together', () => {
    const responseFormat = {
      type: 'json_schema',
      name: 'x',
      schema: { type: 'object', properties: { a: { const: 1 } } },
    } as const;
    expect(bodyOf({ responseFormat }).generationConfig).toMatchObject({
      responseMimeType: 'application/json',
      responseJsonSchema: { type: 'object', properties: { a: { type: 'integer', enum: [1] } } },
    });
    const older = bodyOf({ responseFormat, tools: [tool] });
    expect(older.generationConfig.responseMimeType).toBeUndefined();
    expect(JSON.stringify(older.systemInstruction)).toContain('satisfies this JSON Schema');
    const newer = bodyOf({ responseFormat, tools: [tool] }, 'gemini-3-pro-preview');
    expect(newer.generationConfig.responseMimeType).toBe('application/json');
    expect(newer.systemInstruction).toBeUndefined();
    expect(bodyOf({ responseFormat: { type: 'json_object' } }).generationConfig.responseJsonSchema).toBeUndefined();
  });

  it('asks for one call at a time in words', () => {
    expect(JSON.stringify(bodyOf({ tools: [tool], parallelToolCalls: false }).systemInstruction)).toContain(
      'at most one',
    );
  });
});
