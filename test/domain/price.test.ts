import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nano } from '../../src/domain/money.ts';
import { costOf, isFree, type Price, worstCost } from '../../src/domain/price.ts';
import { normalizeUsage } from '../../src/domain/usage.ts';

function price(input: number, output: number, more: Partial<Price> = {}): Price {
  return {
    rates: { input, output, cacheRead: null, cacheWrite5m: null, cacheWrite1h: null },
    tiers: [],
    perRequest: nano(0),
    source: 'profile',
    asOf: null,
    ...more,
  };
}

const tokens = fc.integer({ min: 0, max: 5_000_000 });
const rate = fc.integer({ min: 0, max: 200_000_000_000 });
const usages = fc
  .record({
    inputTokens: tokens,
    cacheReadTokens: tokens,
    cacheWrite5mTokens: tokens,
    cacheWrite1hTokens: tokens,
    outputTokens: tokens,
    reasoningTokens: tokens,
  })
  .map(normalizeUsage);

describe('prices', () => {
  it('costs what the list prices say: 10M in and 2M out at $3/$15 are $60 (CST-07)', () => {
    const claude = price(3_000_000_000, 15_000_000_000);
    expect(costOf(claude, normalizeUsage({ inputTokens: 10_000_000, outputTokens: 2_000_000 }))).toBe(60_000_000_000);
  });

  it('equals exact big-integer arithmetic, rounded up once', () => {
    fc.assert(
      fc.property(usages, rate, rate, rate, (usage, input, output, cacheRead) => {
        const p = price(input, output, { rates: { input, output, cacheRead, cacheWrite5m: null, cacheWrite1h: null } });
        const writes = usage.cacheWrite5mTokens + usage.cacheWrite1hTokens;
        const exact =
          BigInt(usage.uncachedInputTokens + writes) * BigInt(input) +
          BigInt(usage.cacheReadTokens) * BigInt(cacheRead) +
          BigInt(usage.outputTokens) * BigInt(output);
        expect(BigInt(costOf(p, usage))).toBe((exact + 999_999n) / 1_000_000n);
      }),
    );
  });

  it('never costs more than the worst case for as many tokens (RTR-05)', () => {
    fc.assert(
      fc.property(usages, rate, rate, rate, tokens, (usage, input, output, other, fromInputTokens) => {
        const rates = { input, output, cacheRead: other, cacheWrite5m: other, cacheWrite1h: null };
        const dearer = { ...rates, input: input * 2, output: output * 2 };
        const p = price(input, output, { rates, tiers: [{ fromInputTokens, rates: dearer }], perRequest: nano(7) });
        expect(costOf(p, usage)).toBeLessThanOrEqual(worstCost(p, usage.inputTokens, usage.outputTokens));
      }),
    );
  });

  it('is free only where nothing is ever charged', () => {
    expect(isFree(price(0, 0))).toBe(true);
    expect(isFree(price(0, 1))).toBe(false);
    expect(isFree(price(0, 0, { perRequest: nano(1) }))).toBe(false);
  });
});

describe('usage', () => {
  it('upholds its invariants whatever a provider reports (UPS-07)', () => {
    const any = fc.oneof(fc.double(), fc.integer(), fc.constant(Number.NaN));
    const parts = fc.record({
      inputTokens: any,
      cacheReadTokens: any,
      cacheWrite5mTokens: any,
      cacheWrite1hTokens: any,
      outputTokens: any,
      reasoningTokens: any,
    });
    fc.assert(
      fc.property(parts, (reported) => {
        const u = normalizeUsage(reported);
        expect(u.uncachedInputTokens + u.cacheReadTokens + u.cacheWrite5mTokens + u.cacheWrite1hTokens).toBe(
          u.inputTokens,
        );
        expect(u.reasoningTokens).toBeLessThanOrEqual(u.outputTokens);
        const { faults: _faults, ...counts } = u;
        expect(Object.values(counts).every((n) => Number.isSafeInteger(n) && n >= 0)).toBe(true);
      }),
    );
  });
});
