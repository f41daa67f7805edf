import type { Capabilities } from '../../domain/deployment.ts';
import type { Offer } from '../offer.ts';
import type { Ratio } from '../ratio.ts';

/** What a claim turns out to be once its figure is computed again. */
export type Verdict =
  | 'same'
  /** A bound that the computed figure keeps. */
  | 'met'
  /** Not what follows, but not impossible at another proportion of input to output. */
  | 'possible'
  | 'rounding'
  | 'wrong'
  /** The figure belongs to another mix of models than the one that it is claimed of. */
  | 'mix conflict'
  | 'label conflict'
  | 'mixed units'
  /** No inputs of the documents lead to it. */
  | 'cannot follow'
  | 'inconsistent'
  | 'scenario mismatch'
  | 'fails own rubric'
  | 'trivially met'
  | 'implausible'
  /** The facts hold the sum but not what it adds up, so farebox cannot check it. */
  | 'not recomputed';

export type Unit = 'usd' | 'percent' | 'months' | 'days' | 'tokens' | 'count';
export const CLAIM_SOURCES = ['cost analysis', 'return on investment', 'local brain', 'roles and swarms'] as const;
export type Source = (typeof CLAIM_SOURCES)[number];

/** What claims are recomputed from; change a price in it, and the verdicts follow. Dollars, not nano-dollars, in ratios. */
export interface ClaimWorld {
  readonly offers: ReadonlyMap<string, Offer>;
  readonly breakdowns: Readonly<Record<'budget' | 'balanced' | 'premium', Readonly<Record<string, number>>>>;
  /** What the models can do, for claims about all of them. */
  readonly capabilities: ReadonlyMap<string, Pick<Capabilities, 'contextWindow' | 'jsonMode' | 'toolCalling'>>;
  /** The monthly cost of each option of the local-brain papers, and what is paid today, in dollars. */
  readonly options: {
    readonly current: Ratio;
    readonly monthly: readonly [Ratio, Ratio, Ratio];
    readonly investment: Ratio;
  };
}

export type Compute = (world: ClaimWorld) => Ratio;

/** Another computation that might have led to the claimed figure; where it does, it decides the verdict. */
export interface Explanation {
  readonly verdict: Verdict;
  readonly why: string;
  readonly figure: Compute;
}

export type Check =
  /** One figure follows. */
  | { readonly kind: 'figure'; readonly figure: Compute; readonly explanations?: readonly Explanation[] }
  /** One of several may be meant: the nearest is shown. */
  | {
      readonly kind: 'any';
      readonly figures: (world: ClaimWorld) => readonly Ratio[];
      readonly otherwise: Verdict;
      readonly explanations?: readonly Explanation[];
    }
  /** What follows lies between two figures; outside of them the claim is impossible. */
  | {
      readonly kind: 'range';
      readonly range: (world: ClaimWorld) => readonly [Ratio, Ratio];
      /** The figure at the documents' own proportion, where there is one. */
      readonly figure?: Compute;
      readonly otherwise: Verdict;
    }
  /** The claim is a bound: the computed figure should lie above or below it. */
  | {
      readonly kind: 'bound';
      readonly side: 'above' | 'below';
      readonly figure: Compute;
      readonly otherwise: Verdict;
      /** Met so many times over, a bound says nothing. */
      readonly trivialFrom?: number;
    }
  /** A name follows, such as that of the winner of a table; `verdict` where the computed one is another. */
  | { readonly kind: 'name'; readonly name: (world: ClaimWorld) => string }
  | { readonly kind: 'none' };

export interface Claim {
  readonly source: Source;
  /** What is claimed of what. */
  readonly subject: string;
  /** As the document writes it, in its precision: "2.14", "3,492". */
  readonly claimed: string;
  readonly unit: Unit | 'name';
  readonly check: Check;
  /** A remark that holds whatever the figures are. */
  readonly remark?: string;
}

export interface AuditedClaim {
  readonly claim: Claim;
  /** The recomputed figure, or the two ends of its range, or a name; empty where there is nothing to compute with. */
  readonly recomputed: readonly Ratio[] | string;
  readonly verdict: Verdict;
  readonly why: string | null;
}
