import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addStretch, type MachineStretch } from '../../src/spend/machine-book.ts';

/** All stretches after adding these one by one, as the book keeps them. */
function addAll(added: readonly MachineStretch[]): readonly MachineStretch[] {
  let kept: readonly MachineStretch[] = [];
  for (const stretch of added) {
    const touched = kept.filter(({ start, stop }) => start <= stretch.stop && stop >= stretch.start);
    const change = addStretch(touched, stretch);
    kept = [...kept.filter((each) => !change.removed.includes(each)), ...change.added].sort(
      (a, b) => a.start - b.start,
    );
  }
  return kept;
}

const stretchOf = (start: number, length: number, hourly = 5): MachineStretch => ({
  start,
  stop: start + length,
  hourly,
});
const stretch = fc
  .tuple(fc.nat(300), fc.integer({ min: 1, max: 60 }))
  .map(([start, length]) => stretchOf(start, length));

describe('the hours of a machine (UPS-09)', () => {
  it('are those of the union, in whatever order attempts are settled', () => {
    fc.assert(
      fc.property(fc.array(stretch, { maxLength: 12 }), fc.array(fc.nat(), { maxLength: 12 }), (added, keys) => {
        const shuffled = added
          .map((each, i) => ({ each, key: keys[i] ?? 0 }))
          .sort((a, b) => a.key - b.key)
          .map(({ each }) => each);
        const paid = new Set(
          added.flatMap(({ start, stop }) => Array.from({ length: stop - start }, (_, i) => start + i)),
        );
        const kept = addAll(shuffled);
        expect(kept).toEqual(addAll(added));
        expect(kept.reduce((sum, { start, stop }) => sum + stop - start, 0)).toBe(paid.size);
      }),
    );
  });

  it('are never paid twice where the price changes while it runs', () => {
    expect(addAll([stretchOf(0, 100, 5), stretchOf(40, 100, 9)])).toEqual([
      stretchOf(0, 100, 5),
      { start: 100, stop: 140, hourly: 9 },
    ]);
    expect(addAll([stretchOf(50, 10, 5), stretchOf(0, 100, 9)])).toEqual([
      { start: 0, stop: 50, hourly: 9 },
      stretchOf(50, 10, 5),
      { start: 60, stop: 100, hourly: 9 },
    ]);
    expect(addAll([stretchOf(0, 100, 5), stretchOf(10, 20, 9)])).toEqual([stretchOf(0, 100, 5)]);
  });
});
