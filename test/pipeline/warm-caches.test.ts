import { describe, expect, it } from 'vitest';
import type { CompletionRequest, Message } from '../../src/domain/completion-request.ts';
import type { Deployment } from '../../src/domain/deployment.ts';
import { ProviderFailure } from '../../src/domain/failure.ts';
import { fromUsd } from '../../src/domain/money.ts';
import { normalizeUsage, type UsageParts } from '../../src/domain/usage.ts';
import type { WatchedAttempt } from '../../src/pipeline/watchers/attempt-observer.ts';
import { createWarmCaches, type WarmCaches } from '../../src/pipeline/watchers/warm-caches.ts';
import type { AttemptClosing } from '../../src/spend/ledger.ts';
import { createFakeClock } from '../support/fake-clock.ts';
import { makeDeployment, makeRequest, usdPerMillion } from '../support/routing-world.ts';

const price = usdPerMillion(1, 2);
const discounted = { ...price, rates: { ...price.rates, cacheRead: fromUsd(0.1) } };
const marking = { ...price, rates: { ...discounted.rates, cacheWrite5m: fromUsd(1.25), cacheWrite1h: fromUsd(2) } };
/** Known to cache by itself; not known; written to on demand. */
const openai = makeDeployment('openai', 'gpt', { price: discounted });
const other = makeDeployment('openrouter', 'other', { price: discounted });
const claude = makeDeployment('openrouter', 'claude', { price: marking });

/** A conversation of so many messages of 4,000 characters (about 1,000 tokens) each, named by its first one. */
function talk(turns: number, name = 'a', mark?: { at: number; ttl: '5m' | '1h' }): CompletionRequest {
  const messages = Array.from({ length: turns }, (_, i): Message => {
    const text = `${name} ${i} `.padEnd(3_984, 'x');
    const cacheControl = mark && mark.at === i ? { cacheControl: { ttl: mark.ttl } } : {};
    return { role: i % 2 === 0 ? 'user' : 'assistant', content: [{ type: 'text', text, ...cacheControl }] };
  });
  return makeRequest('', { messages });
}

function end(caches: WarmCaches, request: CompletionRequest, deployment: Deployment, usage: UsageParts | null): void {
  const watched = { call: { request }, candidate: { deployment } } as WatchedAttempt;
  const inputTokens = request.messages.length * 1_000;
  const closing = {
    usage: normalizeUsage(usage ?? { inputTokens, outputTokens: 10 }),
    rawUsage: usage && '{}',
    durationMs: 1_000,
  } as AttemptClosing;
  caches.ended?.(watched, { type: 'answered' }, closing);
}

function open() {
  const clock = createFakeClock();
  return { clock, caches: createWarmCaches(clock, [openai, other, claude]) };
}

const used = (inputTokens: number, cacheReadTokens: number, written: Partial<UsageParts> = {}): UsageParts => ({
  inputTokens,
  cacheReadTokens,
  outputTokens: 10,
  ...written,
});
const warm = (caches: WarmCaches, request: CompletionRequest) => caches.snapshot(request)?.warm;

