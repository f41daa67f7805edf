import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type LostLine, limitLines, requestIdOf } from '../../src/mcp/limit-lines.ts';

async function pass(input: Buffer, cuts: readonly number[], maxBytes: number) {
  const lost: LostLine[] = [];
  const ends = [...new Set(cuts.map((cut) => cut % (input.length + 1)))].sort((a, b) => a - b);
  const chunks = [...ends, input.length].map((end, index) => input.subarray(ends[index - 1] ?? 0, end));
  const out = await text(
    Readable.from(chunks.filter((chunk) => chunk.length > 0)).pipe(limitLines(maxBytes, (line) => lost.push(line))),
  );
  return { out, lost };
}

describe('limitLines', () => {
  it('passes every line within the limit and drops the others, however the bytes are cut (SEC-11)', async () => {
    const line = fc.string({ unit: fc.constantFrom('a', 'ü', '"', ' '), maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(
        fc.array(line, { maxLength: 20 }),
        fc.array(fc.nat(), { maxLength: 20 }),
        async (lines, cuts) => {
          const whole = lines.map((content) => `${content}\n`);
          const { out, lost } = await pass(Buffer.from(whole.join('')), cuts, 30);
          const sizes = whole.map((content) => Buffer.byteLength(content));
          expect(out).toBe(whole.filter((_, index) => (sizes[index] ?? 0) <= 30).join(''));
          expect(lost.map(({ bytes }) => bytes)).toEqual(sizes.filter((size) => size > 30));
        },
      ),
    );
  });

  it('keeps only the ends of what it drops', async () => {
    const { lost } = await pass(Buffer.from(`{"id":1,${'x'.repeat(100_000)}"}\n`), [5, 100, 7000, 50_000], 10_000);
    expect(lost).toHaveLength(1);
    expect(lost[0]?.head).toMatch(/^\{"id":1,x+$/);
    expect(lost[0]?.head.length).toBeLessThanOrEqual(512);
    expect(lost[0]?.tail).toMatch(/^x+"\}\n$/);
  });

  it('drops an unfinished line at the end', async () => {
    expect((await pass(Buffer.from('a\nb'), [], 10)).out).toBe('a\n');
  });
});

describe('requestIdOf', () => {
  it.each([
    ['{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"arguments":{"prompt":"', '"}}}', 7],
    ['{"method":"tools/call","params":{"arguments":{"prompt":"', '"}},"jsonrpc":"2.0","id":8}\n', 8],
    ['{"method":"tools/call","params":{', '"}},"id":"a\\"b","jsonrpc":"2.0"}', 'a"b'],
    ['{ "jsonrpc": "2.0", "id": "x", "method"', '', 'x'],
    ['{"method":"tools/call","params":{"arguments":{"id":5,"prompt":"', '"}}}', null],
    ['{"method":"x","params":{"prompt":"\\"id\\":5}', 'zzz', null],
  ])('finds the id in %s … %s', (head, tail, id) => {
    expect(requestIdOf({ bytes: 1, head, tail })).toBe(id);
  });
});
