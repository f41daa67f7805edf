import type { Deployment } from '../domain/deployment.ts';
import type { Evidence } from '../domain/snapshot.ts';

/** How good a model is expected to be at a task, from 0 to 100; null where nothing is known of it. */
export type QualityOf = (deployment: Pick<Deployment, 'model' | 'quality'>) => number | null;

/** So many checked answers weigh as much as the quality score of the catalogue. */
const PRIOR_WEIGHT = 20;
/** Where the catalogue has no score, evidence begins in the middle. */
const UNKNOWN = 50;

export const catalogueQuality: QualityOf = ({ quality }) => quality;

/**
 * The catalogue's score together with how many of the model's answers to this kind of task passed the checks of callers:
 * (20 × score + 100 × accepted) ÷ (20 + tried).
 */
export function qualityByEvidence(evidence: ReadonlyMap<string, Evidence> | undefined): QualityOf {
  if (!evidence?.size) return catalogueQuality;
  return ({ model, quality }) => {
    const seen = evidence.get(model);
    if (!seen) return quality;
    return ((quality ?? UNKNOWN) * PRIOR_WEIGHT + 100 * seen.accepted) / (PRIOR_WEIGHT + seen.tried);
  };
}
