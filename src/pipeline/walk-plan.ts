import { type BudgetRefusal, type BudgetStatus, QUOTA_BUFFER_BUDGET } from '../domain/budget.ts';
import type { CompletionEvent } from '../domain/completion-outcome.ts';
import type { DeploymentId } from '../domain/deployment.ts';
import type { ProviderFailure } from '../domain/failure.ts';
import type { Candidate } from '../domain/plan.ts';
import { budgetApplies, knownBeforeRouting } from '../spend/budget-rules.ts';
import type { AttemptClosing } from '../spend/ledger.ts';
import type { Answer } from './answer.ts';
import { type AttemptPlan, runAttempt } from './attempt.ts';
import { budgetAttributes, type Call } from './call.ts';
import { hasContent } from './commit-gate.ts';
import { continueAnswer } from './continue-answer.ts';
import { deadlineOf, isPastDeadline } from './interruption.ts';
import {
  afterFailure,
  afterRefusal,
  awakeFirst,
  beginWith,
  isAffordable,
  type LeftToTry,
  withoutFirst,
} from './left-to-try.ts';
import type { PipelineDeps } from './pipeline-deps.ts';

/** An attempt that failed, with what came before. */
export interface Ended {
  readonly candidate: Candidate;
  readonly answer: Answer;
  readonly closing: AttemptClosing;
  readonly failure: ProviderFailure;
}

/** How the walk through a plan ended. */
export type WalkResult =
  | {
      readonly type: 'answered';
      readonly candidate: Candidate;
      readonly answer: Answer;
      readonly closing: AttemptClosing;
      /** Who began the answer that this one finished. */
      readonly continues?: Candidate;
    }
  /** It broke off, and what came is all there will be. */
  | (Ended & { readonly type: 'broken' })
  | { readonly type: 'failed'; readonly failures: readonly ProviderFailure[]; readonly refusal: BudgetRefusal | null }
  | { readonly type: 'refused'; readonly refusal: BudgetRefusal }
  /** `budget`: the one that leaves the least to this call; null where none applies. */
  | { readonly type: 'no_candidate'; readonly budget: BudgetStatus | null };

/**
 * Tries the plan's candidates in their order until one answers. Each failure is classified and decides: again here
 * after a pause, on to the next, back to one that may have recovered, or give up. A budget that refuses a candidate
 * leaves only cheaper ones. Nothing is begun after the call's deadline.
 */
export async function* walkPlan(
  deps: PipelineDeps,
  call: Call,
  signal: AbortSignal,
): AsyncGenerator<CompletionEvent, WalkResult> {
  const { clock } = deps;
  const endsAt = call.startedAt + deadlineOf(call.request, deps.config.policy);
  const failures: ProviderFailure[] = [];
  let refusal: BudgetRefusal | null = null;
  let partial: Ended | null = null;
  const isResting = (id: DeploymentId) => deps.observers.some((observer) => observer.isResting?.(id));
  const awake = (next: LeftToTry) => awakeFirst(next, isResting);
  let left = awake(beginWith(call.plan));

  for (let candidate = left.remaining[0]; candidate; candidate = left.remaining[0]) {
    const others = left.remaining.slice(1).filter((other) => isAffordable(call, other));
    const end = yield* runAttempt(deps, call, firstLeg(call, candidate, others.length === 0), signal);
    if (end.type === 'answered') return { ...end, candidate };
    if (end.type === 'refused') {
      refusal = end.refusal;
      left = awake(refusal.budgetId === QUOTA_BUFFER_BUDGET ? withoutFirst(left) : afterRefusal(left));
      continue;
    }
    if (end.type === 'not_sent') {
      failures.push(end.failure);
      yield { type: 'attempt_failed', ...whoOf(candidate), failure: end.failure.kind };
      if (signal.aborted || !call.profile.routing.fallbackRules.onRateLimit) break;
      left = awake(withoutFirst(left));
      continue;
    }
    const { failure } = end;
    const ended: Ended = { ...end, candidate };
    failures.push(failure);
    yield { type: 'attempt_failed', ...whoOf(candidate), failure: failure.kind };
    if (call.request.delivery === 'stream' && hasContent(end.answer)) {
      return (yield* continueAnswer(deps, call, ended, others, signal)) ?? { ...ended, type: 'broken' };
    }
    partial = moreOf(partial, ended);
    if (signal.aborted) break;
    const now = clock.monotonic();
    const next = afterFailure(left, call, { failure, now, remainingMs: endsAt - now, jitter: deps.random.next() });
    left = awake(next.left);
    const isSame = left.remaining[0] === next.left.remaining[0];
    if (isSame && 'delayMs' in next.decision) await clock.sleep(next.decision.delayMs, signal).catch(() => {});
    if (signal.aborted) break;
  }
  if (partial && (!signal.aborted || isPastDeadline(signal))) return { ...partial, type: 'broken' };
  if (failures.length > 0) return { type: 'failed', failures, refusal };
  return refusal ? { type: 'refused', refusal } : { type: 'no_candidate', budget: tightestBudget(deps, call) };
}

function whoOf({ deployment: { provider, model } }: Candidate) {
  return { provider, model };
}

function firstLeg({ request, plan }: Call, candidate: Candidate, alone: boolean): AttemptPlan {
  return { candidate, request, inputTokens: plan.task.needs.inputTokens, alone };
}

/** Where nothing better comes, the most that an attempt brought is given out as broken off, rather than thrown away. */
function moreOf(best: Ended | null, ended: Ended): Ended | null {
  const { answer, failure } = ended;
  const isWorthShowing = answer.text !== '' || failure.kind === 'invalid_answer';
  return isWorthShowing && answer.characters > (best?.answer.characters ?? 0) ? ended : best;
}

function tightestBudget({ ledger }: PipelineDeps, call: Call): BudgetStatus | null {
  const attributes = budgetAttributes(call, { provider: '', model: '' });
  const applying = ledger
    .budgets()
    .filter(({ budget }) => knownBeforeRouting(budget) && budgetApplies(budget, attributes));
  return applying.sort((a, b) => a.left - b.left)[0] ?? null;
}