describe('the memory of warm prompt caches (OPT-11)', () => {
  it('knows nothing of a conversation that nobody has served', () => {
    const { caches } = open();
    expect(caches.snapshot(talk(1))).toBeUndefined();
    end(caches, talk(1, 'b'), openai, used(1_000, 0));
    expect(caches.snapshot(talk(1, 'a'))).toBeUndefined();
  });

  it('expects of a provider known to cache all that it has seen, before anything is reported', () => {
    const { caches } = open();
    end(caches, talk(3), openai, used(3_100, 0));
    expect(warm(caches, talk(5))).toEqual([{ deployment: openai.id, cachedTokens: 3_100 }]);
    expect(caches.snapshot(talk(5))?.share).toEqual(new Map([[openai.id, 1]]));
  });

  it('expects nothing of another one until it has reported a hit, then what it reported', () => {
    const { caches } = open();
    end(caches, talk(3), other, used(3_000, 0));
    expect(warm(caches, talk(5))).toEqual([{ deployment: other.id, cachedTokens: 0 }]);
    end(caches, talk(5), other, used(5_000, 2_400));
    // It found 2,400 of the 3,000 tokens that it had seen: 80 %, and so of the 5,000.
    expect(warm(caches, talk(7))).toEqual([{ deployment: other.id, cachedTokens: 4_000 }]);
    end(caches, talk(3, 'new'), other, used(3_000, 0));
    expect(warm(caches, talk(5, 'new'))).toEqual([{ deployment: other.id, cachedTokens: 2_400 }]);
  });

  it('believes a report of nothing more than the documentation', () => {
    const { caches } = open();
    end(caches, talk(3), openai, used(3_000, 0));
    end(caches, talk(5), openai, used(5_000, 0));
    expect(warm(caches, talk(7))).toEqual([{ deployment: openai.id, cachedTokens: 0 }]);
  });

  it('takes what was read and written where caching is asked for by marks', () => {
    const { caches } = open();
    const turn = (n: number) => talk(n, 'a', { at: n - 2, ttl: '5m' });
    end(caches, turn(4), claude, used(4_000, 0, { cacheWrite5mTokens: 3_000 }));
    expect(caches.snapshot(turn(6))).toMatchObject({
      warm: [{ deployment: claude.id, cachedTokens: 3_000 }],
      marked: true,
    });
    end(caches, turn(6), claude, used(6_000, 3_000, { cacheWrite5mTokens: 2_000 }));
    expect(warm(caches, turn(8))).toEqual([{ deployment: claude.id, cachedTokens: 5_000 }]);
  });

  it('expires after five minutes from the request, an hour up to a mark that says so', () => {
    const { caches, clock } = open();
    end(caches, talk(4), openai, used(4_000, 0));
    const marked = talk(4, 'm', { at: 1, ttl: '1h' });
    end(caches, marked, claude, used(4_000, 0, { cacheWrite1hTokens: 4_000 }));
    clock.advance(298_000);
    expect(warm(caches, talk(6))).toEqual([{ deployment: openai.id, cachedTokens: 4_000 }]);
    clock.advance(2_000);
    expect(caches.snapshot(talk(6))).toBeUndefined();
    expect(warm(caches, talk(6, 'm'))).toEqual([{ deployment: claude.id, cachedTokens: 2_000 }]);
    clock.advance(3_600_000);
    expect(caches.snapshot(talk(6, 'm'))).toBeUndefined();
  });

  it('finds the part that a fork shares, and every deployment that has served', () => {
    const { caches } = open();
    end(caches, talk(8), openai, used(8_000, 0));
    const fork = talk(8);
    const edited = { ...fork, messages: [...fork.messages.slice(0, 4), ...talk(3, 'edited').messages] };
    expect(warm(caches, edited)).toEqual([{ deployment: openai.id, cachedTokens: 4_000 }]);
    end(caches, edited, claude, used(7_000, 0, { cacheWrite5mTokens: 7_000 }));
    expect(warm(caches, edited)).toEqual([
      { deployment: openai.id, cachedTokens: 4_000 },
      { deployment: claude.id, cachedTokens: 7_000 },
    ]);
  });

  it('learns nothing of an attempt that failed before it was served, and little of one without usage', () => {
    const { caches } = open();
    const watched = { call: { request: talk(3) }, candidate: { deployment: openai } } as WatchedAttempt;
    const failure = new ProviderFailure('timeout_first_token', openai.id, 'silent');
    const usage = normalizeUsage({ inputTokens: 3_000, outputTokens: 0 });
    caches.ended?.(watched, { type: 'failed', failure }, { usage, rawUsage: null, durationMs: 1 } as AttemptClosing);
    expect(caches.snapshot(talk(3))).toBeUndefined();
    end(caches, talk(3), openai, null);
    expect(warm(caches, talk(5))).toEqual([{ deployment: openai.id, cachedTokens: 3_000 }]);
  });

  it('stays bounded, and forgets the oldest conversations first', () => {
    const { caches } = open();
    const conversation = (i: number) => makeRequest(`question ${i} `.padEnd(8_000, 'y'));
    for (let i = 0; i < 1_500; i++) end(caches, conversation(i), openai, used(2_000, 0));
    const known = Array.from({ length: 1_500 }, (_, i) => caches.snapshot(conversation(i)) !== undefined);
    expect(known.filter(Boolean)).toHaveLength(1_000);
    expect(known.indexOf(true)).toBe(500);
    const long = (i: number) => {
      const messages = Array.from({ length: 50_000 }, (_, n): Message => ({ role: 'user', content: `${i} ${n}` }));
      return makeRequest('', { messages });
    };
    for (let i = 0; i < 6; i++) end(caches, long(i), openai, used(200_000, 0));
    expect(caches.snapshot(long(1))).toBeUndefined();
    expect(caches.snapshot(long(5))).toBeDefined();
  });
});
