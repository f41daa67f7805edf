import type { BudgetRefusal } from '../domain/budget.ts';
import type { CompletionEvent } from '../domain/completion-outcome.ts';
import type { ProviderFailure } from '../domain/failure.ts';
import { type NanoUsd, sumUsd } from '../domain/money.ts';
import type { Candidate } from '../domain/plan.ts';
import { decideAfterFailure, type FailureDecision } from '../routing/failure-policy.ts';
import type { AttemptClosing } from '../spend/ledger.ts';
import type { Answer } from './answer.ts';
import { runAttempt } from './attempt.ts';
import type { Call } from './call.ts';
import type { PipelineDeps } from './pipeline.ts';

/** How the walk through a plan ended. */
export type WalkResult =
  | {
      readonly type: 'answered';
      readonly candidate: Candidate;
      readonly answer: Answer;
      readonly closing: AttemptClosing;
    }
  /** It broke off, and what came is all there will be. */
  | {
      readonly type: 'broken';
      readonly candidate: Candidate;
      readonly answer: Answer;
      readonly closing: AttemptClosing;
      readonly failure: ProviderFailure;
    }
  | { readonly type: 'failed'; readonly failures: readonly ProviderFailure[]; readonly refusal: BudgetRefusal | null }
  | { readonly type: 'refused'; readonly refusal: BudgetRefusal }
  | { readonly type: 'no_candidate' };

/**
 * Tries the plan's candidates in their order until one answers. Each failure is classified and decides: again here
 * after a pause, on to the next, or give up. A budget that refuses a candidate leaves only cheaper ones.
 */
export async function* walkPlan(
  deps: PipelineDeps,
  call: Call,
  signal: AbortSignal,
): AsyncGenerator<CompletionEvent, WalkResult> {
  const failures: ProviderFailure[] = [];
  let refusal: BudgetRefusal | null = null;
  let remaining = affordable(call, call.plan.candidates);
  let retries = 0;

  for (let candidate = remaining[0]; candidate; candidate = remaining[0]) {
    const end = yield* runAttempt(deps, call, candidate, signal);
    if (end.type === 'answered') return { ...end, candidate };
    if (end.type === 'refused') {
      refusal = end.refusal;
      remaining = remaining.slice(1).filter((other) => isCheaper(other, candidate));
      continue;
    }
    failures.push(end.failure);
    yield {
      type: 'attempt_failed',
      provider: candidate.deployment.provider,
      model: candidate.deployment.model,
      failure: end.failure.kind,
    };
    const seen = call.request.delivery === 'stream' && end.answer.begun;
    if (seen) return { ...end, type: 'broken', candidate };

    const others = affordable(call, remaining.slice(1));
    const decision = signal.aborted
      ? ({ action: 'give_up' } as const)
      : decide(deps, call, end.failure, retries, others);
    if (decision.action === 'give_up') return endOfFailures(failures, refusal, { ...end, candidate });
    if (decision.action === 'retry') {
      retries++;
      await deps.clock.sleep(decision.delayMs, signal).catch(() => {});
      if (signal.aborted) return endOfFailures(failures, refusal, { ...end, candidate });
    } else {
      retries = 0;
      remaining = narrow(others, candidate, decision.where);
      if (remaining.length === 0) return endOfFailures(failures, refusal, { ...end, candidate });
    }
  }
  if (failures.length > 0) return { type: 'failed', failures, refusal };
  return refusal ? { type: 'refused', refusal } : { type: 'no_candidate' };
}

function decide(
  deps: PipelineDeps,
  call: Call,
  failure: ProviderFailure,
  retries: number,
  others: readonly Candidate[],
): FailureDecision {
  return decideAfterFailure({
    kind: failure.kind,
    retryAfterMs: failure.retryAfterMs,
    retries,
    hasNext: others.length > 0,
    rules: call.profile.routing.fallbackRules,
    jitter: deps.random.next(),
  });
}

/** Candidates that still fit below the caller's cap for the whole call, beside what earlier attempts cost. */
function affordable(call: Call, candidates: readonly Candidate[]): readonly Candidate[] {
  const cap = call.request.constraints.maxCost;
  if (cap === undefined || call.attempts.length === 0) return candidates;
  const spent: NanoUsd = sumUsd(call.attempts.flatMap(({ cost }) => (cost.amount === null ? [] : [cost.amount])));
  return candidates.filter(({ worstCost }) => worstCost !== null && spent + worstCost <= cap);
}

function isCheaper(a: Candidate, b: Candidate): boolean {
  return a.worstCost !== null && b.worstCost !== null && a.worstCost < b.worstCost;
}

function narrow(
  others: readonly Candidate[],
  { deployment }: Candidate,
  where: 'anywhere' | 'other_provider' | 'larger_context',
): readonly Candidate[] {
  switch (where) {
    case 'anywhere':
      return others;
    case 'other_provider':
      return others.filter((other) => other.deployment.provider !== deployment.provider);
    case 'larger_context':
      return others.filter(
        (other) => other.deployment.capabilities.contextWindow > deployment.capabilities.contextWindow,
      );
  }
}

/** Nothing more to try: what the last attempt began is given out as broken off, rather than thrown away. */
function endOfFailures(
  failures: readonly ProviderFailure[],
  refusal: BudgetRefusal | null,
  last: { candidate: Candidate; answer: Answer; closing: AttemptClosing; failure: ProviderFailure },
): WalkResult {
  const { candidate, answer, closing, failure } = last;
  if (answer.text && failure.kind !== 'cancelled') return { type: 'broken', candidate, answer, closing, failure };
  return { type: 'failed', failures, refusal };
}
