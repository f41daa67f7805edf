import type { CompletionEvent } from '../domain/completion-outcome.ts';
import type { CompletionRequest } from '../domain/completion-request.ts';
import type { Candidate } from '../domain/plan.ts';
import { worstCost } from '../domain/price.ts';
import { mayBeTriedElsewhere } from '../routing/failure-policy.ts';
import { textTokens, upperBound } from '../routing/token-bounds.ts';
import { type AttemptOutcome, type AttemptPlan, runAttempt } from './attempt.ts';
import type { Call } from './call.ts';
import type { PipelineDeps } from './pipeline-deps.ts';
import type { Ended, WalkResult } from './walk-plan.ts';

/**
 * Goes on, once, with an answer that broke off after the caller had seen part of it: another model is given that part
 * as the beginning of its own answer. Only where the caller asked for it, for plain text, by a model that is known to
 * take such a beginning; both legs are paid and booked. Null where there is nobody to ask. Where the second leg fails
 * too, the answer is broken off by its first failure: what the second one said of it would hide that.
 */
export async function* continueAnswer(
  deps: PipelineDeps,
  call: Call,
  broken: Ended,
  others: readonly Candidate[],
  signal: AbortSignal,
): AsyncGenerator<CompletionEvent, WalkResult | null> {
  if (signal.aborted || !mayContinue(call, broken)) return null;
  const seen = broken.answer.text;
  const prefix = seen.trimEnd();
  const other = others.find(({ deployment }) => deployment.capabilities.assistantPrefix);
  if (!other || prefix === '') return null;
  const attempt = planContinuation(call, other, prefix);

  const join = createSeam(seen.slice(prefix.length));
  let end: AttemptOutcome | undefined;
  const leg = async function* () {
    end = yield* runAttempt(deps, call, attempt, signal);
  };
  let added = '';
  for await (const event of leg()) {
    const shown = event.type === 'text' ? { ...event, text: join(event.text) } : event;
    if (shown.type === 'text') added += shown.text;
    if (shown.type !== 'text' || shown.text !== '') yield shown;
  }
  if (!end || end.type === 'refused' || end.type === 'not_sent') return null;
  const text = seen + added;
  return end.type === 'failed'
    ? { ...broken, type: 'broken', answer: { ...broken.answer, text } }
    : { ...end, candidate: attempt.candidate, answer: { ...end.answer, text }, continues: broken.candidate };
}

function mayContinue({ request, profile }: Call, { answer, failure }: Ended): boolean {
  const plainText = !request.tools?.length && !request.responseFormat && answer.toolCalls.length === 0;
  return request.continuation === true && plainText && mayBeTriedElsewhere(failure.kind, profile.routing.fallbackRules);
}

/** A prompt that is longer, and an answer that is shorter, by the prefix. */
function planContinuation({ request, plan }: Call, other: Candidate, prefix: string): AttemptPlan {
  const { price } = other.deployment;
  const continued: CompletionRequest = {
    ...request,
    messages: [...request.messages, { role: 'assistant', content: prefix }],
  };
  const tokens = Math.ceil(textTokens(prefix));
  const maxOutputTokens = Math.max(1, other.maxOutputTokens - tokens);
  return {
    candidate: {
      ...other,
      maxOutputTokens,
      worstCost: price && worstCost(price, upperBound(continued), maxOutputTokens),
    },
    request: continued,
    inputTokens: plan.task.needs.inputTokens + tokens,
    alone: true,
  };
}

/**
 * White space at the end of a prefix is refused by some and makes others stumble, so it is not sent; the continuation
 * then brings it again, and what the caller has seen already is taken off.
 */
function createSeam(seenSpace: string): (text: string) => string {
  let left = seenSpace;
  return (text) => {
    let at = 0;
    while (at < text.length && left !== '' && text[at] === left[0]) {
      left = left.slice(1);
      at++;
    }
    if (at < text.length) left = '';
    return text.slice(at);
  };
}
