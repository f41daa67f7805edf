import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createSseDecoder, type SseEvent } from '../../src/providers/sse-decoder.ts';

const encoder = new TextEncoder();

function decode(chunks: readonly Uint8Array[]): SseEvent[] {
  const decoder = createSseDecoder();
  return [...chunks.flatMap((chunk) => decoder.push(chunk)), ...decoder.end()];
}

function decodeText(text: string): SseEvent[] {
  return decode([encoder.encode(text)]);
}

function splitAt(bytes: Uint8Array, cuts: readonly number[]): Uint8Array[] {
  const sorted = [0, ...[...cuts].sort((a, b) => a - b), bytes.length];
  return sorted.slice(1).map((end, index) => bytes.subarray(sorted[index], end));
}

const line = fc.oneof(
  fc.string({ unit: 'grapheme' }).map((text) => `data: ${text.replace(/[\r\n]/g, ' ')}`),
  fc.constantFrom(
    'data',
    'data:',
    'data:  two spaces',
    ': comment',
    ':',
    'event: error',
    'id: 7',
    'retry: 5',
    'junk',
    '',
  ),
);
const stream = fc
  .array(fc.tuple(line, fc.constantFrom('\n', '\r\n', '\r')), { maxLength: 30 })
  .map((lines) => lines.map(([text, end]) => text + end).join(''));

describe('the SSE decoder (UPS-02)', () => {
  it('gives the same events for every split of the bytes', () => {
    fc.assert(
      fc.property(stream, fc.array(fc.nat(), { maxLength: 12 }), (text, cuts) => {
        const bytes = encoder.encode(text);
        expect(
          decode(
            splitAt(
              bytes,
              cuts.map((cut) => cut % (bytes.length + 1)),
            ),
          ),
        ).toEqual(decode([bytes]));
      }),
      { numRuns: 400 },
    );
  });

  it('gives the same events byte by byte, with multibyte characters and each kind of line end', () => {
    for (const end of ['\n', '\r\n', '\r']) {
      const text = `data: {"a":"é漢🙂"}${end}${end}: ping${end}data: one${end}data: two${end}${end}data: [DONE]${end}${end}`;
      const bytes = encoder.encode(text);
      const expected = ['{"a":"é漢🙂"}', 'one\ntwo', '[DONE]'].map((data) => ({ name: null, data, terminated: true }));
      expect(decode([bytes])).toEqual(expected);
      expect(decode([...bytes].map((byte) => Uint8Array.of(byte)))).toEqual(expected);
    }
  });

  it('hands out what the end of the stream left open, marked as unterminated', () => {
    expect(decodeText('data: whole\n\ndata: {"cut')).toEqual([
      { name: null, data: 'whole', terminated: true },
      { name: null, data: '{"cut', terminated: false },
    ]);
    expect(decodeText('event: error\ndata: x\n')).toEqual([{ name: 'error', data: 'x', terminated: false }]);
  });

  it('drops a byte order mark, comments, and events without data', () => {
    expect(decodeText('\uFEFFdata: a\n\n: comment\n\nevent: ping\n\n')).toEqual([
      { name: null, data: 'a', terminated: true },
    ]);
  });

  it('refuses an event beyond the limit, in one line or in many', () => {
    const one = createSseDecoder(100);
    expect(() => one.push(encoder.encode(`data: ${'x'.repeat(200)}`))).toThrow(RangeError);
    const many = createSseDecoder(100);
    expect(() => many.push(encoder.encode('data: 12345678\n'.repeat(20)))).toThrow(RangeError);
  });

  it('never fails on arbitrary bytes', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 500 }), (bytes) => void decode([bytes])));
  });
});
