import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { carefulTokens } from '../../src/context/careful-tokens.ts';
import { chunkText } from '../../src/context/chunk-text.ts';

const length = (text: string) => text.length;

describe('chunking a text', () => {
  it('loses nothing, keeps the order and the limit, for any text (MEM-08)', () => {
    const piece = fc.oneof(
      fc.lorem({ maxCount: 20 }),
      fc.string(),
      fc.string({ unit: 'grapheme' }),
      fc.constant('\n\n'),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), fc.integer({ min: 2, max: 400 }), (pieces, most) => {
        const text = pieces.join('\n');
        const chunks = chunkText(text, most, length);
        expect(chunks.join('')).toBe(text);
        for (const chunk of chunks) expect(chunk.length).toBeLessThanOrEqual(most);
      }),
      { numRuns: 300 },
    );
  });

  it('cuts at the strongest boundary: paragraphs, then lines, then sentences', () => {
    expect(chunkText('one one.\n\ntwo two.\ntwo.\n\nthree.', 20, length)).toEqual([
      'one one.\n\n',
      'two two.\ntwo.\n\n',
      'three.',
    ]);
    expect(chunkText('First one. Second one. Third one.', 15, length)).toEqual([
      'First one. ',
      'Second one. ',
      'Third one.',
    ]);
  });

  it('keeps fenced code in one piece, unless it is larger than a chunk itself', () => {
    const code = '```ts\nconst a = 1;\n\nconst b = 2;\n```';
    const chunks = chunkText(
      `${'Some words stand here.\n\n'.repeat(5)}${code}\n\n${'More words follow.\n\n'.repeat(5)}`,
      60,
      length,
    );
    expect(chunks.some((chunk) => chunk.includes(code))).toBe(true);
    const large = `\`\`\`\n${'const line = 1;\n'.repeat(20)}\`\`\``;
    for (const chunk of chunkText(large, 80, length)) expect(chunk).toMatch(/\n$|```$/);
  });

  it('keeps a tool call and its result together in a transcript', () => {
    const turn = (n: number) => `[user]\nquestion ${n}\n[assistant]\n(calls read {"n":${n}})\n(result) content ${n}\n`;
    const transcript = Array.from({ length: 30 }, (_, n) => turn(n)).join('');
    for (const chunk of chunkText(transcript, 300, length)) {
      expect(chunk.match(/\(calls/g)?.length).toBe(chunk.match(/\(result\)/g)?.length);
    }
  });

  it('does not cut a character of two code units in half', () => {
    for (const chunk of chunkText('😀'.repeat(50), 7, length)) expect(chunk).not.toMatch(/\p{Surrogate}/u);
  });

  it('cuts a million characters in a moment', () => {
    const text = 'A line of a log with some words and 12345 in it.\n'.repeat(25_000);
    const started = performance.now();
    const chunks = chunkText(text, 100_000, carefulTokens);
    expect(performance.now() - started).toBeLessThan(2_000);
    expect(chunks.length).toBeLessThan(10);
  });
});
