import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { calcPrice, TieredPrices } from '@pydantic/genai-prices';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { loadGenaiPriceBook } from '../../src/catalogue/genai-price-book.ts';
import { PRICE_LIST, toPrice } from '../../src/catalogue/genai-prices-to-price.ts';
import { costOf } from '../../src/domain/price.ts';
import { normalizeUsage } from '../../src/domain/usage.ts';

const NOW = Date.parse('2026-11-21T12:00:00Z');
const book = await loadGenaiPriceBook(NOW);
const model = (prices: Parameters<typeof toPrice>[0]['prices'], id = 'm') => ({ id, match: { equals: id }, prices });

describe('prices from the list', () => {
  it('are dated as the installed list is (CST-17)', () => {
    const main = createRequire(import.meta.url).resolve('@pydantic/genai-prices');
    const manifest = JSON.parse(readFileSync(join(dirname(main), '..', 'package.json'), 'utf8')) as { version: string };
    expect(manifest.version).toBe(PRICE_LIST.version);
  });

  it('are whole nano-dollars with their source and date', () => {
    expect(book.find('groq', 'llama-3.3-70b-versatile')).toEqual({
      price: {
        rates: { input: 590_000_000, output: 790_000_000, cacheRead: null, cacheWrite5m: null, cacheWrite1h: null },
        tiers: [],
        perRequest: 0,
        source: 'genai-prices',
        asOf: PRICE_LIST.date,
      },
      contextWindow: null,
    });
    expect(book.find('anthropic', 'claude-3.5-sonnet')?.price?.rates).toEqual({
      input: 3_000_000_000,
      output: 15_000_000_000,
      cacheRead: 300_000_000,
      cacheWrite5m: 3_750_000_000,
      cacheWrite1h: 6_000_000_000,
    });
  });

  it('are null for what the list does not know, never 0 (CST-17)', () => {
    expect(book.find('openrouter', 'nobody/knows-this')).toBeNull();
    expect(book.find('openrouter', 'thudm/glm-4-9b:free')).toBeNull();
    expect(book.find('my-own', 'gpt-5')).toBeNull();
    expect(book.find('__proto__', 'gpt-5')).toBeNull();
    expect(book.findByModel('nobody-knows-this')).toBeNull();
    expect(book.find('cerebras', 'qwen-3-coder-480b')?.price).toBeNull();
  });

  it('are 0 for a free model only where the list itself has it as free', () => {
    expect(book.find('openrouter', 'openai/gpt-oss-120b:free')?.price?.rates).toMatchObject({ input: 0, output: 0 });
    expect(book.find('openrouter', 'google/gemini-2.5-pro-exp-03-25')?.price ?? null).toBeNull();
  });

  it('keep the tiers of long prompts, which begin one token beyond the list’s threshold', () => {
    const price = book.find('gemini', 'gemini-2.5-pro')?.price;
    expect(price?.tiers).toEqual([
      {
        fromInputTokens: 200_001,
        rates: {
          input: 2_500_000_000,
          output: 15_000_000_000,
          cacheRead: 250_000_000,
          cacheWrite5m: null,
          cacheWrite1h: null,
        },
      },
    ]);
  });

  it('take the dearest hour where the price depends on the time of day', () => {
    const constraint = { type: 'time_of_date' as const, start_time: '01:00:00Z', end_time: '04:00:00Z' };
    const prices = [
      { prices: { input_mtok: 1, output_mtok: 2 } },
      { constraint, prices: { input_mtok: 3, output_mtok: 4 } },
    ];
    expect(toPrice(model(prices), NOW)?.rates).toMatchObject({ input: 3_000_000_000, output: 4_000_000_000 });
  });

  it('are those in force on the day, not later ones and not replaced ones', () => {
    const from = (start_date: string, input_mtok: number) => ({
      constraint: { type: 'start_date' as const, start_date },
      prices: { input_mtok, output_mtok: 1 },
    });
    const prices = [{ prices: { input_mtok: 9, output_mtok: 1 } }, from('2026-01-01', 2), from('2027-01-01', 5)];
    expect(toPrice(model(prices), NOW)?.rates.input).toBe(2_000_000_000);
    expect(toPrice(model(prices), Date.parse('2025-06-01'))?.rates.input).toBe(9_000_000_000);
  });

  it('convert every decimal of up to nine places exactly, although it came as a float', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 999_999_999_999 }), (nanos) => {
        const text = `${Math.floor(nanos / 1e9)}.${String(nanos % 1e9).padStart(9, '0')}`;
        expect(toPrice(model({ input_mtok: Number(text), output_mtok: 0 }), NOW)?.rates.input).toBe(nanos);
      }),
    );
  });

  it('give the same cost as the list’s own calculator, rounded up to a nano-dollar', () => {
    const usage = fc.record({
      input: fc.integer({ min: 0, max: 500_000 }),
      output: fc.integer({ min: 0, max: 50_000 }),
    });
    const models = fc.constantFrom(
      ['openai', 'openai', 'gpt-5.4'],
      ['gemini', 'google', 'gemini-2.5-pro'],
      ['groq', 'groq', 'openai/gpt-oss-120b'],
      ['openrouter', 'openrouter', 'meta-llama/llama-3.3-70b-instruct'],
    );
    fc.assert(
      fc.property(usage, models, ({ input, output }, [ours = '', theirs = '', name = '']) => {
        const price = book.find(ours, name)?.price;
        const tokens = { input_tokens: input, output_tokens: output };
        const expected = calcPrice(tokens, name, { providerId: theirs, timestamp: new Date(NOW) })?.total_price ?? -1;
        const cost = price ? costOf(price, normalizeUsage({ inputTokens: input, outputTokens: output })) : -1;
        expect(Math.abs(cost - expected * 1e9)).toBeLessThanOrEqual(1.001);
      }),
    );
  });

  it('count a charge per thousand requests for each request', () => {
    const prices = { input_mtok: 1, output_mtok: 1, requests_kcount: 12 };
    expect(toPrice(model(prices), NOW)?.perRequest).toBe(12_000_000);
    expect(
      toPrice(model({ input_mtok: new TieredPrices({ base: 1, tiers: [] }), output_mtok: 1 }), NOW)?.tiers,
    ).toEqual([]);
  });
});
