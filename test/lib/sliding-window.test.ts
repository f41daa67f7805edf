import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createSlidingWindow } from '../../src/lib/sliding-window.ts';

const WINDOW = 61_000;

/** The most that lies in any stretch of `length` ms. */
function mostWithin(begun: readonly number[], length: number): number {
  return Math.max(0, ...begun.map((start) => begun.filter((at) => at >= start && at < start + length).length));
}

describe('a sliding window (RTR-12)', () => {
  it('never holds more requests than its limit, whenever they come', () => {
    const arrivals = fc.array(fc.integer({ min: 0, max: 20_000 }), { minLength: 1, maxLength: 120 });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 12 }), arrivals, (requests, gaps) => {
        const window = createSlidingWindow({ requests, tokens: null }, WINDOW);
        const begun: number[] = [];
        let now = 0;
        for (const gap of gaps) {
          now += gap;
          const wait = window.wait(now, 1);
          now += wait;
          expect(window.wait(now, 1)).toBe(0);
          window.begin(now, 1);
          begun.push(now);
        }
        expect(mostWithin(begun, WINDOW)).toBeLessThanOrEqual(requests);
      }),
    );
  });

  it('never holds more tokens than its limit, counted from the beginning of a request to a window after its end', () => {
    const request = fc.record({
      gap: fc.integer({ min: 0, max: 10_000 }),
      reserved: fc.integer({ min: 1, max: 400 }),
      used: fc.integer({ min: 0, max: 400 }),
      takes: fc.integer({ min: 0, max: 30_000 }),
    });
    fc.assert(
      fc.property(fc.array(request, { minLength: 1, maxLength: 60 }), (requests) => {
        const limit = 1_000;
        const window = createSlidingWindow({ requests: null, tokens: limit }, WINDOW);
        const running: { end: () => void; at: number }[] = [];
        const spans: { from: number; to: number; tokens: number }[] = [];
        let now = 0;
        const endDue = (until: number) => {
          for (const each of running.filter(({ at }) => at <= until).sort((a, b) => a.at - b.at)) {
            running.splice(running.indexOf(each), 1);
            each.end();
          }
        };
        for (const { gap, reserved, used, takes } of requests) {
          now += gap;
          endDue(now);
          for (let wait = window.wait(now, reserved); wait > 0; wait = window.wait(now, reserved)) {
            now = Number.isFinite(wait) ? now + wait : Math.max(now, Math.min(...running.map(({ at }) => at)));
            endDue(now);
          }
          const place = window.begin(now, reserved);
          const [from, to] = [now, now + takes];
          const taken = Math.min(used, reserved);
          spans.push({ from, to: to + WINDOW, tokens: taken });
          running.push({ at: to, end: () => window.end(to, place, taken) });
        }
        for (const { from } of spans) {
          const held = spans.filter((span) => span.from <= from && from < span.to);
          expect(held.reduce((sum, { tokens }) => sum + tokens, 0)).toBeLessThanOrEqual(limit);
        }
      }),
    );
  });

  it('tells how long the hundredth in a queue will wait, round by round', () => {
    const window = createSlidingWindow({ requests: 10, tokens: null }, 60_000);
    for (let i = 0; i < 10; i++) window.begin(i * 1_000, 1);
    expect(window.waitBehind(10_000, 0)).toBe(50_000);
    expect(window.waitBehind(10_000, 9)).toBe(59_000);
    expect(window.waitBehind(10_000, 10)).toBe(110_000);
    expect(window.waitBehind(10_000, 99)).toBe(9 * 60_000 + 59_000);
  });

  it('lets a request that is larger than the limit begin alone, rather than never', () => {
    const window = createSlidingWindow({ requests: null, tokens: 100 }, WINDOW);
    const place = window.begin(0, 30);
    expect(window.wait(0, 500)).toBe(Number.POSITIVE_INFINITY);
    window.end(1_000, place, 20);
    expect(window.wait(1_000, 500)).toBe(WINDOW);
    expect(window.wait(1_000 + WINDOW, 500)).toBe(0);
  });

  it('gives a cancelled place back, and leaves room for what others send', () => {
    const window = createSlidingWindow({ requests: 2, tokens: null }, WINDOW);
    const place = window.begin(0, 1);
    expect(window.wait(0, 1, { requests: 1, tokens: 0 })).toBeGreaterThan(0);
    expect(window.wait(0, 1, { requests: 5, tokens: 0 })).toBe(1_000);
    window.cancel(place);
    expect(window.wait(0, 1, { requests: 1, tokens: 0 })).toBe(0);
    expect(window.used(0)).toEqual({ requests: 0, tokens: 0 });
  });
});
