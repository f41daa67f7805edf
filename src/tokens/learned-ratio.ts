/** What is counted: prompts and answers differ, as templates and tools stand around prompts. */
export type Direction = 'input' | 'output';

/** How far off the estimates of a model's tokens are, learned from what it reported. Kept in memory. */
export interface LearnedRatio {
  /** The estimate, corrected by what was learned of the model; as it is where nothing was. */
  correct(model: string, direction: Direction, estimate: number): number;
  learn(model: string, direction: Direction, estimate: number, actual: number): void;
}

interface Sums {
  estimated: number;
  actual: number;
}

/** The weight that earlier answers keep with each new one: about the last twenty count. */
const KEPT = 0.95;
/** An estimate is never corrected by more than this: what is further off is not the same text. */
const FURTHEST = 4;
/** Models that are remembered; beyond, those that were longest unused are forgotten. */
const MOST_MODELS = 1_000;

/**
 * A moving average of actual over estimated tokens by model, where a long text weighs more than a short one. Figures
 * that are further off than a factor of 16 are taken for another text (a prompt that the provider cut, an image).
 */
export function createLearnedRatio(): LearnedRatio {
  const byModel = new Map<string, Sums>();
  return {
    correct(model, direction, estimate) {
      const sums = byModel.get(`${direction} ${model}`);
      if (!sums) return estimate;
      const ratio = Math.min(FURTHEST, Math.max(1 / FURTHEST, sums.actual / sums.estimated));
      return Math.round(estimate * ratio);
    },
    learn(model, direction, estimate, actual) {
      const ratio = actual / estimate;
      if (!(ratio > 1 / FURTHEST ** 2 && ratio < FURTHEST ** 2)) return;
      const key = `${direction} ${model}`;
      const before = byModel.get(key) ?? { estimated: 0, actual: 0 };
      byModel.delete(key);
      byModel.set(key, { estimated: before.estimated * KEPT + estimate, actual: before.actual * KEPT + actual });
      if (byModel.size > MOST_MODELS) for (const oldest of [...byModel.keys()].slice(0, 1)) byModel.delete(oldest);
    },
  };
}
