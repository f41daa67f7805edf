import type { AuditedClaim, Claim, ClaimWorld, Explanation, Verdict } from './claims/claim.ts';
import { CLAIMS } from './claims/claims.ts';
import { compare, divide, multiply, parseDecimal, type Ratio, ratio, subtract, toFixed, toRatio } from './ratio.ts';

/**
 * Every figure of the design documents beside the one that follows from the world's prices and mixes. No result is
 * written down anywhere: each verdict comes from comparing the claim, in its own precision, with what is computed here.
 */
export function auditClaims(world: ClaimWorld, claims: readonly Claim[] = CLAIMS): readonly AuditedClaim[] {
  return claims.map((claim) => auditClaim(claim, world));
}

export function auditClaim(claim: Claim, world: ClaimWorld): AuditedClaim {
  const { check } = claim;
  const judged = (recomputed: AuditedClaim['recomputed'], verdict: Verdict, why: string | null = null) => ({
    claim,
    recomputed,
    verdict,
    why: why ?? claim.remark ?? null,
  });
  switch (check.kind) {
    case 'figure': {
      const figure = check.figure(world);
      if (agrees(claim.claimed, figure)) return judged([figure], 'same');
      const found = explain(claim, check.explanations ?? [], world);
      return judged([figure], found?.verdict ?? 'wrong', found?.why);
    }
    case 'any': {
      const figures = check.figures(world);
      // Of several figures one easily comes near by chance: a computation that is known to be the origin goes first.
      const found = explain(claim, check.explanations ?? [], world);
      const same = figures.find((figure) => agrees(claim.claimed, figure));
      if (same && !found) return judged([same], 'same');
      return judged([nearestTo(claimedValue(claim), figures)], found?.verdict ?? check.otherwise, found?.why);
    }
    case 'range': {
      const [low, high] = check.range(world);
      if (check.figure && agrees(claim.claimed, check.figure(world))) return judged([check.figure(world)], 'same');
      return judged([low, high], isWithin(claim.claimed, low, high) ? 'possible' : check.otherwise);
    }
    case 'bound': {
      const figure = check.figure(world);
      return judged([figure], judgeBound(claimedValue(claim), figure, check));
    }
    case 'name': {
      const name = check.name(world);
      return judged(name, name === claim.claimed ? 'same' : 'wrong');
    }
    case 'none':
      return judged([], 'not recomputed');
  }
}

/** Decimal places in which a claim is written. */
export function placesOf(claimed: string): number {
  const point = claimed.indexOf('.');
  return point < 0 ? 0 : claimed.length - point - 1;
}

function claimedValue({ claimed, subject }: Claim): Ratio {
  const value = parseDecimal(claimed.replaceAll(',', ''));
  if (!value) throw new RangeError(`The claim "${subject}" is not a number: ${claimed}.`);
  return value;
}

/** Whether a figure, rounded to the precision in which the claim is written, is what was claimed. */
function agrees(claimed: string, figure: Ratio): boolean {
  return toFixed(figure, placesOf(claimed)) === claimed.replaceAll(',', '');
}

function isWithin(claimed: string, low: Ratio, high: Ratio): boolean {
  const value = parseDecimal(claimed.replaceAll(',', '')) ?? ratio(0);
  const between = compare(low, value) <= 0 && compare(value, high) <= 0;
  return between || agrees(claimed, low) || agrees(claimed, high);
}

function explain(claim: Claim, explanations: readonly Explanation[], world: ClaimWorld): Explanation | undefined {
  return explanations.find(({ figure }) => agrees(claim.claimed, figure(world)));
}

function judgeBound(bound: Ratio, figure: Ratio, check: Extract<Claim['check'], { kind: 'bound' }>): Verdict {
  const order = compare(figure, bound);
  const isMet = check.side === 'above' ? order > 0 : order < 0;
  if (!isMet) return check.otherwise;
  const isTrivial =
    check.trivialFrom !== undefined && compare(bound, multiply(figure, toRatio(check.trivialFrom))) >= 0;
  return isTrivial ? 'trivially met' : 'met';
}

function nearestTo(value: Ratio, figures: readonly Ratio[]): Ratio {
  const distance = (figure: Ratio) => {
    const difference = divide(subtract(figure, value), ratio(1)) ?? figure;
    return difference.numerator < 0n ? subtract(ratio(0), difference) : difference;
  };
  return figures.reduce((best, figure) => (compare(distance(figure), distance(best)) < 0 ? figure : best));
}
