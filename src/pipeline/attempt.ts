import type { BudgetRefusal } from '../domain/budget.ts';
import type { AttemptSummary, CompletionEvent } from '../domain/completion-outcome.ts';
import type { CompletionRequest } from '../domain/completion-request.ts';
import type { ProviderFailure } from '../domain/failure.ts';
import type { AttemptId } from '../domain/ids.ts';
import type { NanoUsd } from '../domain/money.ts';
import { ZERO_USD } from '../domain/money.ts';
import type { Candidate } from '../domain/plan.ts';
import { newId } from '../lib/random.ts';
import type { AttemptClosing, AttemptOpening } from '../spend/ledger.ts';
import { admitAttempt, orGiveBack } from './admit-attempt.ts';
import { type Answer, collectAnswer } from './answer.ts';
import type { Call } from './call.ts';
import { createCommitGate } from './commit-gate.ts';
import { estimateUsage, isUntold, noteUsage } from './estimate-usage.ts';
import type { Judgement } from './judge.ts';
import type { PipelineDeps } from './pipeline-deps.ts';
import { type AttemptEnding, closeAttempt } from './settle-attempt.ts';
import { toFailure } from './to-failure.ts';
import type { WatchedAttempt } from './watchers/attempt-observer.ts';

/** How an attempt ended for the walk through the plan. */
export type AttemptOutcome =
  | {
      readonly type: 'answered';
      readonly answer: Answer;
      readonly closing: AttemptClosing;
      /** What was noticed about an answer that stands all the same. */
      readonly doubt?: string;
    }
  | {
      readonly type: 'failed';
      readonly answer: Answer;
      readonly failure: ProviderFailure;
      readonly closing: AttemptClosing;
      /** What was wrong with a whole answer, for a model to mend; null where there is nothing to mend. */
      readonly finding: string | null;
    }
  | { readonly type: 'refused'; readonly refusal: BudgetRefusal }
  /** Nothing was sent or booked, since the provider would only have refused it. */
  | { readonly type: 'not_sent'; readonly failure: ProviderFailure };

/** What differs from one attempt of a call to the next. */
export interface AttemptPlan {
  readonly candidate: Candidate;
  /** What is sent: the call's request, or its continuation. */
  readonly request: CompletionRequest;
  /** Estimated tokens of it. */
  readonly inputTokens: number;
  /** No other candidate is left. */
  readonly alone: boolean;
  /** A better answer may still be asked of another model. */
  readonly mayUpgrade?: boolean;
  /** The same model is told what was wrong with its own answer. */
  readonly repairs?: boolean;
}

/**
 * One attempt at one deployment: admitted by the provider's limits, reserved before it, settled after it whatever
 * happens, also when the caller stops listening. Yields what the caller may see of it: see `createCommitGate`.
 */
