import type { CompletionEvent, CompletionOutcome } from '../domain/completion-outcome.ts';
import type { CompletionRequest } from '../domain/completion-request.ts';
import type { FareboxError } from '../domain/errors.ts';
import type { Plan } from '../domain/plan.ts';
import { withDeadline } from '../lib/deadline.ts';
import { type Call, openCall } from './call.ts';
import { isOverload } from './call-gate.ts';
import { closeBooks } from './close-books.ts';
import { closeCall, concludeCached, concludeUnserved, concludeWalk, type Timing } from './conclude.ts';
import { effectsOf } from './conversations/prepare-request.ts';
import { CALLER_LEFT, deadlineExceeded, deadlineOf, interruption } from './interruption.ts';
import type { PipelineDeps } from './pipeline-deps.ts';
import { bookCached, recall, replay } from './recall.ts';
import { slowDown } from './slow-down.ts';
import { heldUntilChecked, validateRequest } from './validate-request.ts';
import { walkPlan } from './walk-plan.ts';

/** One completion, start to finish. */
export interface Pipeline {
  /**
   * Runs a request and tells what happens; the last event is always `done`, whatever went wrong. Throws only
   * `invalid_request`, `unknown_model` and `storage_unavailable`. Leaving the loop cancels the call and books it.
   */
  run(request: CompletionRequest, signal: AbortSignal): AsyncIterable<CompletionEvent>;
  /** `run`, collected. */
  complete(request: CompletionRequest, signal: AbortSignal): Promise<CompletionOutcome>;
  /** The decision only: nothing is sent, reserved or booked. */
  plan(request: CompletionRequest): Promise<Plan>;
}

export function createPipeline(deps: PipelineDeps): Pipeline {
  const { clock } = deps;

  async function* run(given: CompletionRequest, signal: AbortSignal): AsyncGenerator<CompletionEvent> {
    const asked = heldUntilChecked(validateRequest(given));
    const judge = await deps.judges(asked);
    // 1. classify, 2. plan: pure decisions on a snapshot of the world; the request may get lighter on the way.
    const { request, planned, lightened } = await deps.prepare(asked, signal);
    const call = openCall(request, planned, judge, deps.classifier, clock, deps.random);
    yield { type: 'planned', callId: call.id, plan: call.plan };

    // 3. cache: after the plan, so that cached answers have their decision record too; before any budget.
    const deadlineMs = deadlineOf(request, deps.config.policy);
    const deadline = withDeadline(signal, deadlineMs, () => deadlineExceeded(deadlineMs));
    const found = await recall(deps, call, deadline.signal);
    if (found.type === 'answer') {
      deadline.dispose();
      const outcome = concludeCached(call, found.answer, found.by, timing(call));
      bookCached(deps, call, found.answer, closeCall(outcome));
      yield* replay(request, found.answer);
      yield { type: 'done', outcome };
      return;
    }

    let outcome: CompletionOutcome | undefined;
    let overload: FareboxError | null = null;
    let leave = () => {};
    try {
      await slowDown(deps, call, deadline.signal, deadlineMs);
      leave = (await deps.gateOf(call.plan.profile)?.acquire(deadline.signal)) ?? leave;
      // 4. reserve, 5. attempt, 6. settle: for each candidate in turn, until one answers.
      const walk = yield* walkPlan(deps, call, deadline.signal);
      call.effects.push(...effectsOf(lightened, walk));
      outcome = concludeWalk(call, walk, timing(call), interruption(deadline.signal));
    } catch (error) {
      if (isOverload(error)) overload = error;
      else if (!deadline.signal.aborted) throw error;
    } finally {
      // Reached also by a caller who leaves in the middle: what the call used is booked all the same.
      leave();
      deadline.dispose();
      outcome ??= concludeUnserved(call, timing(call), interruption(deadline.signal) ?? overload ?? CALLER_LEFT);
      try {
        closeBooks(deps, call, outcome);
      } finally {
        // Identical calls wait for this, also where the store does not answer.
        found.land(outcome);
      }
    }
    // Who wanted the events of a stream, but only of a complete one.
    if (request.delivery === 'held') yield* replay(request, outcome);
    yield { type: 'done', outcome };
  }

  function timing(call: Call): Timing {
    const answered = call.attempts.findLast(({ firstTokenMs }) => firstTokenMs !== null);
    return { durationMs: Math.round(clock.monotonic() - call.startedAt), firstTokenMs: answered?.firstTokenMs ?? null };
  }

  return {
    run,
    plan: async (request) => {
      await deps.judges(validateRequest(request));
      return (await deps.prepare(request, null)).planned.plan;
    },
    complete: async (request, signal) => {
      for await (const event of run(request, signal)) if (event.type === 'done') return event.outcome;
      throw new Error('A call ended without an outcome, which `run` rules out.');
    },
  };
}
