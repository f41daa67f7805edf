import { type NanoUsd, nano } from '../domain/money.ts';
import type { ReportLine } from './reports.ts';

/** What a point of a model's quality cost in a period. */
export interface ModelValue {
  readonly model: string;
  /** 0 to 100. */
  readonly quality: number;
  /** Of a million tokens, input and output together, as they came in the period; rounded up. */
  readonly perMillionTokens: NanoUsd;
  /** The same, divided by the quality: nano-dollars a million tokens and point. Rounded to the nearest. */
  readonly perQualityPoint: NanoUsd;
}

const MILLION = 1_000_000n;

/**
 * The models of a report by what a point of quality cost, the cheapest first. Left out are models of unknown quality,
 * those with attempts of unknown cost, and those that cost nothing: what is free has no price to divide, and would
 * always win.
 */
export function modelValues(
  lines: readonly ReportLine[],
  qualityOf: (model: string) => number | null,
): readonly ModelValue[] {
  const values = lines.flatMap(({ group, cost, inputTokens, outputTokens, unknownCostAttempts }) => {
    const quality = group === null ? null : qualityOf(group);
    const tokens = inputTokens + outputTokens;
    if (group === null || !quality || tokens === 0 || cost <= 0 || unknownCostAttempts > 0) return [];
    const perMillionTokens = nano(Number((BigInt(cost) * MILLION + BigInt(tokens) - 1n) / BigInt(tokens)));
    const perQualityPoint = nano(Math.round(perMillionTokens / quality));
    return [{ model: group, quality, perMillionTokens, perQualityPoint }];
  });
  return values.sort((a, b) => a.perQualityPoint - b.perQualityPoint || a.model.localeCompare(b.model));
}
