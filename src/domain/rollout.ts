import type { NanoUsd } from './money.ts';

/** Where a conversation of a rollout goes: to the profile that is moved to, or to the model that is moved from. */
export type RolloutArm = 'profile' | 'baseline';

export type RolloutState = 'running' | 'stopped' | 'rolled_back';

/** A move of traffic from one model to a profile, step by step. At most one runs at a time. */
export interface Rollout {
  readonly id: number;
  readonly profile: string;
  /** The model that serves the rest. */
  readonly baselineModel: string;
  /** The part of the conversations that goes to the profile, 0 to 1. */
  readonly share: number;
  /** Takes its next step by itself, a week after the last one. */
  readonly automatic: boolean;
  readonly state: RolloutState;
  /** Epoch ms. */
  readonly startedAt: number;
  /** When it took its latest step. */
  readonly stepAt: number;
  /** Why it is over; null while it runs. */
  readonly reason: string | null;
}

/** What became of the calls of one arm, over the whole rollout. */
export interface ArmFigures {
  readonly calls: number;
  /** Ended without a whole answer, by nobody's wish. */
  readonly failed: number;
  /** Calls in which an answer was not good enough: it failed a check, or was not what was asked for. */
  readonly rejected: number;
  /** Calls of known cost, and what they cost. */
  readonly priced: number;
  readonly cost: NanoUsd;
}

export const NO_FIGURES: ArmFigures = { calls: 0, failed: 0, rejected: 0, priced: 0, cost: 0 as NanoUsd };
