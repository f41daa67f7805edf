import { type BudgetRefusal, QUOTA_BUFFER_BUDGET } from '../../domain/budget.ts';
import type { CompletionOutcome } from '../../domain/completion-outcome.ts';
import type { DeploymentId } from '../../domain/deployment.ts';
import type { EmbeddingOutcome, EmbeddingRequest } from '../../domain/embedding.ts';
import { FareboxError } from '../../domain/errors.ts';
import type { ProviderFailure } from '../../domain/failure.ts';
import { listen, withDeadline } from '../../lib/deadline.ts';
import { type Call, openCall } from '../call.ts';
import { closeCall, concludeUnserved, concludeWalk } from '../conclude.ts';
import { CALLER_LEFT, deadlineExceeded, interruption } from '../interruption.ts';
import { afterFailure, afterRefusal, awakeFirst, beginWith, type LeftToTry, withoutFirst } from '../left-to-try.ts';
import type { PipelineDeps } from '../pipeline-deps.ts';
import { slowDown } from '../slow-down.ts';
import { tightestBudget, type WalkResult } from '../walk-plan.ts';
import { type EmbedAttemptOutcome, embedAttempt } from './embed-attempt.ts';
import { createEmbeddingFlights, type EmbeddingFlights } from './embedding-flights.ts';
import { asCompletionRequest, type EmbeddingPlannerDeps, planEmbeddings } from './plan-embeddings.ts';

/** Vectors of texts, start to finish. */
export interface Embeddings {
  /**
   * Embeds all inputs with one model at one provider, or fails as a whole; each request is one call of the ledger. Throws
   * only `invalid_request`, `unknown_model`, `no_candidate` (no model at all) and `storage_unavailable`; else see `error`.
   */
  embed(request: EmbeddingRequest, signal: AbortSignal): Promise<EmbeddingOutcome>;
  /** Cancels what is under way, and resolves when it is booked. */
  close(): Promise<void>;
}

export type EmbeddingsDeps = PipelineDeps & Omit<EmbeddingPlannerDeps, keyof PipelineDeps>;
type WithFlights = EmbeddingsDeps & { readonly flights: EmbeddingFlights };

type Answered = Extract<EmbedAttemptOutcome, { type: 'answered' }>;
type Walk =
  | { readonly result: WalkResult; readonly answered: Answered }
  | { readonly result: WalkResult; readonly answered: null };

/** What OpenAI allows in one request; callers may not ask for more, whoever serves. */
const MOST_INPUTS = 2_048;
const MOST_DIMENSIONS = 65_536;
const NOTHING_LEFT = beginWith({ candidates: [] });

export function createEmbeddings(given: EmbeddingsDeps): Embeddings {
  const deps: WithFlights = { ...given, flights: createEmbeddingFlights(given) };
  const { clock } = deps;
  const running = new Map<Promise<unknown>, AbortController>();

  async function embed(given: EmbeddingRequest, signal: AbortSignal): Promise<EmbeddingOutcome> {
    const asked = validate(given);
    const request = asCompletionRequest(asked);
    const planned = planEmbeddings(deps, asked, request);
    const judge = await deps.judges(request);
    const call = openCall(request, planned, judge, 'none', clock, deps.random);
    const { deadlineMs } = deps.config.policy;
    const deadline = withDeadline(signal, deadlineMs, () => deadlineExceeded(deadlineMs));
    let walk: Walk | null = null;
    try {
      await slowDown(deps, call, deadline.signal, deadlineMs);
      walk = await tryInTurn(deps, call, asked, deadline.signal);
    } catch (error) {
      if (!deadline.signal.aborted) {
        deps.ledger.finish(call.opening, closeCall(conclude(call, null, null, clock.monotonic())));
        throw error;
      }
    } finally {
      deadline.dispose();
    }
    const outcome = conclude(call, walk, interruption(deadline.signal), clock.monotonic());
    deps.ledger.finish(call.opening, closeCall(outcome));
    const vectors = walk?.answered?.vectors ?? null;
    if (deps.config.policy.storeBodies) {
      deps.ledger.keepBody(call.id, asked.inputs.join('\n\n'), `${vectors?.length ?? 0} vectors`);
    }
    const { callId, model, provider, usage, cost, simulated, error } = outcome;
    return { callId, vectors, model, provider, usage, cost, simulated, error };
  }

  return {
    async embed(request, signal) {
      const stop = new AbortController();
      const leave = () => stop.abort(signal.reason);
      if (signal.aborted) leave();
      listen(signal, leave);
      const call = embed(request, stop.signal);
      running.set(call, stop);
      try {
        return await call;
      } finally {
        running.delete(call);
        signal.removeEventListener('abort', leave);
      }
    },
    async close() {
      for (const stop of running.values()) stop.abort();
      await Promise.allSettled(running.keys());
    },
  };
}

