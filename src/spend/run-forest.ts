import { addLines, EMPTY_LINE } from './report-lines.ts';
import type { ReportLine } from './reports.ts';

/** A run in the tree of runs: what it began stands below it. */
export interface RunLine {
  readonly run: string;
  readonly parent: string | null;
  /** 0 for a run that nobody began. */
  readonly depth: number;
  /** What it called itself. */
  readonly own: Omit<ReportLine, 'group'>;
  /** With all that it began, directly or not; nothing is in it twice. */
  readonly total: Omit<ReportLine, 'group'>;
}

/**
 * Runs with what they began below them, each level with the dearest first. A run that called nothing itself stands there
 * for what it began. `parentOf`: which run began which; where that goes round in a circle, it is cut.
 */
export function runForest(lines: readonly ReportLine[], parentOf: ReadonlyMap<string, string>): readonly RunLine[] {
  const own = new Map(lines.flatMap((line) => (line.group === null ? [] : [[line.group, line] as const])));
  const children = new Map<string | null, Set<string>>();
  for (const run of own.keys()) {
    // Up to the root, so that runs without calls of their own are there as well.
    const path = new Set<string>();
    for (let at: string | undefined = run; at !== undefined && !path.has(at); at = parentOf.get(at)) path.add(at);
    const upwards = [...path];
    for (const [i, each] of upwards.entries()) {
      const parent = upwards[i + 1] ?? null;
      children.set(parent, (children.get(parent) ?? new Set()).add(each));
    }
  }
  return below(null, 0, { own, children, seen: new Set() });
}

interface Forest {
  readonly own: ReadonlyMap<string, ReportLine>;
  readonly children: ReadonlyMap<string | null, ReadonlySet<string>>;
  readonly seen: Set<string>;
}

function below(parent: string | null, depth: number, forest: Forest): readonly RunLine[] {
  const trees = [...(forest.children.get(parent) ?? [])].flatMap((run) => {
    if (forest.seen.has(run)) return [];
    forest.seen.add(run);
    const { group: _group, ...own } = forest.own.get(run) ?? { ...EMPTY_LINE, group: run };
    const rest = below(run, depth + 1, forest);
    const total = rest
      .filter((line) => line.depth === depth + 1)
      .reduce<ReportLine>((sum, line) => addLines(sum, line.total), { ...own, group: run });
    const { group: _name, ...sums } = total;
    return [[{ run, parent, depth, own, total: sums }, ...rest]];
  });
  return trees
    .sort(([a], [b]) => (b?.total.cost ?? 0) - (a?.total.cost ?? 0) || (a?.run ?? '').localeCompare(b?.run ?? ''))
    .flat();
}
