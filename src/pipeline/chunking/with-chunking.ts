import { divideRequest, mayBeDivided } from '../../context/divide-request.ts';
import type { CompletionEvent } from '../../domain/completion-outcome.ts';
import type { CompletionRequest } from '../../domain/completion-request.ts';
import type { Plan } from '../../domain/plan.ts';
import { estimateTokens } from '../../routing/token-bounds.ts';
import { collectOutcome } from '../collect-outcome.ts';
import type { Pipeline } from '../pipeline.ts';
import { type ChunkedWork, type ChunkingDeps, mapReduce } from './map-reduce.ts';
import { largestTooSmall } from './too-long.ts';

/**
 * A pipeline that also serves requests that fit no context window, where what is asked can be done from notes on each
 * part of the text (`divideRequest`); others get the refusal of the inner pipeline.
 */
export function withChunking(inner: Pipeline, deps: ChunkingDeps): Pipeline {
  const smallest = Math.min(...deps.deployments.map(({ capabilities }) => capabilities.contextWindow));

  /** How a request is to be worked in parts; null where it is not. */
  async function workOf(request: CompletionRequest): Promise<ChunkedWork | null> {
    // Requests that fit everywhere, and those with tools (a coding agent's turns), are not planned twice.
    if (request.purpose === 'map' || request.purpose === 'reduce' || !mayBeDivided(request)) return null;
    if (estimateTokens(request) < smallest / 2) return null;
    const plan = await inner.plan(request);
    if (largestTooSmall(plan, deps.deployments) === null) return null;
    const divided = divideRequest(request, plan.task.task);
    return divided && { request, divided, plan };
  }

  async function* run(request: CompletionRequest, signal: AbortSignal): AsyncGenerator<CompletionEvent> {
    const work = await workOf(request);
    if (work) yield* mapReduce(inner, deps, work, signal);
    else yield* inner.run(request, signal);
  }

  return {
    run,
    complete: (request, signal) => collectOutcome(run(request, signal)),
    async plan(request): Promise<Plan> {
      const work = await workOf(request);
      if (!work) return inner.plan(request);
      const note =
        'No model has room for all of this at once: it would be read in parts, and answered from notes on them.';
      return { ...work.plan, warnings: [...work.plan.warnings, note] };
    },
  };
}
