import { describe, expect, it } from 'vitest';
import { type CachedAnswer, cacheKey, createResponseCache, isCacheable } from '../../src/cache/response-cache.ts';
import type { CompletionRequest } from '../../src/domain/completion-request.ts';
import { toDeploymentId } from '../../src/domain/deployment.ts';
import { NO_USAGE } from '../../src/domain/usage.ts';
import { createFakeClock } from '../support/fake-clock.ts';

const answer: CachedAnswer = {
  text: 'Paris',
  reasoning: '',
  toolCalls: [],
  finishReason: 'stop',
  deployment: toDeploymentId('openrouter', 'm'),
  provider: 'openrouter',
  model: 'm',
  usage: NO_USAGE,
  cost: null,
  simulated: false,
};
const request: CompletionRequest = {
  messages: [{ role: 'user', content: 'capital of France?' }],
  cache: 'use',
  delivery: 'whole',
  constraints: { sensitivity: 'normal' },
  attribution: { surface: 'cli' },
};

describe('the response cache', () => {
  it('forgets after its time to live and beyond its size (OPT-01)', () => {
    const clock = createFakeClock();
    const cache = createResponseCache({ maxSize: 2, ttlMs: 1_000, now: () => clock.now() });
    for (const key of ['a', 'b', 'c']) cache.set(key, answer);
    expect([cache.get('a'), cache.get('c')]).toEqual([undefined, answer]);
    clock.advance(1_001);
    expect(cache.get('c')).toBeUndefined();
  });

  it('lets one of many identical calls lead and hands its answer to the others (OPT-04)', async () => {
    const cache = createResponseCache({ maxSize: 2, ttlMs: 1_000, now: () => 0 });
    const first = cache.join('k');
    const others = Array.from({ length: 99 }, () => cache.join('k'));
    if (!('lead' in first)) throw new Error('the first call should lead');
    first.lead(answer);
    const answers = await Promise.all(others.map((other) => ('waitFor' in other ? other.waitFor : 'led')));
    expect(answers).toEqual(Array(99).fill(answer));
    expect('lead' in cache.join('k')).toBe(true);
  });

  it.each([
    ['another prompt', { messages: [{ role: 'user', content: 'capital of Spain?' }] }],
    ['another model', { constraints: { sensitivity: 'normal', model: 'x' } }],
    ['another sensitivity', { constraints: { sensitivity: 'private' } }],
    ['another tool', { tools: [{ name: 't', parameters: {} }] }],
    ['another format', { responseFormat: { type: 'json_object' } }],
    ['another key', { attribution: { surface: 'cli', key: 'tenant-2' } }],
    ['another output cap', { maxOutputTokens: 5 }],
    ['another seed', { seed: 5 }],
  ] as readonly (readonly [string, Partial<CompletionRequest>])[])('keeps %s apart', (_, change) => {
    expect(cacheKey({ ...request, ...change }, ['p'])).not.toBe(cacheKey(request, ['p']));
  });

  it('shares an answer between clients and ways of delivery', () => {
    const other: CompletionRequest = { ...request, delivery: 'stream', attribution: { surface: 'mcp', client: 'x' } };
    expect(cacheKey(other, ['p'])).toBe(cacheKey(request, ['p']));
  });

  it('keeps nothing for a request that asks for variety, or that says no', () => {
    expect([
      isCacheable(request),
      isCacheable({ ...request, temperature: 0.7 }),
      isCacheable({ ...request, cache: 'off' }),
    ]).toEqual([true, false, false]);
  });
});
