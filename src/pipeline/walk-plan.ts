import { type BudgetRefusal, type BudgetStatus, QUOTA_BUFFER_BUDGET } from '../domain/budget.ts';
import type { CompletionEvent } from '../domain/completion-outcome.ts';
import type { DeploymentId } from '../domain/deployment.ts';
import type { ProviderFailure } from '../domain/failure.ts';
import type { Candidate } from '../domain/plan.ts';
import { MOST_UPGRADES } from '../routing/failure-policy.ts';
import { budgetApplies, knownBeforeRouting, severityOf } from '../spend/budget-rules.ts';
import type { AttemptClosing } from '../spend/ledger.ts';
import type { Answer } from './answer.ts';
import { budgetAttributes, type Call } from './call.ts';
import { hasContent } from './commit-gate.ts';
import { continueAnswer } from './continue-answer.ts';
import { type Feedback, nextLeg } from './feedback.ts';
import { runHedged } from './hedge.ts';
import { deadlineOf, isPastDeadline } from './interruption.ts';
import {
  afterFailure,
  afterRefusal,
  awakeFirst,
  beginWith,
  isAffordable,
  type LeftToTry,
  triedFirst,
  withoutCandidate,
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
      /** What was noticed about an answer that stands all the same. */
      readonly doubt?: string;
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
 * leaves only cheaper ones. Nothing is begun after the call's deadline. Who is asked after an answer that was checked and
 * turned down is told what was wrong with it.
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
  let feedback: Feedback | null = null;
  let repairs = false;
  const isResting = (id: DeploymentId) => deps.observers.some((observer) => observer.isResting?.(id));
  const awake = (next: LeftToTry) => awakeFirst(next, isResting);
  let left = awake(beginWith(call.plan));

  for (let first = left.remaining[0]; first; first = left.remaining[0]) {
    const others = left.remaining.slice(1).filter((other) => isAffordable(call, other));
    const mayUpgrade = others.length > 0 && left.upgrades < MOST_UPGRADES;
    const leg = nextLeg(call, first, feedback, { alone: others.length === 0, mayUpgrade, repairs });
    const end = yield* runHedged(deps, call, leg, others, signal);
    // With a finding to tell, the candidate was asked for more, and held at more, than the plan says.
    const candidate = end.candidate === leg.candidate ? first : end.candidate;
    left = withoutCandidate(triedFirst(left, candidate), end.alsoFailed);
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
    const { failure, finding } = end;
    if (finding !== null) feedback = { answer: end.answer.text, finding };
    const ended: Ended = { ...end, candidate };
    failures.push(failure);
    yield { type: 'attempt_failed', ...whoOf(candidate), failure: failure.kind };
    if (call.request.delivery === 'stream' && hasContent(end.answer)) {
      const elsewhere = others.filter((other) => other !== candidate);
      return (yield* continueAnswer(deps, call, ended, elsewhere, signal)) ?? { ...ended, type: 'broken' };
    }
    if (!isWithheld(call, ended)) partial = moreOf(partial, ended);
    if (signal.aborted) break;
    const now = clock.monotonic();
    const facts = { failure, now, remainingMs: endsAt - now, jitter: deps.random.next(), mendable: finding !== null };
    const checksLeft = deps.config.policy.verify.maxAttempts - call.verifications.length;
    const next = afterFailure(left, call, { ...facts, checksLeft });
    repairs = next.decision.action === 'repair';
    left = repairs ? next.left : awake(next.left);
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

/** An answer that was demanded to pass checks, or to fit a schema, and does not, is shown to nobody. */
function isWithheld({ request }: Call, { failure }: Ended): boolean {
  if (request.verify?.length) return true;
  return request.responseFormat?.type === 'json_schema' && failure.kind === 'invalid_answer';
}

/** Where nothing better comes, the most that an attempt brought is given out as broken off, rather than thrown away. */
function moreOf(best: Ended | null, ended: Ended): Ended | null {
  const { answer, failure } = ended;
  const isWorthShowing = answer.text !== '' || failure.kind === 'invalid_answer';
  return isWorthShowing && answer.characters > (best?.answer.characters ?? 0) ? ended : best;
}

/** The budget that a call without candidates is told of. */
export function tightestBudget({ ledger }: Pick<PipelineDeps, 'ledger'>, call: Call): BudgetStatus | null {
  const attributes = budgetAttributes(call, { provider: '', model: '' });
  const applying = ledger
    .budgets()
    .filter(({ budget }) => knownBeforeRouting(budget) && budgetApplies(budget, attributes));
  // The one that pauses a call is the worst off, even where another has less left.
  const paused = call.plan.rejections.some(({ code }) => code === 'paused');
  const worse = (a: BudgetStatus, b: BudgetStatus) => (paused ? severityOf(b.level) - severityOf(a.level) : 0);
  return applying.sort((a, b) => worse(a, b) || a.left - b.left)[0] ?? null;
}