function conclude(call: Call, walk: Walk | null, interrupted: FareboxError | null, now: number): CompletionOutcome {
  const timing = { durationMs: Math.round(now - call.startedAt), firstTokenMs: null };
  // Whoever has his vectors is served, also where the deadline came in that moment.
  if (walk) return concludeWalk(call, walk.result, timing, walk.answered ? null : interrupted);
  return concludeUnserved(call, timing, interrupted ?? CALLER_LEFT);
}

/** Tries the candidates in turn, by the same rules as completions; all of them are the same model. */
async function tryInTurn(
  deps: WithFlights,
  call: Call,
  { inputs, dimensions }: EmbeddingRequest,
  signal: AbortSignal,
): Promise<Walk> {
  const { clock } = deps;
  const endsAt = clock.monotonic() + deps.config.policy.deadlineMs;
  const failures: ProviderFailure[] = [];
  let refusal: BudgetRefusal | null = null;
  const isResting = (id: DeploymentId) => deps.observers.some((observer) => observer.isResting?.(id));
  const awake = (next: LeftToTry) => awakeFirst(next, isResting);
  let left = awake(beginWith(call.plan));
  for (let first = left.remaining[0]; first && !signal.aborted; first = left.remaining[0]) {
    const end = await embedAttempt(deps, call, first, { inputs, dimensions }, signal);
    switch (end.type) {
      case 'answered':
        return { result: { ...end, candidate: first }, answered: end };
      case 'refused':
        refusal = end.refusal;
        left = awake(refusal.budgetId === QUOTA_BUFFER_BUDGET ? withoutFirst(left) : afterRefusal(left));
        continue;
      case 'not_sent':
        failures.push(end.failure);
        left = call.profile.routing.fallbackRules.onRateLimit ? awake(withoutFirst(left)) : NOTHING_LEFT;
        continue;
      case 'failed': {
        failures.push(end.failure);
        const now = clock.monotonic();
        const facts = { failure: end.failure, now, remainingMs: endsAt - now, jitter: deps.random.next() };
        const next = afterFailure(left, call, facts);
        left = awake(next.left);
        if ('delayMs' in next.decision) await clock.sleep(next.decision.delayMs, signal).catch(() => {});
      }
    }
  }
  if (failures.length > 0) return { result: { type: 'failed', failures, refusal }, answered: null };
  return {
    result: refusal ? { type: 'refused', refusal } : { type: 'no_candidate', budget: tightestBudget(deps, call) },
    answered: null,
  };
}

function validate(request: EmbeddingRequest): EmbeddingRequest {
  const { inputs, dimensions } = request;
  if (inputs.length === 0) throw invalid('There is nothing to embed.', 'Give at least one text.');
  if (inputs.length > MOST_INPUTS) {
    throw invalid(`${inputs.length} texts are too many for one request.`, `Give at most ${MOST_INPUTS}.`);
  }
  const empty = inputs.indexOf('');
  if (empty >= 0) throw invalid(`Text ${empty + 1} of ${inputs.length} is empty.`, 'Leave empty texts out.');
  const isWrong = dimensions !== undefined && !(Number.isSafeInteger(dimensions) && dimensions > 0);
  if (isWrong || (dimensions ?? 0) > MOST_DIMENSIONS) {
    throw invalid(`dimensions is ${dimensions}.`, `Give a whole number from 1 to ${MOST_DIMENSIONS}, or leave it out.`);
  }
  return request;
}

function invalid(message: string, remedy: string): FareboxError {
  return new FareboxError('invalid_request', message, { remedy });
}
