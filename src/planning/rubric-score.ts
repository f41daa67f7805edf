import { compare, multiply, type Ratio, ratio, sum, toRatio, ZERO } from './ratio.ts';

/**
 * The validation rubric: per dimension its weight in the overall score, the least score with which it is passed, and the
 * weights of its parts (percent). Functional: tools, memory, multi-turn, streaming. Performance: latency, throughput,
 * resources. Cost: per request, return. Quality: output, errors.
 */
export const RUBRIC = {
  functional: { weight: 40, pass: 90, parts: [25, 25, 25, 25] },
  performance: { weight: 30, pass: 85, parts: [40, 40, 20] },
  cost: { weight: 20, pass: 80, parts: [50, 50] },
  quality: { weight: 10, pass: 85, parts: [60, 40] },
} as const;
export const OVERALL_PASS = 88;

export type Dimension = keyof typeof RUBRIC;
export const DIMENSIONS = Object.keys(RUBRIC) as readonly Dimension[];

/** Scores of the parts of each dimension, 0 to 100, in the order of `RUBRIC`. */
export type PartScores = Readonly<Record<Dimension, readonly number[]>>;

export interface RubricScore {
  readonly dimension: Readonly<Record<Dimension, Ratio>>;
  readonly overall: Ratio;
  readonly passedOverall: boolean;
  readonly passedEveryDimension: boolean;
  /** Both: an overall score can hide a failed dimension, and barely passed dimensions do not add up to a pass. */
  readonly passed: boolean;
}

/** Weighs the scores. Throws `RangeError` for a missing part or a score beyond 0 to 100. */
export function scoreRubric(scores: PartScores): RubricScore {
  const dimension = Object.fromEntries(DIMENSIONS.map((name) => [name, scoreDimension(name, scores[name])])) as Record<
    Dimension,
    Ratio
  >;
  const overall = sum(DIMENSIONS.map((name) => weighted(dimension[name], RUBRIC[name].weight)));
  const passedOverall = compare(overall, ratio(OVERALL_PASS)) >= 0;
  const passedEveryDimension = DIMENSIONS.every((name) => compare(dimension[name], ratio(RUBRIC[name].pass)) >= 0);
  return { dimension, overall, passedOverall, passedEveryDimension, passed: passedOverall && passedEveryDimension };
}

function scoreDimension(name: Dimension, scores: readonly number[]): Ratio {
  const { parts } = RUBRIC[name];
  if (scores.length !== parts.length || scores.some((score) => !(score >= 0 && score <= 100))) {
    throw new RangeError(`${name} needs ${parts.length} scores from 0 to 100.`);
  }
  return parts
    .map((weight, index) => weighted(toRatio(scores[index] ?? 0), weight))
    .reduce((a, b) => sum([a, b]), ZERO);
}

function weighted(score: Ratio, percent: number): Ratio {
  return multiply(score, ratio(percent, 100));
}
