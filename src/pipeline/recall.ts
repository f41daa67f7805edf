import { meaningKey } from '../cache/meaning-key.ts';
import { type CachedAnswer, cacheKey, isCacheable, type ResponseCache } from '../cache/response-cache.ts';
import type { CompletionEvent, CompletionOutcome } from '../domain/completion-outcome.ts';
import type { CompletionRequest } from '../domain/completion-request.ts';
import type { OptimisationEffect } from '../domain/effect.ts';
import type { AttemptId } from '../domain/ids.ts';
import { ZERO_USD } from '../domain/money.ts';
import { untilAborted } from '../lib/deadline.ts';
import { newId } from '../lib/random.ts';
import type { CallClosing } from '../spend/ledger.ts';
import type { Call } from './call.ts';
import type { PipelineDeps } from './pipeline-deps.ts';

/** How an answer came to be there already. */
export type RecalledBy = 'response_cache' | 'semantic_cache' | 'shared_flight';

/** An answer that exists already, or the duty to say how our own call ended. */
export type Recalled =
  | { readonly type: 'answer'; readonly answer: CachedAnswer; readonly by: RecalledBy }
  | { readonly type: 'nothing'; readonly land: (outcome: CompletionOutcome) => void };

/**
 * Looks for the answer in the profile's cache, where the profile allows it also under another wording of the question, and
 * among identical calls in flight. Waits for the latter. What that avoids is noted with the call.
 */
export async function recall(deps: PipelineDeps, call: Call, signal: AbortSignal): Promise<Recalled> {
  const cache = deps.cacheOf(call.plan.profile);
  if (!cache || !isCacheable(call.request)) return { type: 'nothing', land: () => {} };
  const key = cacheKey(call.request, partition(call));
  // Another wording may have another right answer by the same checks.
  const mayMean = call.profile.caching.intelligentCaching && !call.request.verify?.length;
  const meaning = mayMean ? meaningKey(call.request, partition(call)) : null;
  if (call.request.cache === 'use') {
    const answer = cache.get(key);
    if (answer) return found(call, answer, 'response_cache');
    const other = meaning === null ? undefined : cache.getByMeaning(meaning);
    if (other) return found(call, other, 'semantic_cache');
  }
  for (;;) {
    const flight = cache.join(key);
    if ('lead' in flight)
      return { type: 'nothing', land: (outcome) => land(cache, { key, meaning }, flight.lead, outcome) };
    const answer = await untilAborted(flight.waitFor, signal).catch(() => undefined);
    if (answer && call.request.cache === 'use') return found(call, answer, 'shared_flight');
    if (signal.aborted) return { type: 'nothing', land: () => {} };
  }
}

function found(call: Call, answer: CachedAnswer, by: RecalledBy): Recalled {
  call.effects.push(effectOf(answer, by));
  return { type: 'answer', answer, by };
}

/** What was not sent and written again, and what that has cost when the answer was made: by the attempt that made it. */
function effectOf({ usage, cost }: CachedAnswer, optimisation: RecalledBy): OptimisationEffect {
  return {
    optimisation,
    tokensAvoided: usage.inputTokens + usage.outputTokens,
    costAvoided: cost,
    ownCost: ZERO_USD,
  };
}

/** What the profile keeps apart, beside what every key contains. */
function partition({ profile, plan }: Call): readonly string[] {
  const { cacheByTaskType, cacheByModel } = profile.caching;
  return [
    profile.name,
    cacheByTaskType ? plan.task.task : '',
    cacheByModel ? (plan.candidates[0]?.deployment.id ?? '') : '',
  ];
}

function land(
  cache: ResponseCache,
  { key, meaning }: { readonly key: string; readonly meaning: string | null },
  lead: (answer?: CachedAnswer) => void,
  outcome: CompletionOutcome,
): void {
  const answer = keepable(outcome);
  if (answer) cache.set(key, answer, meaning);
  lead(answer);
}

/** Only complete answers are kept. */
function keepable(outcome: CompletionOutcome): CachedAnswer | undefined {
  const { status, finishReason, deployment, provider, model, usage } = outcome;
  if (status !== 'complete' || !finishReason || !deployment || !provider || !model || !usage) return undefined;
  const { text, reasoning, reasoningParts, logprobs, toolCalls, simulated, verifications } = outcome;
  const made = outcome.attempts.findLast(
    (attempt) => attempt.result === 'answered' && attempt.provider === provider && attempt.model === model,
  );
  const cost = made?.cost.amount ?? null;
  return {
    ...{ text, reasoning, ...(reasoningParts && { reasoningParts }), ...(logprobs && { logprobs }) },
    ...(verifications && { verifications: verifications.filter(({ passed }) => passed) }),
    ...{ toolCalls, finishReason, deployment, provider, model, usage, cost, simulated },
  };
}

/** Books an answer that cost nothing: one attempt of its own, so that every call has its row. */
export function bookCached(deps: PipelineDeps, call: Call, answer: CachedAnswer, closing: CallClosing): void {
  const now = deps.clock.now();
  const id = newId('att', now, deps.random) as AttemptId;
  const { provider, model } = answer;
  const opening = {
    id,
    callId: call.id,
    number: 1,
    provider,
    model,
    upstreamModel: model,
    price: null,
    startedAt: now,
    hold: ZERO_USD,
  };
  const cost = { amount: ZERO_USD, source: 'computed' } as const;
  deps.ledger.bookCached(call.opening, opening, {
    id,
    result: 'cached',
    failure: null,
    httpStatus: null,
    message: null,
    usage: null,
    rawUsage: null,
    cost,
    charge: ZERO_USD,
    finishReason: answer.finishReason,
    generationId: null,
    durationMs: closing.durationMs,
    firstTokenMs: null,
  });
  call.attempts.push({
    id,
    provider,
    model,
    result: 'cached',
    failure: null,
    message: null,
    cost,
    durationMs: closing.durationMs,
    firstTokenMs: null,
  });
  deps.ledger.finish(call.opening, closing);
}

/** An answer that is there already as the events that a watching caller expects. */
export function* replay(
  request: CompletionRequest,
  answer: Pick<CachedAnswer, 'text' | 'toolCalls'>,
): Generator<CompletionEvent> {
  if (request.delivery === 'whole') return;
  if (answer.text) yield { type: 'text', text: answer.text };
  for (const [index, { id, name, arguments: args }] of answer.toolCalls.entries()) {
    yield { type: 'tool_call', index, id, name, arguments: args };
  }
}
