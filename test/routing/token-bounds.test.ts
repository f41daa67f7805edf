import { Buffer } from 'node:buffer';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { estimateTokens, textTokens, upperBound } from '../../src/routing/token-bounds.ts';
import { makeRequest } from '../support/routing-world.ts';

describe('upperBound', () => {
  it('is never less than the bytes of the text, nor than the estimate, for any text (RTR-05)', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary', maxLength: 40 }), { maxLength: 4 }), (texts) => {
        const request = makeRequest('', { messages: texts.map((content) => ({ role: 'user', content })) });
        const bound = upperBound(request);
        expect(bound).toBeGreaterThanOrEqual(texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0));
        expect(bound).toBeGreaterThanOrEqual(estimateTokens(request));
      }),
    );
  });

  it('counts tools, schemas, tool calls and images', () => {
    const plain = upperBound(makeRequest('hi'));
    const tools = [{ name: 'get_weather', parameters: { type: 'object' } }];
    expect(upperBound(makeRequest('hi', { tools }))).toBe(plain + 1024 + 16 + JSON.stringify(tools).length);
    const responseFormat = { type: 'json_schema', name: 'x', schema: { type: 'object' } } as const;
    expect(upperBound(makeRequest('hi', { responseFormat }))).toBe(plain + JSON.stringify(responseFormat).length);
    const image = { type: 'image', url: 'data:image/png;base64,AAAA' } as const;
    const text = { type: 'text', text: 'hi' } as const;
    expect(upperBound(makeRequest('', { messages: [{ role: 'user', content: [text, image] }] }))).toBe(plain + 50_000);
    const toolCalls = [{ id: 'c1', name: 'f', arguments: '{"a":1}' }];
    const called = [{ role: 'assistant', content: null, toolCalls }] as const;
    expect(upperBound(makeRequest('', { messages: called }))).toBe(64 + 16 + 16 + 2 + 1 + 7);
  });
});

describe('estimateTokens', () => {
  it('takes four characters of English for a token, and fewer of other scripts', () => {
    expect(textTokens('The quick brown fox jumps over the lazy dog.')).toBe(11);
    expect(textTokens('你好世界')).toBeCloseTo(3.6);
    expect(textTokens('')).toBe(0);
  });

  it('reads only samples of a long text', () => {
    expect(textTokens('abcd'.repeat(1_000_000))).toBe(1_000_000);
  });
});
