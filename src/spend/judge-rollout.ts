import { formatUsd, type NanoUsd } from '../domain/money.ts';
import type { ArmFigures, Rollout } from '../domain/rollout.ts';
import { wilsonInterval } from '../lib/wilson-interval.ts';

/** The steps of a rollout, as shares of the conversations. */
export const ROLLOUT_STEPS = [0, 0.1, 0.5, 1] as const;

export type RolloutVerdict =
  | { readonly type: 'go_on' }
  | { readonly type: 'step'; readonly share: number }
  | { readonly type: 'roll_back'; readonly reason: string };

export interface RolloutEvidence {
  readonly rollout: Rollout;
  readonly profile: ArmFigures;
  readonly baseline: ArmFigures;
  /** Epoch ms. */
  readonly now: number;
}

/** Fewer calls prove nothing. */
const LEAST_CALLS = 20;
/** What the profile may do worse where the model before it was never watched: one call in twenty. */
const UNWATCHED_RATE = 0.05;
/** The profile is meant to be cheaper; a little above is chance. */
const DEARER_BY = 1.05;
const WEEK_MS = 7 * 86_400_000;

/**
 * Whether a rollout goes on, takes its next step or goes back. Errors and rejected answers must be more frequent than
 * before beyond what chance explains (both intervals of 95 % apart), costs a call higher by a twentieth.
 */
export function judgeRollout(evidence: RolloutEvidence): RolloutVerdict {
  const { rollout, profile, baseline, now } = evidence;
  const fault =
    worseRate('calls failed', profile, baseline, ({ failed }) => failed) ??
    worseRate('calls had an answer that was not good enough', profile, baseline, ({ rejected }) => rejected) ??
    dearer(profile, baseline);
  if (fault !== null) return { type: 'roll_back', reason: fault };
  const next = ROLLOUT_STEPS.find((share) => share > rollout.share);
  const isDue = rollout.automatic && next !== undefined && now - rollout.stepAt >= WEEK_MS;
  // A step is taken on evidence: not out of a week in which nobody called.
  const isWatched = rollout.share === 0 ? baseline.calls >= LEAST_CALLS : profile.calls >= LEAST_CALLS;
  return isDue && isWatched ? { type: 'step', share: next } : { type: 'go_on' };
}

function worseRate(
  what: string,
  profile: ArmFigures,
  baseline: ArmFigures,
  countOf: (arm: ArmFigures) => number,
): string | null {
  if (profile.calls < LEAST_CALLS) return null;
  const now = wilsonInterval(countOf(profile), profile.calls);
  const isWatched = baseline.calls >= LEAST_CALLS;
  const before = isWatched ? wilsonInterval(countOf(baseline), baseline.calls).high : UNWATCHED_RATE;
  if (now.low <= before) return null;
  const than = isWatched ? `${rate(countOf(baseline), baseline.calls)} before` : 'one in twenty at most';
  return `${rate(countOf(profile), profile.calls)} of its ${what}, against ${than}`;
}

function dearer(profile: ArmFigures, baseline: ArmFigures): string | null {
  if (profile.priced < LEAST_CALLS || baseline.priced < LEAST_CALLS) return null;
  const [now, before] = [profile.cost / profile.priced, baseline.cost / baseline.priced];
  if (now <= before * DEARER_BY) return null;
  return `a call costs ${perCall(now)}, against ${perCall(before)} before`;
}

function rate(hits: number, of: number): string {
  return `${((hits / of) * 100).toFixed(1)} %`;
}

function perCall(nano: number): string {
  return formatUsd(Math.round(nano) as NanoUsd);
}
