import type { Profile } from '../config/config.ts';
import { type BudgetAttributes, payerOf } from '../domain/budget.ts';
import type { Verification } from '../domain/check.ts';
import type { AttemptSummary } from '../domain/completion-outcome.ts';
import type { CompletionRequest } from '../domain/completion-request.ts';
import type { Deployment } from '../domain/deployment.ts';
import type { OptimisationEffect } from '../domain/effect.ts';
import type { CallId } from '../domain/ids.ts';
import type { Plan } from '../domain/plan.ts';
import type { Clock } from '../lib/clock.ts';
import { newId, type Random } from '../lib/random.ts';
import type { CallOpening } from '../spend/ledger.ts';
import { decisionRecord } from './decision-record.ts';
import type { Judge } from './judge.ts';
import type { Planned } from './planner.ts';
import type { RolloutPlace } from './watchers/rollout-keeper.ts';

/** One call on its way: what was asked, what was decided, what has been tried so far. */
export interface Call {
  readonly id: CallId;
  readonly request: CompletionRequest;
  readonly plan: Plan;
  readonly profile: Profile;
  readonly opening: CallOpening;
  /** Of the monotonic clock, in ms. */
  readonly startedAt: number;
  /** Grows by one with each attempt. */
  readonly attempts: AttemptSummary[];
  /** Judges its whole answers. */
  readonly judge: Judge;
  /** What the demanded checks said of each answer that came; grows. */
  readonly verifications: Verification[];
  /** Why answers were turned down; may quote them, so it is told to the caller only. Grows. */
  readonly findings: string[];
  /** Attempts that were opened so far, those in flight included: several may be under way at once. */
  readonly opened: { count: number };
  /** What optimisations did for it; whoever does something adds it here before the call is concluded. */
  readonly effects: OptimisationEffect[];
  /** The part of a rollout that it belongs to; null: none. */
  readonly rollout: RolloutPlace | null;
  /** Who could serve it for what is left of a budget; asked where it is refused for money. */
  readonly cheaper?: Planned['cheaper'];
}

export function openCall(
  request: CompletionRequest,
  planned: Planned,
  judge: Judge,
  classifier: string,
  clock: Clock,
  random: Random,
): Call {
  const { plan, profile, baseline, simulated, rollout, cheaper } = planned;
  const now = clock.now();
  const id = newId('call', now, random) as CallId;
  const opening: CallOpening = {
    id,
    startedAt: now,
    simulated,
    attribution: request.attribution,
    ...(request.purpose !== undefined && { purpose: request.purpose }),
    profile: plan.profile,
    task: plan.task.task,
    complexity: plan.task.complexity,
    rule: plan.rule,
    reason: plan.reason,
    decision: decisionRecord(plan, classifier),
    baseline,
  };
  const begun = { attempts: [], opened: { count: 0 }, verifications: [], findings: [], effects: [] };
  return {
    ...{ id, request, plan, profile, opening, judge, startedAt: clock.monotonic(), rollout, ...begun },
    ...(cheaper && { cheaper }),
  };
}

/** What budgets match on for an attempt of this call at this deployment. */
export function budgetAttributes(
  { request, plan }: Pick<Call, 'request' | 'plan'>,
  { provider, model }: Pick<Deployment, 'provider' | 'model'>,
): BudgetAttributes {
  return { provider, model, task: plan.task.task, ...payerOf(request.attribution) };
}
