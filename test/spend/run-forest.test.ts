import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nano } from '../../src/domain/money.ts';
import { modelValues } from '../../src/spend/model-value.ts';
import { EMPTY_LINE } from '../../src/spend/report-lines.ts';
import type { ReportLine } from '../../src/spend/reports.ts';
import { runForest } from '../../src/spend/run-forest.ts';

const line = (group: string | null, cost: number, parts: Partial<ReportLine> = {}): ReportLine => ({
  ...EMPTY_LINE,
  group,
  calls: 1,
  cost: nano(cost),
  ...parts,
});
const shape = (lines: readonly ReportLine[], parents: Readonly<Record<string, string>>) =>
  runForest(lines, new Map(Object.entries(parents))).map(({ run, depth, own, total }) => [
    run,
    depth,
    own.cost,
    total.cost,
  ]);

describe('a tree of runs (CST-02)', () => {
  it('adds what a run began to the run, once, and shows runs that only began others', () => {
    const lines = [
      line('team', 1),
      line('dev', 10),
      line('qa', 20),
      line('helper', 5),
      line('alone', 12),
      line(null, 99),
    ];
    expect(shape(lines, { dev: 'team', qa: 'team', helper: 'qa', team: 'project' })).toEqual([
      ['project', 0, 0, 36],
      ['team', 1, 1, 36],
      ['qa', 2, 20, 25],
      ['helper', 3, 5, 5],
      ['dev', 2, 10, 10],
      ['alone', 0, 12, 12],
    ]);
  });

  it('has every run once and loses nothing, whatever began what', () => {
    const name = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f');
    fc.assert(
      fc.property(fc.uniqueArray(name), fc.dictionary(name, name), (runs, parents) => {
        const forest = runForest(
          runs.map((run, i) => line(run, 10 ** i)),
          new Map(Object.entries(parents)),
        );
        const names = forest.map(({ run }) => run);
        expect(new Set(names).size).toBe(names.length);
        const isCircle = (run: string) => {
          const seen = new Set<string>();
          for (let at: string | undefined = run; at !== undefined; at = parents[at]) {
            if (seen.has(at)) return true;
            seen.add(at);
          }
          return false;
        };
        if (runs.some(isCircle)) return;
        const roots = forest.filter(({ depth }) => depth === 0);
        expect(roots.reduce((sum, { total }) => sum + total.cost, 0)).toBe(
          runs.reduce((sum, _run, i) => sum + 10 ** i, 0),
        );
      }),
    );
  });

  it('cuts a circle rather than going round in it', () => {
    expect(shape([line('a', 1), line('b', 2)], { a: 'b', b: 'a' }).map(([run]) => run)).toEqual(expect.any(Array));
  });
});

describe('what a point of quality cost (CST-19)', () => {
  const used = (model: string, cost: number, more: Partial<ReportLine> = {}) =>
    line(model, cost, { inputTokens: 800_000, outputTokens: 200_000, ...more });
  const qualityOf = (model: string) => ({ good: 90, cheap: 45, dear: 99, free: 60, doubtful: 50 })[model] ?? null;

  it('is the blended price of a million tokens, divided by the score, the cheapest first', () => {
    const lines = [
      used('good', 180_000_000),
      used('cheap', 45_000_000),
      used('dear', 9_900_000_000),
      used('free', 0),
      used('unscored', 1_000),
      used('doubtful', 1_000, { unknownCostAttempts: 1 }),
      line('good', 5),
    ];
    expect(modelValues(lines, qualityOf)).toEqual([
      { model: 'cheap', quality: 45, perMillionTokens: 45_000_000, perQualityPoint: 1_000_000 },
      { model: 'good', quality: 90, perMillionTokens: 180_000_000, perQualityPoint: 2_000_000 },
      { model: 'dear', quality: 99, perMillionTokens: 9_900_000_000, perQualityPoint: 100_000_000 },
    ]);
  });
});
