import { parseDecimal, type Ratio } from '../ratio.ts';
import type { Claim, Compute, Explanation, Source } from './claim.ts';

/** A maker of claims of one source, of the usual kind: one figure follows, and other computations may explain the claimed one. */
export function figureClaims(source: Source) {
  return (
    subject: string,
    claimed: string,
    unit: Claim['unit'],
    figure: Compute,
    explanations: readonly Explanation[] = [],
  ): Claim => ({ source, subject, claimed, unit, check: { kind: 'figure', figure, explanations } });
}

export function because(verdict: Explanation['verdict'], why: string, figure: Compute): Explanation {
  return { verdict, why, figure };
}

/** A constant of the documents, exact. */
export function given(text: string): Ratio {
  const value = parseDecimal(text);
  if (!value) throw new RangeError(`${text} is not a number.`);
  return value;
}
