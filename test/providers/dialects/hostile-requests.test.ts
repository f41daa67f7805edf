import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ProviderKind } from '../../../src/config/config.ts';
import type { CompletionRequest, Message } from '../../../src/domain/completion-request.ts';
import { ProviderFailure } from '../../../src/domain/failure.ts';
import { chooseDialect } from '../../../src/providers/choose-dialect.ts';
import { renderConversation } from '../../../src/providers/emulated-tools/render-conversation.ts';
import { providerCall } from '../../support/provider-call.ts';

const DIALECTS: Readonly<
  Record<string, { readonly kind: ProviderKind; readonly model: string; readonly url: string }>
> = {
  openai: { kind: 'openai-compatible', model: 'gpt-5', url: 'https://api.openai.com/v1' },
  anthropic: { kind: 'anthropic', model: 'claude-sonnet-4-6', url: 'https://api.anthropic.com/v1' },
  gemini: { kind: 'gemini', model: 'gemini-3-pro-preview', url: 'https://g.test/v1beta' },
  ollama: { kind: 'ollama', model: 'qwen3-coder', url: 'http://127.0.0.1:11434' },
};
const NATIVE = Object.keys(DIALECTS);
/** Those that want every result right after its call. */
const STRICT = ['anthropic', 'gemini'];

/** The body as the provider parses it, or the sentence with which the dialect refuses. */
function encode(dialect: string, request: Partial<CompletionRequest>): { body: Body; refusal: string | null } {
  const { kind, model, url } = DIALECTS[dialect] as (typeof DIALECTS)[string];
  try {
    const { body } = chooseDialect({ kind, name: dialect, baseUrl: url }).encode(
      providerCall(request, { upstreamModel: model, provider: dialect }),
    );
    expect(body).not.toMatch(/(?<!\\)(\\\\)*\\u[dD][89a-fA-F]/);
    return { body: JSON.parse(body), refusal: null };
  } catch (error) {
    if (!(error instanceof ProviderFailure) || error.kind !== 'untranslatable') throw error;
    return { body: {}, refusal: error.message };
  }
}
type Body = { readonly messages?: readonly Wire[]; readonly contents?: readonly Wire[]; readonly tools?: unknown };
type Wire = { readonly role: string; readonly content?: unknown; readonly parts?: readonly unknown[] };

const user = (content: string): Message => ({ role: 'user', content });
const says = (content: string | null, ...ids: string[]): Message => ({
  role: 'assistant',
  content,
  toolCalls: ids.map((id) => ({ id, name: 'read', arguments: '{}' })),
});
const result = (toolCallId: string): Message => ({ role: 'tool', toolCallId, content: 'done' });
const system = (content: string): Message => ({ role: 'system', content });

describe('conversations in an order that a dialect forbids (UPS-04)', () => {
  it.each([
    ['the assistant first', [says('hi'), user('go')]],
    ['two system messages', [system('a'), system('b'), user('go')]],
    ['a system message in the middle', [user('a'), says('b'), system('c'), user('d')]],
    ['a system message last', [user('a'), says('b'), system('c')]],
    ['system messages only', [system('a')]],
    ['users in a row', [user('a'), user('b'), user('c')]],
    ['assistants in a row', [user('a'), says('b'), says('c'), user('d')]],
    ['empty contents', [user(''), says(''), user(' '), says(null), user('go')]],
  ] as const)('turns %s into one that it takes', (_what, messages) => {
    for (const dialect of STRICT) {
      const { body, refusal } = encode(dialect, { messages });
      expect(refusal).toBeNull();
      const turns = body.messages ?? body.contents ?? [];
      expect(turns.map(({ role }) => role)).toEqual(
        turns.map((_, index) => (index % 2 === 0 ? 'user' : dialect === 'gemini' ? 'model' : 'assistant')),
      );
      for (const { content, parts } of turns) expect((content ?? parts) as unknown[]).not.toHaveLength(0);
    }
  });

  it.each([
    ['a result without a call', [user('a'), result('x')], '"x"'],
    ['a call without a result', [user('a'), says(null, 'x'), user('b')], '"x"'],
    ['a second result', [user('a'), says(null, 'x'), result('x'), result('x')], '"x"'],
  ] as const)('refuses %s with a sentence that names the call', (_what, messages, call) => {
    for (const dialect of STRICT) {
      const { refusal } = encode(dialect, { messages });
      expect(refusal).toMatch(/^The messages are out of order: .*call.*\.$/);
      expect(refusal).toContain(call);
    }
  });

  it('tells calls apart that have the same id, and keeps each result with its call', () => {
    const messages = [user('a'), says(null, 'x', 'x'), result('x'), result('x'), says(null, 'x'), result('x')];
    for (const dialect of STRICT) {
      const sent = JSON.stringify(encode(dialect, { messages }).body);
      for (const id of ['"x"', '"x_2"', '"x_3"']) expect(sent.split(id)).toHaveLength(3);
    }
  });

  it('keeps ids of any characters and length within what the API takes, alike in call and result', () => {
    const id = `call:/ä.${'9'.repeat(300)}`;
    const messages = [user('a'), says(null, id), result(id)];
    const idsIn = (dialect: string, pattern: RegExp) =>
      [...JSON.stringify(encode(dialect, { messages }).body).matchAll(pattern)].map(([, found]) => found);
    const anthropic = idsIn('anthropic', /"(?:tool_use_)?id":"([^"]*)"/g);
    const openai = idsIn('openai', /"(?:tool_call_)?id":"([^"]*)"/g);
    for (const ids of [anthropic, openai]) {
      expect(ids).toHaveLength(2);
      expect(ids[0]).toBe(ids[1]);
    }
    expect(anthropic[0]).toMatch(/^[a-zA-Z0-9_-]{1,64}$/);
    expect(openai[0]?.length).toBeLessThanOrEqual(40);
  });
});

