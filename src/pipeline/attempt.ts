import type { BudgetRefusal } from '../domain/budget.ts';
import type { AttemptSummary, CompletionEvent } from '../domain/completion-outcome.ts';
import { ProviderFailure } from '../domain/failure.ts';
import type { AttemptId } from '../domain/ids.ts';
import type { NanoUsd } from '../domain/money.ts';
import { ZERO_USD } from '../domain/money.ts';
import type { Candidate } from '../domain/plan.ts';
import { newId } from '../lib/random.ts';
import type { AttemptClosing, AttemptOpening } from '../spend/ledger.ts';
import { type Answer, collectAnswer } from './answer.ts';
import type { WatchedAttempt } from './attempt-observer.ts';
import { budgetAttributes, type Call } from './call.ts';
import type { PipelineDeps } from './pipeline.ts';
import { type AttemptEnding, closeAttempt } from './settle-attempt.ts';

/** How an attempt ended for the walk through the plan. */
export type AttemptOutcome =
  | { readonly type: 'answered'; readonly answer: Answer; readonly closing: AttemptClosing }
  | {
      readonly type: 'failed';
      readonly answer: Answer;
      readonly failure: ProviderFailure;
      readonly closing: AttemptClosing;
    }
  | { readonly type: 'refused'; readonly refusal: BudgetRefusal };

/**
 * One attempt at one deployment: reserved before it, settled after it whatever happens, also when the caller stops
 * listening. Yields what a caller with `delivery: stream` may see; a `whole` caller gets signs of life only.
 */
export async function* runAttempt(
  deps: PipelineDeps,
  call: Call,
  candidate: Candidate,
  signal: AbortSignal,
): AsyncGenerator<CompletionEvent, AttemptOutcome> {
  const { clock, ledger } = deps;
  const watched: WatchedAttempt = {
    call,
    candidate,
    tokens: call.plan.task.needs.inputTokens + candidate.maxOutputTokens,
  };
  const opening = openAttempt(deps, call, candidate);
  const refusal = ledger.reserve(call.opening, opening, budgetAttributes(call, candidate.deployment));
  if (refusal) return { type: 'refused', refusal };

  const started = clock.monotonic();
  const { answer, add } = collectAnswer();
  let firstTokenMs: number | null = null;
  let ending: AttemptEnding = { type: 'left' };
  let closing: AttemptClosing | undefined;
  let leave = () => {};
  try {
    leave = await deps.admit(watched, signal);
    for (const observer of deps.observers) observer.started?.(watched);
    yield { type: 'attempt', number: opening.number, provider: opening.provider, model: opening.model };
    for await (const event of streamFrom(deps, call, candidate, signal)) {
      const visible = add(event);
      if (visible && firstTokenMs === null) firstTokenMs = clock.monotonic() - started;
      if (visible)
        yield call.request.delivery === 'stream' ? visible : { type: 'progress', characters: answer.characters };
    }
    ending = { type: 'answered' };
  } catch (error) {
    ending = { type: 'failed', failure: asFailure(error, candidate) };
  } finally {
    leave();
    closing = closeAttempt({
      id: opening.id,
      candidate,
      hold: opening.hold,
      answer,
      ending,
      inputTokens: call.plan.task.needs.inputTokens,
      durationMs: Math.round(clock.monotonic() - started),
      firstTokenMs: firstTokenMs === null ? null : Math.round(firstTokenMs),
    });
    call.attempts.push(summarize(opening, closing));
    settle(deps, closing);
    for (const observer of deps.observers) observer.ended?.(watched, ending, closing);
  }
  return ending.type === 'failed'
    ? { type: 'failed', answer, failure: ending.failure, closing }
    : { type: 'answered', answer, closing };
}

function openAttempt({ clock, random, config }: PipelineDeps, call: Call, candidate: Candidate): AttemptOpening {
  const { provider, model, upstreamModel, price } = candidate.deployment;
  const now = clock.now();
  const hold: NanoUsd = candidate.worstCost ?? config.policy.unpricedCallCeiling ?? ZERO_USD;
  return {
    id: newId('att', now, random) as AttemptId,
    callId: call.id,
    number: call.attempts.length + 1,
    provider,
    model,
    upstreamModel,
    price,
    startedAt: now,
    hold,
  };
}

function streamFrom(deps: PipelineDeps, call: Call, candidate: Candidate, signal: AbortSignal) {
  const { deployment, maxOutputTokens } = candidate;
  return deps.provider(deployment.provider).stream({ deployment, request: call.request, maxOutputTokens }, signal);
}

/** Providers throw nothing but failures; anything else is a fault of ours, kept as the cause. */
function asFailure(error: unknown, { deployment }: Candidate): ProviderFailure {
  if (error instanceof ProviderFailure) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new ProviderFailure('connection', deployment.id, `Unexpected fault: ${message}`, { cause: error });
}

function settle({ ledger, log }: PipelineDeps, closing: AttemptClosing): void {
  for (const crossing of ledger.settle(closing))
    log.warn(`budget ${crossing.budgetId} is ${crossing.level}`, { ...crossing });
}

function summarize(opening: AttemptOpening, closing: AttemptClosing): AttemptSummary {
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
