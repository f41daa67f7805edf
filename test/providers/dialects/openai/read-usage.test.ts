import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { TokenUsage } from '../../../../src/domain/usage.ts';
import { quirksFor } from '../../../../src/providers/dialects/openai/quirks.ts';
import { readUsage } from '../../../../src/providers/dialects/openai/read-usage.ts';

const plain = quirksFor('custom', 'http://127.0.0.1/v1');
const openrouter = quirksFor('openrouter', 'http://127.0.0.1/v1');
const gemini = quirksFor('gemini', 'http://127.0.0.1/v1');

function usage(parts: Partial<TokenUsage>): TokenUsage {
  return {
    inputTokens: 0,
    uncachedInputTokens: 0,
    cacheReadTokens: 0,
    cacheWrite5mTokens: 0,
    cacheWrite1hTokens: 0,
    outputTokens: 0,
    reasoningTokens: 0,
    ...parts,
  };
}

describe('usage in its dialects (UPS-07)', () => {
  it.each([
    [
      'OpenAI: cached tokens inside the prompt, reasoning inside the completion',
      {
        prompt_tokens: 100,
        completion_tokens: 50,
        total_tokens: 150,
        prompt_tokens_details: { cached_tokens: 60 },
        completion_tokens_details: { reasoning_tokens: 20 },
      },
      usage({ inputTokens: 100, uncachedInputTokens: 40, cacheReadTokens: 60, outputTokens: 50, reasoningTokens: 20 }),
    ],
    [
      'DeepSeek: hits and misses inside the prompt',
      { prompt_tokens: 100, completion_tokens: 5, prompt_cache_hit_tokens: 64, prompt_cache_miss_tokens: 36 },
      usage({ inputTokens: 100, uncachedInputTokens: 36, cacheReadTokens: 64, outputTokens: 5 }),
    ],
    [
      'Anthropic: cache reads and writes beside the input, with their lifetimes',
      {
        input_tokens: 10,
        output_tokens: 5,
        cache_read_input_tokens: 100,
        cache_creation_input_tokens: 30,
        cache_creation: { ephemeral_5m_input_tokens: 20, ephemeral_1h_input_tokens: 10 },
      },
      usage({
        inputTokens: 140,
        uncachedInputTokens: 10,
        cacheReadTokens: 100,
        cacheWrite5mTokens: 20,
        cacheWrite1hTokens: 10,
        outputTokens: 5,
      }),
    ],
    [
      'Anthropic without a breakdown: writes are for five minutes',
      { input_tokens: 10, output_tokens: 5, cache_creation_input_tokens: 30 },
      usage({ inputTokens: 40, uncachedInputTokens: 10, cacheWrite5mTokens: 30, outputTokens: 5 }),
    ],
    [
      'OpenAI Responses: cached inside input_tokens',
      { input_tokens: 100, output_tokens: 5, input_tokens_details: { cached_tokens: 80 } },
      usage({ inputTokens: 100, uncachedInputTokens: 20, cacheReadTokens: 80, outputTokens: 5 }),
    ],
    [
      'prompt_tokens that the total shows to be without the cached ones',
      { prompt_tokens: 10, completion_tokens: 5, total_tokens: 115, cache_read_input_tokens: 100 },
      usage({ inputTokens: 110, uncachedInputTokens: 10, cacheReadTokens: 100, outputTokens: 5 }),
    ],
  ])('%s', (_name, raw, expected) => {
    expect(readUsage(raw, plain)?.usage).toEqual(expected);
  });

  it('finds the reasoning that only the total of Gemini shows, and nothing in the total of others', () => {
    const raw = { prompt_tokens: 10, completion_tokens: 5, total_tokens: 45 };
    expect(readUsage(raw, gemini)?.usage).toEqual(
      usage({ inputTokens: 10, uncachedInputTokens: 10, outputTokens: 35, reasoningTokens: 30 }),
    );
    expect(readUsage(raw, plain)?.usage.outputTokens).toBe(5);
  });

  it('reads the cost that OpenRouter reports, to the nano-dollar, and no cost of others', () => {
    const raw = { prompt_tokens: 10, completion_tokens: 5, cost: 0.000123456 };
    expect(readUsage(raw, openrouter)?.reportedCost).toBe(123_456);
    expect(readUsage({ ...raw, cost: 0 }, openrouter)?.reportedCost).toBe(0);
    expect(readUsage(raw, plain)?.reportedCost).toBeNull();
  });

  it("adds the upstream's bill where OpenRouter used the user's own key, and knows no cost without it", () => {
    const raw = { prompt_tokens: 10, completion_tokens: 5, cost: 0.001, is_byok: true };
    const billed = { ...raw, cost_details: { upstream_inference_cost: 0.02 } };
    expect(readUsage(billed, openrouter)?.reportedCost).toBe(21_000_000);
    expect(readUsage(raw, openrouter)?.reportedCost).toBeNull();
  });

  it.each([null, undefined, 7, [], {}, { prompt_tokens: 0, completion_tokens: 0 }, { prompt_tokens: '9' }])(
    'takes %j for no usage',
    (raw) => expect(readUsage(raw, plain)).toBeNull(),
  );

  it('upholds the invariants of usage whatever a provider reports', () => {
    const number = fc.oneof(fc.nat(1e6), fc.constantFrom(-1, 0.5, null, '7'));
    const raw = fc.record(
      {
        prompt_tokens: number,
        input_tokens: number,
        completion_tokens: number,
        output_tokens: number,
        total_tokens: number,
        cache_read_input_tokens: number,
        cache_creation_input_tokens: number,
        prompt_cache_hit_tokens: number,
        prompt_tokens_details: fc.record({ cached_tokens: number }),
        completion_tokens_details: fc.record({ reasoning_tokens: number }),
        cache_creation: fc.record({ ephemeral_5m_input_tokens: number, ephemeral_1h_input_tokens: number }),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(raw, fc.constantFrom(plain, gemini, openrouter), (each, quirks) => {
        const read = readUsage(each, quirks)?.usage;
        if (!read) return;
        const { uncachedInputTokens, cacheReadTokens, cacheWrite5mTokens, cacheWrite1hTokens } = read;
        expect(uncachedInputTokens + cacheReadTokens + cacheWrite5mTokens + cacheWrite1hTokens).toBe(read.inputTokens);
        expect(read.reasoningTokens).toBeLessThanOrEqual(read.outputTokens);
        const { faults: _faults, ...counts } = read;
        for (const value of Object.values(counts)) expect(value).toBeGreaterThanOrEqual(0);
      }),
    );
  });
});