describe('tools that a dialect cannot name or describe (UPS-04)', () => {
  const RULES: Readonly<Record<string, RegExp>> = {
    openai: /^[a-zA-Z0-9_-]{1,64}$/,
    anthropic: /^[a-zA-Z0-9_-]{1,64}$/,
    gemini: /^[a-zA-Z_][a-zA-Z0-9_.:-]{0,63}$/,
  };
  const names = ['a.b', 'a/b', 'a b', 'größe', '读', '9lives', '-x', 'n'.repeat(128), 'n'.repeat(127), 'plain'];
  const many = Array.from({ length: 190 }, (_, index) => `server.${index}/tool`);

  it.each(Object.keys(RULES))('%s gets 200 names that it allows, each once, whatever they are', (dialect) => {
    const tools = [...names, ...many].map((name) => ({ name, parameters: { type: 'object' } }));
    const sent = JSON.stringify(encode(dialect, { tools }).body.tools);
    const wire = [...sent.matchAll(/"name":"([^"]*)"/g)].map(([, name]) => name as string);
    expect(wire).toHaveLength(200);
    expect(new Set(wire).size).toBe(200);
    for (const name of wire) expect(name).toMatch(RULES[dialect] as RegExp);
  });

  it.each([
    ['references and recursion', { $defs: { a: { properties: { next: { $ref: '#/$defs/a' } } } }, $ref: '#/$defs/a' }],
    ['a reference to itself', { properties: { x: { $ref: '#' } } }],
    ['a reference to nowhere', { properties: { x: { $ref: 'https://elsewhere.test/schema' } } }],
    ['alternatives at the top', { oneOf: [{ properties: { a: {} } }, { properties: { b: true } }] }],
    ['patterns of properties', { patternProperties: { '^x-': { type: 'string' } }, additionalProperties: false }],
    ['schemas that are booleans', { properties: { any: true, none: false }, items: true }],
    ['keywords of the wrong type', { properties: null, required: 'a', enum: {}, anyOf: 'x', items: 7, type: 'object' }],
    ['names of JavaScript', JSON.parse('{"properties":{"__proto__":{"type":"string"},"constructor":{}}}')],
  ])('sends a schema with %s, or refuses it', (_what, parameters) => {
    for (const dialect of NATIVE) {
      const tool = { name: 'read', parameters: { type: 'object', ...parameters } };
      expect(encode(dialect, { tools: [tool] }).refusal).toBeNull();
      expect(encode(dialect, { tools: [{ ...tool, strict: true }] }).refusal).toBeNull();
      const responseFormat = { type: 'json_schema', name: 'a', schema: tool.parameters } as const;
      expect(encode(dialect, { responseFormat }).refusal).toBeNull();
    }
  });

  it('shows a model its own broken arguments, and sends none as an empty object', () => {
    const seen = (dialect: string, text: string) =>
      JSON.stringify(
        encode(dialect, {
          messages: [
            user('a'),
            { role: 'assistant', content: null, toolCalls: [{ id: 'x', name: 'read', arguments: text }] },
            result('x'),
          ],
        }).body,
      );
    for (const dialect of ['anthropic', 'gemini', 'ollama']) {
      for (const text of ['null', '[]', '7', '{"a":', 'x'.repeat(1024 * 1024)]) {
        expect(seen(dialect, text)).toContain(`{"unparsed_arguments":${JSON.stringify(text)}}`);
      }
      expect(seen(dialect, ' ')).toMatch(/"(input|args|arguments)":\{\}/);
    }
    expect(seen('openai', '')).toContain('"arguments":"{}"');
    expect(seen('openai', '{"a":')).toContain('"arguments":"{\\"a\\":"');
  });
});

