import { describe, expect, it } from 'vitest';
import { readExhaustion } from '../../src/providers/rate-headers.ts';

const now = Date.UTC(2026, 10, 21, 12);

describe('what an answer says of limits (RTR-12)', () => {
  it.each([
    ['OpenAI', { 'x-ratelimit-remaining-requests': '0', 'x-ratelimit-reset-requests': '6m0s' }, 360_000],
    ['Groq', { 'x-ratelimit-remaining-tokens': '0', 'x-ratelimit-reset-tokens': '7.66s' }, 7_660],
    ['a few ms', { 'x-ratelimit-remaining-requests': '0', 'x-ratelimit-reset-requests': '120ms' }, 120],
    ['hours', { 'x-ratelimit-remaining-requests': '0', 'x-ratelimit-reset-requests': '1h2m3s' }, 3_723_000],
    ['Cerebras', { 'x-ratelimit-remaining-tokens-minute': '0', 'x-ratelimit-reset-tokens-minute': '11.38' }, 11_380],
    ['OpenRouter', { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': `${now + 30_000}` }, 30_000],
    ['GitHub', { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': `${now / 1000 + 30}` }, 30_000],
    [
      'Anthropic',
      {
        'anthropic-ratelimit-input-tokens-remaining': '0',
        'anthropic-ratelimit-input-tokens-reset': '2026-11-21T12:00:05Z',
      },
      5_000,
    ],
    ['something left', { 'x-ratelimit-remaining-requests': '3', 'x-ratelimit-reset-requests': '6m0s' }, null],
    ['no reset', { 'x-ratelimit-remaining-requests': '0' }, null],
    ['a strange reset', { 'x-ratelimit-remaining-requests': '0', 'x-ratelimit-reset-requests': 'soon' }, null],
    ['a reset that is over', { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': `${now - 1}` }, null],
    ['other headers', { 'content-type': 'text/plain' }, null],
  ])('is read for %s', (_, headers, pause) => {
    expect(readExhaustion(headers as Readonly<Record<string, string>>, now)).toBe(pause);
  });
});
