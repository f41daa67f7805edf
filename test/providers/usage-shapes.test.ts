import { describe, expect, it } from 'vitest';
import { quirksFor } from '../../src/providers/dialects/openai/quirks.ts';
import { readUsage } from '../../src/providers/dialects/openai/read-usage.ts';

/**
 * Usage objects in the shape in which each provider documents them, and the buckets that they must come to: where cached
 * tokens stand inside the input figure they are never added to it, where they stand beside it they always are.
 */
const SHAPES: readonly (readonly [
  title: string,
  provider: string,
  raw: Record<string, unknown>,
  buckets: readonly [
    input: number,
    uncached: number,
    cacheRead: number,
    write5m: number,
    output: number,
    reasoning: number,
  ],
])[] = [
  [
    'OpenAI: cached inside prompt_tokens, reasoning inside completion_tokens',
    'openai',
    {
      prompt_tokens: 2006,
      completion_tokens: 300,
      total_tokens: 2306,
      prompt_tokens_details: { cached_tokens: 1920, audio_tokens: 0 },
      completion_tokens_details: { reasoning_tokens: 192, accepted_prediction_tokens: 0 },
    },
    [2006, 86, 1920, 0, 300, 192],
  ],
  [
    'DeepSeek: prompt_cache_hit_tokens inside, told twice',
    'deepseek',
    {
      prompt_tokens: 1000,
      completion_tokens: 50,
      total_tokens: 1050,
      prompt_tokens_details: { cached_tokens: 640 },
      prompt_cache_hit_tokens: 640,
      prompt_cache_miss_tokens: 360,
    },
    [1000, 360, 640, 0, 50, 0],
  ],
  [
    'DeepSeek: the hits alone',
    'deepseek',
    { prompt_tokens: 1000, completion_tokens: 50, total_tokens: 1050, prompt_cache_hit_tokens: 640 },
    [1000, 360, 640, 0, 50, 0],
  ],
  [
    'Groq: cached inside, times beside',
    'groq',
    {
      queue_time: 0.1,
      prompt_tokens: 4641,
      completion_tokens: 1817,
      total_tokens: 6458,
      prompt_tokens_details: { cached_tokens: 4608 },
    },
    [4641, 33, 4608, 0, 1817, 0],
  ],
  [
    'Cerebras: plain',
    'cerebras',
    { prompt_tokens: 12, completion_tokens: 8, total_tokens: 20, prompt_tokens_details: { cached_tokens: 0 } },
    [12, 12, 0, 0, 8, 0],
  ],
  [
    'xAI: reasoning beside completion_tokens, in the total',
    'xai',
    {
      prompt_tokens: 32,
      completion_tokens: 9,
      total_tokens: 135,
      prompt_tokens_details: { cached_tokens: 6 },
      completion_tokens_details: { reasoning_tokens: 94 },
    },
    [32, 26, 6, 0, 103, 94],
  ],
  [
    'Gemini through its OpenAI layer: thinking only in the total',
    'gemini',
    { prompt_tokens: 10, completion_tokens: 5, total_tokens: 215 },
    [10, 10, 0, 0, 205, 200],
  ],
  [
    'OpenRouter: cached and written inside prompt_tokens',
    'openrouter',
    {
      prompt_tokens: 194,
      completion_tokens: 2,
      total_tokens: 196,
      cost: 0.95,
      prompt_tokens_details: { cached_tokens: 100, cache_write_tokens: 50 },
      completion_tokens_details: { reasoning_tokens: 0 },
    },
    [194, 44, 100, 50, 2, 0],
  ],
  [
    'Anthropic through its OpenAI layer: nothing of the cache',
    'anthropic',
    { prompt_tokens: 40, completion_tokens: 7, total_tokens: 47 },
    [40, 40, 0, 0, 7, 0],
  ],
  [
    'a gateway that passes Anthropic’s figures on: cached beside input_tokens',
    'mine',
    { input_tokens: 21, output_tokens: 393, cache_read_input_tokens: 188_086, cache_creation_input_tokens: 0 },
    [188_107, 21, 188_086, 0, 393, 0],
  ],
  [
    'OpenAI’s Responses: cached inside input_tokens',
    'mine',
    { input_tokens: 100, output_tokens: 10, total_tokens: 110, input_tokens_details: { cached_tokens: 64 } },
    [100, 36, 64, 0, 10, 0],
  ],
];

describe('usage by provider (UPS-07)', () => {
  it.each(SHAPES)('of %s', (_title, provider, raw, [input, uncached, read, written, output, reasoning]) => {
    expect(readUsage(raw, quirksFor(provider, 'https://example.com/v1'))?.usage).toEqual({
      inputTokens: input,
      uncachedInputTokens: uncached,
      cacheReadTokens: read,
      cacheWrite5mTokens: written,
      cacheWrite1hTokens: 0,
      outputTokens: output,
      reasoningTokens: reasoning,
    });
  });

  it.each([
    [
      'more reasoning than output',
      { prompt_tokens: 5, completion_tokens: 3, completion_tokens_details: { reasoning_tokens: 9 } },
      ['reasoning_beyond_output'],
    ],
    ['a total that is another sum', { prompt_tokens: 5, completion_tokens: 3, total_tokens: 11 }, ['sum_not_total']],
    ['a negative count', { prompt_tokens: -5, completion_tokens: 3 }, ['not_a_count']],
  ])('is clipped, and said to be wrong, with %s', (_title, raw, faults) => {
    expect(readUsage(raw, quirksFor('mine', 'https://example.com/v1'))?.usage.faults).toEqual(
      expect.arrayContaining(faults),
    );
  });
});
