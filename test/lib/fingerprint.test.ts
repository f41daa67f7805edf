import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chainFingerprint, fingerprint } from '../../src/lib/fingerprint.ts';

describe('a fingerprint', () => {
  it('is a safe integer, the same for the same text and seed', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 3_000 }), fc.nat(), (text, seed) => {
        const print = fingerprint(text, seed);
        expect(Number.isSafeInteger(print) && print >= 0).toBe(true);
        expect(fingerprint(`${text.slice(0, 1)}${text.slice(1)}`, seed)).toBe(print);
      }),
    );
  });

  it('differs for 200,000 texts that differ little', () => {
    const prints = new Set<number>();
    for (let i = 0; i < 200_000; i++) prints.add(fingerprint(`message ${i} of the agent`));
    expect(prints.size).toBe(200_000);
  });

  it('sees a change at the beginning, at the end and in the length of a long text', () => {
    const long = 'lorem ipsum '.repeat(10_000);
    const prints = [long, `L${long.slice(1)}`, `${long.slice(0, -1)}.`, `${long}.`].map((text) => fingerprint(text));
    expect(new Set(prints).size).toBe(4);
  });

  it('of a sequence depends on the order', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), fc.maxSafeNat(), fc.maxSafeNat(), (start, a, b) => {
        fc.pre(a !== b);
        const ab = chainFingerprint(chainFingerprint(start, a), b);
        expect(Number.isSafeInteger(ab)).toBe(true);
        expect(ab).not.toBe(chainFingerprint(chainFingerprint(start, b), a));
      }),
    );
  });
});
