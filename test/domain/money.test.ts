import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FareboxError } from '../../src/domain/errors.ts';
import { formatUsd, fromUsd, type NanoUsd, nano, sumUsd, toUsdString } from '../../src/domain/money.ts';

describe('money', () => {
  it('converts every decimal of up to nine places exactly (CST-01)', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 9_000 }), fc.integer({ min: 0, max: 999_999_999 }), (whole, fraction) => {
        const text = `${whole}.${String(fraction).padStart(9, '0')}`;
        expect(fromUsd(Number(text))).toBe(whole * 1e9 + fraction);
      }),
    );
  });

  it('writes an amount as a decimal that reads back as the same amount', () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), (amount) => {
        const [whole = '', fraction = ''] = toUsdString(nano(amount)).replace('-', '').split('.');
        const back = BigInt(whole) * 1_000_000_000n + BigInt(fraction.padEnd(9, '0'));
        expect(back).toBe(BigInt(Math.abs(amount)));
      }),
    );
  });

  it('sums a million amounts to the exact total in any order (CST-01)', () => {
    const amounts = Array.from({ length: 1_000_000 }, (_, i) => (i % 7919) as NanoUsd);
    let exact = 0n;
    for (const amount of amounts) exact += BigInt(amount);
    expect(BigInt(sumUsd(amounts))).toBe(exact);
    expect(sumUsd(amounts.toReversed())).toBe(sumUsd(amounts));
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY, 0.5, 2 ** 53])('refuses %s as an amount', (value) => {
    expect(() => nano(value)).toThrow(FareboxError);
  });

  it('shows small amounts with the digits that matter', () => {
    expect([0, 1, 12_345, 123_456_789, 12_340_000_000].map((n) => formatUsd(nano(n)))).toEqual([
      '$0',
      '$0.000000001',
      '$0.0000123',
      '$0.12',
      '$12.34',
    ]);
  });
});
