import { setMaxListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { ProviderFailure } from '../../src/domain/failure.ts';
import { createRateLimiter, type RateLimiter } from '../../src/pipeline/watchers/rate-limiter.ts';
import { createSqliteRecentAttempts } from '../../src/spend/recent-attempts.ts';
import { createSqliteLedger } from '../../src/spend/sqlite-ledger.ts';
import { createFakeClock, type FakeClock } from '../support/fake-clock.ts';
import { ATTRIBUTES, attemptOpening, callOpening } from '../support/ledger-facts.ts';
import { openTestDatabase } from '../support/open-test-database.ts';
import { providerCall } from '../support/provider-call.ts';
import { closingOf, type WatchedParts, watchedAttempt } from '../support/watched-attempt.ts';

const never = new AbortController().signal;
setMaxListeners(0, never);
const limits = (requestsPerMinute: number | null, tokensPerMinute: number | null = null) => ({
  rateLimits: { requestsPerMinute, tokensPerMinute },
});
const settled = () => new Promise((resolve) => setImmediate(resolve));

/** Sends an attempt as the pipeline does, as soon as it is admitted; tells when that was. */
function sender(limiter: RateLimiter, clock: FakeClock, parts: WatchedParts) {
  const sent: { readonly name: number; readonly at: number }[] = [];
  const send = async (name: number, signal = never, tokens = 100) => {
    const attempt = watchedAttempt({ ...parts, tokens });
    const leave = await limiter.admit(attempt, signal);
    limiter.started?.(attempt);
    sent.push({ name, at: clock.now() });
    leave();
    limiter.ended?.(attempt, { type: 'answered' }, closingOf(tokens));
  };
  return { sent, send };
}

async function advance(clock: FakeClock, ms: number, step = 500): Promise<void> {
  for (let passed = 0; passed < ms; passed += step) {
    clock.advance(step);
    await settled();
  }
}

function mostPerMinute(sent: readonly { readonly at: number }[]): number {
  return Math.max(...sent.map(({ at }) => sent.filter((other) => other.at >= at && other.at < at + 60_000).length));
}

describe('the rate limiter (RTR-12)', () => {
  it('sends 200 requests at 60 a minute, in order, never more than 60 in any minute', async () => {
    const clock = createFakeClock();
    const limiter = createRateLimiter(clock);
    const { sent, send } = sender(limiter, clock, { deployment: limits(60) });
    const all = Promise.all(Array.from({ length: 200 }, (_, name) => send(name)));
    await settled();
    expect(limiter.queues()).toMatchObject([{ waiting: 143, waitMs: 183_000 }]);
    await advance(clock, 200_000);
    await all;
    expect(sent.map(({ name }) => name)).toEqual(Array.from({ length: 200 }, (_, name) => name));
    expect(mostPerMinute(sent)).toBe(57);
    expect(limiter.queues()).toEqual([]);
  });

  it('forgets a call that is cancelled while it waits, and lets the next one have its place', async () => {
    const clock = createFakeClock();
    const limiter = createRateLimiter(clock);
    const { sent, send } = sender(limiter, clock, { deployment: limits(1) });
    const leaver = new AbortController();
    const calls = [send(1), send(2, leaver.signal), send(3)];
    await settled();
    leaver.abort(new Error('gone'));
    await expect(calls[1]).rejects.toThrow('gone');
    expect(limiter.queues()).toMatchObject([{ waiting: 1 }]);
    await advance(clock, 61_000);
    await Promise.all([calls[0], calls[2]]);
    expect(sent.map(({ name }) => name)).toEqual([1, 3]);
  });

  it('turns a call away at once where another candidate is free and the wait would be long', async () => {
    const clock = createFakeClock();
    const limiter = createRateLimiter(clock);
    const free = providerCall({}, { provider: 'groq' }).deployment;
    const { send } = sender(limiter, clock, { deployment: limits(1), later: [free] });
    await send(1);
    await expect(send(2)).rejects.toMatchObject({ kind: 'rate_limited', retryAfterMs: 61_000 });
    await expect(send(2)).rejects.toThrow(/^not sent: its limit of 1 requests a minute is used up for 61 s more/);
  });

  it('waits up to five seconds although another candidate is free, since the chosen model is worth that', async () => {
    const clock = createFakeClock();
    const limiter = createRateLimiter(clock);
    const free = providerCall({}, { provider: 'groq' }).deployment;
    const { sent, send } = sender(limiter, clock, { deployment: limits(1), later: [free] });
    await send(1);
    await advance(clock, 57_000);
    const waiting = send(2);
    await advance(clock, 4_000);
    await waiting;
    expect(sent).toHaveLength(2);
  });

  it('waits for the chosen model where the others would begin no sooner', async () => {
    const clock = createFakeClock();
    const limiter = createRateLimiter(clock);
    const other = providerCall({}, { provider: 'groq', ...limits(1) }).deployment;
    const first = sender(limiter, clock, { deployment: limits(1), later: [other] });
    const second = sender(limiter, clock, { deployment: other });
    await first.send(1);
    await second.send(1);
    const waiting = first.send(2);
    await advance(clock, 61_000);
    await waiting;
    expect(first.sent).toHaveLength(2);
  });

  it('waits, too, where the profile goes nowhere else on a rate limit', async () => {
    const clock = createFakeClock();
    const limiter = createRateLimiter(clock);
    const free = providerCall({}, { provider: 'groq' }).deployment;
    const { sent, send } = sender(limiter, clock, { deployment: limits(1), later: [free], onRateLimit: false });
    await send(1);
    const waiting = send(2);
    await advance(clock, 61_000);
    await waiting;
    expect(sent).toHaveLength(2);
  });

  it('has a queue of bounded length and bounded patience', async () => {
    const clock = createFakeClock();
    const limiter = createRateLimiter(clock);
    const { sent, send } = sender(limiter, clock, { deployment: limits(4) });
    const results = Array.from({ length: 30 }, (_, name) => send(name).catch((error: unknown) => error));
    await advance(clock, 300_000);
    const turnedAway = (await Promise.all(results)).filter((result) => result instanceof ProviderFailure);
    expect([sent.length, turnedAway.length]).toEqual([12, 18]);
  });

  it('reserves the most tokens that an answer may take, and gives back what it did not use', async () => {
    const clock = createFakeClock();
    const limiter = createRateLimiter(clock);
    const attempt = (tokens: number) => watchedAttempt({ deployment: limits(null, 1_000), tokens });
    const large = attempt(900);
    await limiter.admit(large, never);
    limiter.started?.(large);
    let admitted = false;
    const second = limiter.admit(attempt(500), never).then(() => {
      admitted = true;
    });
    await advance(clock, 2_000);
    expect(admitted).toBe(false);
    limiter.ended?.(large, { type: 'answered' }, closingOf(100));
    await second;
  });

  it('gives the place of what was not sent after all to the next one', async () => {
    const limiter = createRateLimiter(createFakeClock());
    const attempt = () => watchedAttempt({ deployment: limits(1) });
    const leave = await limiter.admit(attempt(), never);
    const next = limiter.admit(attempt(), never);
    leave();
    leave();
    expect(await next).toBeTypeOf('function');
  });

  it('sends nothing for as long as the provider asks, whether or not its limits are known', async () => {
    const clock = createFakeClock();
    const limiter = createRateLimiter(clock);
    const { sent, send } = sender(limiter, clock, {});
    const refused = watchedAttempt();
    const failure = new ProviderFailure('rate_limited', refused.candidate.deployment.id, 'slow down', {
      retryAfterMs: 20_000,
    });
    limiter.ended?.(refused, { type: 'failed', failure }, closingOf(0));
    const waiting = send(1);
    await advance(clock, 19_000);
    expect(sent).toEqual([]);
    await advance(clock, 1_000);
    await waiting;
  });

  it('tells the planner what is left and how long a request would wait, for what was used lately', async () => {
    const clock = createFakeClock();
    const limiter = createRateLimiter(clock);
    const { deployment } = providerCall({}, limits(3));
    const { send } = sender(limiter, clock, { deployment });
    expect(limiter.headroom([deployment], 10).size).toBe(0);
    await send(1);
    expect(limiter.headroom([deployment], 10).get(deployment.id)).toMatchObject({ requests: 1, waitMs: 0 });
    await send(2);
    expect(limiter.headroom([deployment], 10).get(deployment.id)).toMatchObject({ requests: 0, waitMs: 61_000 });
    clock.advance(61_000);
    expect(limiter.headroom([deployment], 10).size).toBe(0);
  });

  it('keeps no count where no limit is known', async () => {
    const clock = createFakeClock();
    const limiter = createRateLimiter(clock);
    const { sent, send } = sender(limiter, clock, {});
    for (let i = 0; i < 500; i++) await send(i);
    expect(sent).toHaveLength(500);
    expect(limiter.headroom([providerCall().deployment], 10).size).toBe(0);
  });

  it('shares the limit with other processes on the same ledger', async () => {
    const clock = createFakeClock();
    const database = await openTestDatabase({ clock });
    const { deployment } = providerCall({}, limits(20));
    const { provider, model } = deployment;
    const ledger = createSqliteLedger({ database, budgets: [], clock, simulated: false });
    const book = (name: string, startedAt: number) =>
      ledger.reserve(
        callOpening(name, { startedAt }),
        attemptOpening(name, { provider, model, startedAt }),
        ATTRIBUTES,
      );
    for (let i = 0; i < 15; i++) book(`theirs-${i}`, clock.now());
    const limiter = createRateLimiter(clock, createSqliteRecentAttempts(database, clock));
    const sent: number[] = [];
    for (let i = 0; i < 6; i++) {
      const attempt = watchedAttempt({ deployment });
      void limiter.admit(attempt, never).then(() => {
        limiter.started?.(attempt);
        sent.push(clock.now());
        book(`ours-${i}`, clock.now());
      });
      await settled();
    }
    expect(sent).toHaveLength(4);
    await advance(clock, 62_000);
    expect(sent).toHaveLength(6);
  });
});
