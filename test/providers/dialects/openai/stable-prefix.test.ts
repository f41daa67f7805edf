import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Message, TextPart, ToolDefinition } from '../../../../src/domain/completion-request.ts';
import { quirksFor } from '../../../../src/providers/dialects/openai/quirks.ts';
import { toOpenAiBody } from '../../../../src/providers/dialects/openai/to-openai-body.ts';
import { toJson } from '../../../../src/providers/to-json.ts';
import { providerCall } from '../../../support/provider-call.ts';

const PROVIDERS = ['openrouter', 'openai', 'deepseek', 'gemini', 'anthropic', 'groq', 'cerebras', 'ollama'];

const parts = fc.array(fc.record({ type: fc.constant('text' as const), text: fc.string({ unit: 'grapheme' }) }), {
  minLength: 1,
  maxLength: 3,
});
const content = fc.oneof(fc.string({ unit: 'grapheme' }), parts);
const calls = fc.array(
  fc.record({ id: fc.string({ minLength: 1 }), name: fc.constantFrom('read', 'edit'), arguments: fc.json() }),
  { maxLength: 2 },
);
const message: fc.Arbitrary<Message> = fc.oneof(
  fc.record({ role: fc.constantFrom('system' as const, 'developer' as const, 'user' as const), content }),
  fc.record({ role: fc.constant('assistant' as const), content: fc.option(content), toolCalls: calls }),
  fc.record({ role: fc.constant('tool' as const), toolCallId: fc.string({ minLength: 1 }), content }),
);
const tools: readonly ToolDefinition[] = [
  { name: 'read', parameters: { type: 'object', properties: { path: { type: 'string' } } } },
  { name: 'edit', description: 'Edits.', parameters: { type: 'object', properties: {} }, strict: true },
];
const conversation = fc.record({
  messages: fc.array(message, { minLength: 1, maxLength: 8 }),
  next: fc.array(message, { minLength: 1, maxLength: 3 }),
  provider: fc.constantFrom(...PROVIDERS),
  format: fc.constantFrom(undefined, { type: 'json_schema', name: 'a', schema: { type: 'object' } } as const),
});

/** The body up to the end of its last message, and what stands behind its messages. */
function split(body: string): { head: string; tail: string } {
  const end = body.lastIndexOf(']', body.search(/,"max_(completion_)?tokens":/));
  return { head: body.slice(0, end), tail: body.slice(end) };
}

describe('the body of a conversation that goes on (OPT-11)', () => {
  it('begins with the bytes of the turn before, and ends with the same tools and parameters', () => {
    fc.assert(
      fc.property(conversation, ({ messages, next, provider, format }) => {
        // Without a turn the demand for JSON has no place yet: a request needs one anyway.
        const first: Message = { role: 'user', content: 'begin' };
        const send = (all: readonly Message[]) => {
          const request = { messages: [first, ...all], tools, ...(format && { responseFormat: format }) };
          return split(toJson(toOpenAiBody(providerCall(request, { provider }), quirksFor(provider, 'http://x/v1'))));
        };
        const [one, two] = [send(messages), send([...messages, ...next])];
        expect(two.head.startsWith(one.head)).toBe(true);
        expect(two.tail).toBe(one.tail);
        expect(send(structuredClone(messages))).toEqual(one);
      }),
      { numRuns: 500 },
    );
  });

  it('does not change a message whose cache mark has moved on', () => {
    const mark = (text: string, marked: boolean): readonly TextPart[] => [
      { type: 'text', text: `${text} part one, ` },
      { type: 'text', text: `${text} part two`, ...(marked ? { cacheControl: { ttl: '5m' } as const } : {}) },
    ];
    const send = (turns: number) => {
      const messages = Array.from({ length: turns }, (_, i): Message => {
        return { role: i % 2 === 0 ? 'user' : 'assistant', content: mark(`turn ${i}`, i === turns - 1) };
      });
      const body = toJson(toOpenAiBody(providerCall({ messages }), quirksFor('openrouter', 'http://x/v1')));
      return split(body.replaceAll(',"cache_control":{"type":"ephemeral"}', ''));
    };
    for (let turns = 1; turns < 10; turns++) expect(send(turns + 1).head.startsWith(send(turns).head)).toBe(true);
  });

  it('leaves system messages where they are', () => {
    const messages: readonly Message[] = [
      { role: 'system', content: 'a' },
      { role: 'user', content: 'b' },
      { role: 'system', content: 'c' },
      { role: 'user', content: 'd' },
    ];
    for (const provider of PROVIDERS) {
      const body = toOpenAiBody(providerCall({ messages }, { provider }), quirksFor(provider, 'http://x/v1'));
      expect(body.messages.map(({ role, content }) => `${role} ${content}`)).toEqual([
        'system a',
        'user b',
        'system c',
        'user d',
      ]);
    }
  });
});
