import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromUsd, nano } from '../../src/domain/money.ts';
import { decideThrottle, type SpendPace, type ThrottleState } from '../../src/spend/spend-throttle.ts';
import { spendTrend } from '../../src/spend/spend-trend.ts';

const HOUR = 3_600_000;
const OPEN: ThrottleState = { state: 'open' };

/** Ten days into a month of 30 with $100, of which $30 are spent. */
const pace = (recentUsd: number, parts: Partial<SpendPace> = {}): SpendPace => ({
  limit: fromUsd(100),
  spent: fromUsd(30 + recentUsd),
  now: 240 * HOUR,
  windowStart: 0,
  windowEnd: 720 * HOUR,
  recent: fromUsd(recentUsd),
  recentMs: HOUR,
  ...parts,
});

describe('the throttle of spending (CST-18)', () => {
  it('lets spending be that would last, and even much above it where it is little money', () => {
    expect(decideThrottle(pace(0.14), OPEN)).toEqual({ next: OPEN, delayMs: 0, changed: null });
    expect(decideThrottle(pace(1.9), OPEN).changed).toBeNull();
  });

  it('begins where spending is far above it, says so once, and ends when it has come down', () => {
    const began = decideThrottle(pace(5), OPEN);
    expect(began).toMatchObject({
      changed: 'began',
      next: { state: 'throttled', reason: expect.stringMatching(/\$5\.00 were spent in 60 min, .* slowed down/) },
    });
    expect(began.delayMs).toBeGreaterThan(100);
    const goesOn = decideThrottle(pace(0.4), began.next);
    expect(goesOn).toMatchObject({ changed: null, next: began.next });
    expect(decideThrottle(pace(0.2), began.next)).toEqual({ next: OPEN, delayMs: 0, changed: 'ended' });
  });

  it('is felt little at first, and in full after five minutes', () => {
    const began = decideThrottle(pace(50), OPEN);
    const delayAfter = (minutes: number) =>
      decideThrottle(pace(50, { now: 240 * HOUR + minutes * 60_000 }), began.next).delayMs;
    expect([began.delayMs, ...[1, 2, 5, 60].map(delayAfter)]).toEqual([1_000, 3_000, 5_000, 10_000, 10_000]);
  });

  it('makes nothing of what was spent within a minute', () => {
    expect(decideThrottle(pace(50, { recentMs: 59_999 }), OPEN).changed).toBeNull();
  });

  it('never waits longer than it may, and less for less', () => {
    const amounts = fc.integer({ min: 0, max: 70_000_000_000 });
    fc.assert(
      fc.property(amounts, amounts, (a, b) => {
        const delay = (recent: number) =>
          decideThrottle(pace(0, { recent: nano(recent), spent: nano(fromUsd(30) + recent) }), {
            state: 'throttled',
            since: 0,
            reason: '',
          }).delayMs;
        const [less, more] = [Math.min(a, b), Math.max(a, b)];
        expect(delay(less)).toBeLessThanOrEqual(delay(more));
        expect(delay(more)).toBeLessThanOrEqual(10_000);
      }),
    );
  });
});

describe('the trend of spending (CST-06)', () => {
  it('needs three days', () => {
    expect(spendTrend([nano(1), nano(2)])).toBeNull();
  });

  it('of equal days is that day, without an interval', () => {
    expect(spendTrend([1, 1, 1, 1].map(fromUsd))).toEqual({
      days: 4,
      perDay: fromUsd(1),
      recentPerDay: fromUsd(1),
      slopePerDay: 0,
      next30Days: { expected: fromUsd(30), low: fromUsd(30), high: fromUsd(30) },
    });
  });

  it('of a line goes on along it', () => {
    // 1, 2 … 10 dollars; the next thirty are 11 to 40.
    const trend = spendTrend(Array.from({ length: 10 }, (_, i) => fromUsd(i + 1)));
    expect(trend?.next30Days.expected).toBe(fromUsd(765));
    expect(trend?.perDay).toBe(fromUsd(5.5));
  });

  it('holds what comes in its interval nineteen times of twenty', () => {
    let state = 12_345;
    const random = () => {
      state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
      return state / 2_147_483_648;
    };
    // Twelve uniform numbers make a normal one, near enough.
    const day = () => fromUsd(Math.max(0, 10 + Array.from({ length: 12 }, random).reduce((a, b) => a + b, -6) * 2));
    let inside = 0;
    for (let i = 0; i < 400; i++) {
      const trend = spendTrend(Array.from({ length: 20 }, day));
      const next = Array.from({ length: 30 }, day).reduce((sum, amount) => sum + amount, 0);
      if (trend && next >= trend.next30Days.low && next <= trend.next30Days.high) inside += 1;
    }
    expect(inside / 400).toBeGreaterThan(0.92);
    expect(inside / 400).toBeLessThan(0.98);
  });
});
