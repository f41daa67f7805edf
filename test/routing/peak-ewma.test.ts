import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addSample, readEwma } from '../../src/routing/peak-ewma.ts';

describe('PeakEWMA', () => {
  it('jumps up at once and comes down with time', () => {
    const quick = addSample(undefined, 100, 0);
    const peak = addSample(quick, 1_000, 1);
    expect(peak.value).toBe(1_000);
    expect(addSample(peak, 100, 2).value).toBeGreaterThan(999);
    expect(addSample(peak, 100, 60_001).value).toBeCloseTo(100 + 900 * Math.exp(-2), 3);
  });

  it('forgets what was slow long ago', () => {
    expect(readEwma({ value: 1_000, at: 0 }, 0)).toBe(1_000);
    expect(readEwma({ value: 1_000, at: 0 }, 30_000)).toBeCloseTo(1_000 / Math.E, 3);
  });

  it('stays between the smallest and the largest sample', () => {
    const samples = fc.array(fc.tuple(fc.nat(10_000), fc.nat(60_000)), { minLength: 1 });
    fc.assert(
      fc.property(samples, (given) => {
        let now = 0;
        let average: ReturnType<typeof addSample> | undefined;
        for (const [pause, sample] of given) {
          now += pause;
          average = addSample(average, sample, now);
        }
        const values = given.map(([, sample]) => sample);
        const value = average?.value ?? -1;
        return value >= Math.min(...values) - 1e-6 && value <= Math.max(...values) + 1e-6;
      }),
    );
  });
});
