import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodingOf } from '../../src/tokens/encoding-of.ts';
import { imageTokens } from '../../src/tokens/image-tokens.ts';
import { createLearnedRatio } from '../../src/tokens/learned-ratio.ts';
import { loadEncoder } from '../../src/tokens/load-encoder.ts';
import { createTokenCounter } from '../../src/tokens/token-counter.ts';

describe('the encoding of a model', () => {
  it.each([
    ['openai/gpt-4o-2024-08-06', 'o200k_base'],
    ['gpt-4.1-mini', 'o200k_base'],
    ['gpt-5.5', 'o200k_base'],
    ['openai/gpt-oss-120b', 'o200k_base'],
    ['o3-mini', 'o200k_base'],
    ['gpt-4-turbo', 'cl100k_base'],
    ['gpt-4', 'cl100k_base'],
    ['gpt-3.5-turbo', 'cl100k_base'],
    ['claude-sonnet-5', null],
    ['deepseek/deepseek-chat', null],
    ['gpt-4on-sale', null],
  ])('of %s is %s', (model, encoding) => expect(encodingOf(model)).toBe(encoding));
});

describe('tokens, counted (UPS-07)', () => {
  it('are those that OpenAI publishes', async () => {
    const [old, current] = [await loadEncoder('cl100k_base'), await loadEncoder('o200k_base')];
    expect(old('tiktoken is great!')).toBe(6);
    expect(old('antidisestablishmentarianism')).toBe(6);
    expect(old('2 + 2 = 4')).toBe(7);
    expect(old('お誕生日おめでとう')).toBe(9);
    expect(current('hello world')).toBe(2);
    expect(current('お誕生日おめでとう')).toBe(8);
    expect(current('')).toBe(0);
  });

  it('take the names of control tokens for text', async () => {
    expect((await loadEncoder('o200k_base'))('<|endoftext|>')).toBeGreaterThan(1);
  });

  it('are counted in little time also where a text is one long word', async () => {
    const count = await loadEncoder('o200k_base');
    const letters = 'a'.repeat(90_000);
    const started = performance.now();
    expect(count(letters)).toBeGreaterThan(5_000);
    // Quadratic, it took more than five seconds.
    expect(performance.now() - started).toBeLessThan(2_000);
  });

  it('are told by samples where a text is very long, about as many as there are', async () => {
    const count = await loadEncoder('o200k_base');
    const text = 'The quick brown fox jumps over the lazy dog. '.repeat(20_000);
    expect(count(text)).toBeGreaterThan(199_000);
    expect(count(text)).toBeLessThan(204_000);
  });

  it('are counted only once the tokenizer is loaded, and not where it cannot be', async () => {
    const counter = createTokenCounter();
    expect(counter.count('gpt-4o', ['hello world'])).toBeNull();
    await Promise.all([counter.ready('gpt-4o'), counter.ready('gpt-4o'), counter.ready('claude-x')]);
    expect(counter.count('gpt-4o', ['hello world', 'hello world'])).toBe(4);
    expect(counter.count('claude-x', ['hello world'])).toBeNull();
    const broken = createTokenCounter(() => Promise.reject(new Error('no such file')));
    await broken.ready('gpt-4o');
    expect(broken.count('gpt-4o', ['hello'])).toBeNull();
  });
});

describe('what is learned of a model (UPS-07)', () => {
  it('corrects its estimates, each direction for itself', () => {
    const ratio = createLearnedRatio();
    expect(ratio.correct('m', 'input', 100)).toBe(100);
    for (let i = 0; i < 50; i++) ratio.learn('m', 'input', 1_000, 1_300);
    expect(ratio.correct('m', 'input', 100)).toBe(130);
    expect(ratio.correct('m', 'output', 100)).toBe(100);
    expect(ratio.correct('other', 'input', 100)).toBe(100);
    for (let i = 0; i < 200; i++) ratio.learn('m', 'input', 1_000, 900);
    expect(ratio.correct('m', 'input', 100)).toBe(90);
  });

  it('is not led astray by figures that are no counts of this text', () => {
    fc.assert(
      fc.property(fc.double(), fc.double(), fc.nat(1e6), (estimate, actual, asked) => {
        const ratio = createLearnedRatio();
        ratio.learn('m', 'input', estimate, actual);
        const corrected = ratio.correct('m', 'input', asked);
        expect(corrected).toBeGreaterThanOrEqual(Math.floor(asked / 4));
        expect(corrected).toBeLessThanOrEqual(asked * 4 + 1);
      }),
    );
  });
});

describe('images', () => {
  const png = (width: number, height: number) => {
    const bytes = Buffer.alloc(33);
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]).copy(bytes);
    bytes.writeUInt32BE(width, 16);
    bytes.writeUInt32BE(height, 20);
    return `data:image/png;base64,${bytes.toString('base64')}`;
  };
  const jpeg = (width: number, height: number) => {
    const frame = Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0, 4, 0, 0, 0xff, 0xc0, 0, 17, 8, 0, 0, 0, 0, 3, 0, 0, 0, 0]);
    frame.writeUInt16BE(height, 13);
    frame.writeUInt16BE(width, 15);
    return `data:image/jpeg;base64,${frame.toString('base64')}`;
  };
  const of = (model: string, url: string, detail?: 'low' | 'high') =>
    imageTokens(model, { type: 'image', url, ...(detail && { detail }) });

  it('are counted by the rule of the model’s maker', () => {
    // The examples of OpenAI's guide.
    expect(of('gpt-4o', png(1024, 1024))).toBe(765);
    expect(of('gpt-4o', png(2048, 4096))).toBe(1105);
    expect(of('gpt-4o', png(4096, 8192), 'low')).toBe(85);
    expect(of('gpt-4o', jpeg(1024, 1024))).toBe(765);
    expect(of('anthropic/claude-sonnet-5', png(1000, 1000))).toBe(1334);
    expect(of('anthropic/claude-sonnet-5', png(4000, 4000))).toBe(1600);
    expect(of('gemini-2.5-pro', png(300, 300))).toBe(258);
    expect(of('gemini-2.5-pro', png(1000, 1000))).toBe(1032);
    expect(of('gpt-4o', 'https://example.com/a.png')).toBe(1200);
  });

  it('of any bytes are counted as something', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), fc.constantFrom('png', 'jpeg', 'gif'), (bytes, kind) => {
        const head = {
          png: [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a],
          jpeg: [0xff, 0xd8],
          gif: [0x47, 0x49, 0x46, 0x38],
        };
        const url = `data:image/${kind};base64,${Buffer.from([...head[kind as 'png'], ...bytes]).toString('base64')}`;
        expect(of('gpt-4o', url)).toBeGreaterThan(0);
      }),
    );
  });
});