describe('images and text that a dialect cannot carry (UPS-04)', () => {
  const see = (url: string): Partial<CompletionRequest> => ({
    messages: [{ role: 'user', content: [{ type: 'image', url }] }],
  });

  it.each([
    'data:image/png;base64,',
    'data:image/png;base64,###',
    'data:image/png;base64,AAAAA',
    'data:image/png;base64',
    'data:image/png,raw',
    'data:',
  ])('refuses the broken image %s, and says how to write one', (url) => {
    for (const dialect of ['anthropic', 'gemini', 'ollama']) {
      expect(encode(dialect, see(url)).refusal).toContain('write data:image/png;base64,');
    }
  });

  it.each(['ftp://x.test/a.png', 'file:///etc/passwd', 'javascript:alert(1)', 'a.png', ''])(
    'refuses an image at %j',
    (url) => {
      for (const dialect of ['anthropic', 'gemini', 'ollama']) expect(encode(dialect, see(url)).refusal).toMatch(/\.$/);
    },
  );

  it('takes base64 with line breaks and of the alphabet for addresses as the same image', () => {
    for (const url of [
      'data:image/png;base64,-_8A',
      'data:image/PNG;base64,+/\r\n8A',
      'data:image/png;base64,%2B%2F8A',
    ]) {
      expect(JSON.stringify(encode('anthropic', see(url)).body)).toContain('"data":"+/8A"');
    }
  });

  it('sends halves of characters and NUL as text that every parser takes, in keys as well', () => {
    const text = 'a\uD800b\uDFFF \\ud800 \u0000';
    const parameters = { type: 'object', properties: { 'k\uD800': { description: text } } };
    for (const dialect of NATIVE) {
      const { body } = encode(dialect, { messages: [user(text)], tools: [{ name: 'read', parameters }] });
      expect(JSON.stringify(body)).toContain('a\uFFFDb\uFFFD \\\\ud800 \\u0000');
    }
  });
});

describe('any conversation at all (UPS-04, OPT-11)', () => {
  const text = fc.oneof(fc.constantFrom('', ' ', 'a', '\uD800', '\u0000'), fc.string({ unit: 'binary', maxLength: 8 }));
  const ids = fc.constantFrom('a', 'b', 'ä:', '');
  const call = fc.record({ id: ids, name: fc.constantFrom('read', 'x/y', ''), arguments: text });
  const message: fc.Arbitrary<Message> = fc.oneof(
    fc.record({ role: fc.constantFrom('system' as const, 'developer' as const, 'user' as const), content: text }),
    fc.record({
      role: fc.constant('assistant' as const),
      content: fc.option(text),
      toolCalls: fc.array(call, { maxLength: 2 }),
      reasoning: fc.array(fc.record({ text, signature: text, redacted: text }, { requiredKeys: ['text'] }), {
        maxLength: 1,
      }),
    }),
    fc.record({ role: fc.constant('tool' as const), toolCallId: ids, content: text, isError: fc.boolean() }),
  );
  const messages = fc.array(message, { minLength: 1, maxLength: 7 });

  it.each(NATIVE)('is sent by %s, or refused with a sentence; nothing crashes', (dialect) => {
    fc.assert(
      fc.property(messages, (all) => {
        const { refusal } = encode(dialect, { messages: all });
        if (refusal !== null) expect(refusal).toMatch(/[.;] ?.*\.$/);
      }),
      { numRuns: 400 },
    );
  });

  /** A whole turn of an agent: calls, and a result for each in any order; then words. */
  const turn: fc.Arbitrary<readonly Message[]> = fc
    .tuple(
      text,
      fc.uniqueArray(ids, { maxLength: 3 }),
      fc.boolean(),
      fc.array(message.filter(isWords), { maxLength: 2 }),
    )
    .map(([content, called, backwards, words]) => {
      const results = called.map((id) => result(id));
      return [says(content, ...called), ...(backwards ? results.reverse() : results), ...words];
    });

  it.each(NATIVE)('begins the next turn with the same bytes through %s', (dialect) => {
    fc.assert(
      fc.property(fc.array(turn, { minLength: 1, maxLength: 3 }), turn, (turns, next) => {
        const before = [user('begin'), ...turns.flat(), user('on')];
        const sent = (all: readonly Message[]) => {
          const { body, refusal } = encode(dialect, { messages: all });
          expect(refusal).toBeNull();
          // What follows may join the last message, where roles must alternate.
          return JSON.stringify(body.messages ?? body.contents).replace(/[\]}]+$/, '');
        };
        expect(sent([...before, ...next, user('end')]).startsWith(sent(before))).toBe(true);
      }),
      { numRuns: 200 },
    );
  });

  it('begins the next turn with the same messages through emulation', () => {
    fc.assert(
      fc.property(fc.array(turn, { minLength: 1, maxLength: 3 }), turn, (turns, next) => {
        const before = [user('begin'), ...turns.flat(), user('on')];
        const first = renderConversation(before, 'Tools.').map((each) => JSON.stringify(each));
        const second = renderConversation([...before, ...next, user('end')], 'Tools.').map((each) =>
          JSON.stringify(each),
        );
        expect(second.slice(0, first.length)).toEqual(first);
      }),
      { numRuns: 200 },
    );
  });
});

function isWords(message: Message): boolean {
  return message.role === 'user' || message.role === 'system';
}
