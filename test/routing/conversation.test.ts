import { describe, expect, it } from 'vitest';
import type { Message, ToolDefinition } from '../../src/domain/completion-request.ts';
import { createConversationReader, sharedPrefixes } from '../../src/routing/conversation.ts';
import { makeRequest, type RequestParts } from '../support/routing-world.ts';

const system: Message = { role: 'system', content: 'You are a careful agent.' };
const first: Message = { role: 'user', content: 'Mend the parser.' };
const answer: Message = {
  role: 'assistant',
  content: null,
  toolCalls: [{ id: 'c1', name: 'read', arguments: '{"a":1}' }],
};
const result: Message = { role: 'tool', toolCallId: 'c1', content: 'export const x = 1;' };
const tools: readonly ToolDefinition[] = [
  { name: 'read', description: 'Reads.', parameters: { type: 'object', properties: { a: {} } } },
];

const read = (messages: readonly Message[], parts: RequestParts = {}) =>
  createConversationReader()(makeRequest('', { messages, ...parts }));
const shared = (a: ReturnType<typeof read>, b: ReturnType<typeof read>) => sharedPrefixes(a.chain, b.chain);

describe('a conversation by its fingerprints', () => {
  it('has the same id in every turn and shares all prefixes of the turn before', () => {
    const one = read([system, first], { tools });
    const two = read([system, first, answer, result], { tools });
    expect(two.id).toBe(one.id);
    expect(two.chain.slice(0, 3)).toEqual(one.chain);
    expect(shared(one, two)).toBe(3);
  });

  it.each<[string, readonly Message[], RequestParts, number]>([
    ['other tools', [system, first, answer, result], { tools: [{ name: 'write', parameters: {} }] }, 0],
    ['another system message', [{ ...system, content: 'Hi.' }, first, answer, result] as Message[], { tools }, 1],
    ['another first message', [system, { role: 'user', content: 'Write docs.' }, answer, result], { tools }, 2],
    [
      'other arguments of a tool call',
      [system, first, { ...answer, toolCalls: [] }, result] as Message[],
      { tools },
      3,
    ],
    ['another result', [system, first, answer, { ...result, content: 'nothing' }] as Message[], { tools }, 4],
  ])('sees %s', (_, messages, parts, expected) => {
    expect(shared(read([system, first, answer, result], { tools }), read(messages, parts))).toBe(expected);
  });

  it('does not care where cache marks stand or how a text is split into parts', () => {
    const marked = read([
      system,
      {
        role: 'user',
        content: [
          { type: 'text', text: 'Mend the ' },
          { type: 'text', text: 'parser.', cacheControl: { ttl: '1h' } },
        ],
      },
      answer,
    ]);
    const plain = read([system, first, answer]);
    expect(marked.chain).toEqual(plain.chain);
    expect(marked).toMatchObject({ marked: true, lastHourMark: 2 });
    expect(plain).toMatchObject({ marked: false, lastHourMark: -1 });
  });

  it('keeps numbers, and no text', () => {
    const leaves = Object.values(read([system, first, answer, result], { tools })).flat();
    expect(leaves.filter((leaf) => typeof leaf !== 'number' && typeof leaf !== 'boolean')).toEqual([]);
  });

  it('is read once for a request', () => {
    const reader = createConversationReader();
    const request = makeRequest('hello');
    expect(reader(request)).toBe(reader(request));
  });
});
