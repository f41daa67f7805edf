import type { Strategy } from '../config/config.ts';
import type { Complexity } from '../domain/task.ts';
import { catalogueQuality, type QualityOf } from './expected-quality.ts';
import type { Fit } from './hard-filters.ts';

/** Compares two fits: negative where the first is to be tried first. Equal fits keep the catalogue's order. */
export type FitOrder = (a: Fit, b: Fit) => number;

/** The least quality score that work of a complexity asks for, for the strategy `adaptive` and for reserves. */
const QUALITY_BAR: Readonly<Record<Complexity, number>> = { simple: 70, medium: 85, complex: 90, expert: 92 };

/** What a model of unknown quality counts as where quality is weighed against cost. */
const UNKNOWN_QUALITY = 50;
/** In `balanced`, ten times the cost must buy this much quality. */
const QUALITY_PER_DECADE = 10;
/** Below about this cost ($0.00001) a saving no longer matters. */
const SMALL_COST = 10_000;

/** The bar for a request; a quality threshold of the caller raises it. */
export function qualityBar(complexity: Complexity, qualityThreshold: number | undefined): number {
  return Math.max(QUALITY_BAR[complexity], qualityThreshold ?? 0);
}

/** Cheapest expected cost first, unknown cost last; better quality first where the cost is the same. */
export const byCost: FitOrder = (a, b) => compareCost(a, b) || compareQuality(a, b);

/** Best quality first, unknown last; cheaper first where the quality is the same. */
export const byQuality: FitOrder = (a, b) => compareQuality(a, b) || compareCost(a, b);

/** Quality against the logarithm of the cost, unknown cost last. */
export const byValue: FitOrder = (a, b) => {
  if ((a.expectedCost === null) !== (b.expectedCost === null)) return a.expectedCost === null ? 1 : -1;
  return value(b) - value(a) || byCost(a, b);
};

/** Those that clear the bar, cheapest first; behind them the others, best first. */
export function byBar(bar: number, qualityOf: QualityOf = catalogueQuality): FitOrder {
  const quality = ({ deployment }: Fit) => qualityOf(deployment) ?? -1;
  return (a, b) => {
    const aClears = clears(a, bar, qualityOf);
    if (aClears !== clears(b, bar, qualityOf)) return aClears ? -1 : 1;
    return aClears ? byCost(a, b) : quality(b) - quality(a) || compareCost(a, b);
  };
}

export function clears({ deployment }: Fit, bar: number, qualityOf: QualityOf = catalogueQuality): boolean {
  const quality = qualityOf(deployment);
  return quality !== null && quality >= bar;
}

/** How a strategy orders deployments that no slot orders. */
export function orderOf(strategy: Strategy, bar: number, qualityOf?: QualityOf): FitOrder {
  switch (strategy) {
    case 'cost-optimized':
      return byCost;
    case 'quality-optimized':
      return byQuality;
    case 'balanced':
      return byValue;
    case 'adaptive':
      return byBar(bar, qualityOf);
  }
}

function value({ deployment, expectedCost }: Fit): number {
  const quality = deployment.quality ?? UNKNOWN_QUALITY;
  return quality - QUALITY_PER_DECADE * Math.log10(1 + (expectedCost ?? 0) / SMALL_COST);
}

function compareCost(a: Fit, b: Fit): number {
  return (a.expectedCost ?? Number.MAX_VALUE) - (b.expectedCost ?? Number.MAX_VALUE);
}

function compareQuality(a: Fit, b: Fit): number {
  return (b.deployment.quality ?? -1) - (a.deployment.quality ?? -1);
}
