import type { Profile } from '../config/config.ts';
import type { BudgetAttributes } from '../domain/budget.ts';
import type { AttemptSummary } from '../domain/completion-outcome.ts';
import type { CompletionRequest } from '../domain/completion-request.ts';
import type { Deployment } from '../domain/deployment.ts';
import type { CallId } from '../domain/ids.ts';
import type { Plan } from '../domain/plan.ts';
import type { Clock } from '../lib/clock.ts';
import { newId, type Random } from '../lib/random.ts';
import type { CallOpening } from '../spend/ledger.ts';
import { decisionRecord } from './decision-record.ts';
import type { Planned } from './planner.ts';

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
}

export function openCall(
  request: CompletionRequest,
  planned: Planned,
  classifier: string,
  clock: Clock,
  random: Random,
): Call {
  const { plan, profile, baseline, simulated } = planned;
  const now = clock.now();
  const id = newId('call', now, random) as CallId;
  const opening: CallOpening = {
    id,
    startedAt: now,
    simulated,
    attribution: request.attribution,
    profile: plan.profile,
    task: plan.task.task,
    complexity: plan.task.complexity,
    rule: plan.rule,
    reason: plan.reason,
    decision: decisionRecord(plan, classifier),
    baseline,
  };
  return { id, request, plan, profile, opening, startedAt: clock.monotonic(), attempts: [] };
}

/** What budgets match on for an attempt of this call at this deployment. */
export function budgetAttributes(
  { request, plan }: Call,
  { provider, model }: Pick<Deployment, 'provider' | 'model'>,
): BudgetAttributes {
  const { role, project, client, key, runId, swarmId, sessionId, tags } = request.attribution;
  return {
    provider,
    model,
    task: plan.task.task,
    role: role ?? null,
    project: project ?? null,
    client: client ?? null,
    key: key ?? null,
    run: runId ?? null,
    swarm: swarmId ?? null,
    session: sessionId ?? null,
    tags: tags ?? [],
  };
}