export async function* runAttempt(
  deps: PipelineDeps,
  call: Call,
  attempt: AttemptPlan,
  signal: AbortSignal,
): AsyncGenerator<CompletionEvent, AttemptOutcome> {
  const { clock, ledger } = deps;
  const { candidate, inputTokens } = attempt;
  const watched: WatchedAttempt = {
    call,
    candidate,
    tokens: inputTokens + candidate.maxOutputTokens,
    ...(attempt.repairs && { repairs: true }),
  };
  const admission = await admitAttempt(deps, watched, signal);
  if (admission.type === 'not_sent') return admission;
  const { funded, leave } = admission;
  const opening = openAttempt(deps, call, funded);
  const refusal = orGiveBack(() => ledger.reserve(call.opening, opening, admission.attributes), leave);
  if (refusal) {
    leave();
    return { type: 'refused', refusal };
  }
  call.opened.count += 1;

  const started = clock.monotonic();
  const { answer, add } = collectAnswer();
  const gate = createCommitGate(call.request.delivery);
  let firstTokenMs: number | null = null;
  let ending: AttemptEnding = { type: 'left' };
  let closing: AttemptClosing | undefined;
  let judgement: Judgement | undefined;
  try {
    for (const observer of deps.observers) observer.started?.(watched);
    yield { type: 'attempt', number: opening.number, provider: opening.provider, model: opening.model };
    for await (const event of streamFrom(deps, attempt, signal)) {
      if (event.type === 'limited') for (const observer of deps.observers) observer.limited?.(watched, event.pauseMs);
      const visible = add(event);
      if (visible && firstTokenMs === null) firstTokenMs = clock.monotonic() - started;
      if (visible) yield* gate.pass(visible, answer.characters);
    }
    judgement = await judge(call, attempt, answer, signal);
    if (judgement.failure) throw judgement.failure;
    yield* gate.rest();
    ending = { type: 'answered' };
  } catch (error) {
    ending = { type: 'failed', failure: toFailure(error, candidate, signal) };
  } finally {
    leave();
    const durationMs = Math.round(clock.monotonic() - started);
    const spoken = { deployment: candidate.deployment, request: attempt.request, inputTokens, answer };
    // Who has gone away is settled at once: the process may be about to end.
    if (isUntold(answer) && ending.type !== 'left' && !signal.aborted) {
      await deps.tokens.ready(candidate.deployment.upstreamModel);
    }
    closing = closeAttempt({
      id: opening.id,
      candidate: funded,
      hold: opening.hold,
      answer,
      ending,
      estimate: () => estimateUsage(deps.tokens, spoken),
      durationMs,
      firstTokenMs: firstTokenMs === null ? null : Math.round(firstTokenMs),
    });
    call.attempts.push(summarize(opening, closing));
    noteUsage(deps, spoken, closing);
    try {
      settle(deps, closing);
    } finally {
      for (const observer of deps.observers) observer.ended?.(watched, ending, closing, judgement);
    }
  }
  return ending.type === 'failed'
    ? { type: 'failed', answer, failure: ending.failure, closing, finding: judgement?.finding ?? null }
    : { type: 'answered', answer, closing, ...(judgement?.doubt && { doubt: judgement.doubt }) };
}

/** What is thought of the whole answer; noted with the call. */
async function judge(call: Call, attempt: AttemptPlan, answer: Answer, signal: AbortSignal): Promise<Judgement> {
  const judgement = await call.judge(answer, {
    deployment: attempt.candidate.deployment,
    task: call.plan.task.task,
    onQualityFailure: call.profile.routing.fallbackRules.onQualityFailure,
    mayUpgrade: attempt.mayUpgrade ?? false,
    signal,
  });
  if (judgement.verification) call.verifications.push(judgement.verification);
  if (judgement.finding !== null) call.findings.push(judgement.finding);
  return judgement;
}

/** The entry that opens an attempt, with what it holds. */
export function openAttempt({ clock, random, config }: PipelineDeps, call: Call, candidate: Candidate): AttemptOpening {
  const { provider, model, upstreamModel, price } = candidate.deployment;
  const now = clock.now();
  const hold: NanoUsd = candidate.worstCost ?? config.policy.unpricedCallCeiling ?? ZERO_USD;
  return {
    id: newId('att', now, random) as AttemptId,
    callId: call.id,
    number: call.opened.count + 1,
    provider,
    model,
    upstreamModel,
    price,
    startedAt: now,
    hold,
  };
}

function streamFrom(deps: PipelineDeps, { candidate, request, alone }: AttemptPlan, signal: AbortSignal) {
  const { deployment, maxOutputTokens } = candidate;
  return deps.provider(deployment.provider).stream({ deployment, request, maxOutputTokens, alone }, signal);
}

function settle({ ledger, budgetCrossed }: PipelineDeps, closing: AttemptClosing): void {
  const crossings = ledger.settle(closing);
  if (crossings.length > 0) budgetCrossed(crossings);
}

/** What a caller is told of an attempt. */
export function summarize(opening: AttemptOpening, closing: AttemptClosing): AttemptSummary {
  const { result, failure, message, cost, durationMs, firstTokenMs } = closing;
  return {
    id: opening.id,
    provider: opening.provider,
    model: opening.model,
    result,
    failure,
    message,
    cost,
    durationMs,
    firstTokenMs,
  };
}
