import type { CompletionRequest, Message } from '../domain/completion-request.ts';
import type { Candidate } from '../domain/plan.ts';
import { worstCost } from '../domain/price.ts';
import { textTokens, upperBound } from '../routing/token-bounds.ts';
import type { AttemptPlan } from './attempt.ts';
import type { Call } from './call.ts';
import { isAffordable } from './left-to-try.ts';

/** An answer that was turned down, and why. */
export interface Feedback {
  readonly answer: string;
  readonly finding: string;
}

/** More of a bad answer is not worth its price. */
const LONGEST_ANSWER = 16_000;

/**
 * The next attempt: the call's request, with the last answer that was turned down and what was wrong with it as a turn
 * behind it, where one was and where context window and cost cap have room for that; else the request as it is.
 */
export function nextLeg(
  call: Call,
  candidate: Candidate,
  feedback: Feedback | null,
  how: Pick<AttemptPlan, 'alone' | 'mayUpgrade' | 'repairs'>,
): AttemptPlan {
  const { request, plan } = call;
  const { inputTokens } = plan.task.needs;
  const plain: AttemptPlan = { ...how, candidate, request, inputTokens };
  if (!feedback) return plain;
  const turn = turnOf(feedback);
  const longer: CompletionRequest = { ...request, messages: [...request.messages, ...turn] };
  const tokens = inputTokens + Math.ceil(turn.reduce((sum, { content }) => sum + textTokens(String(content)), 0));
  const { price, capabilities } = candidate.deployment;
  if (tokens + candidate.maxOutputTokens > capabilities.contextWindow) return plain;
  const dearer: Candidate = {
    ...candidate,
    worstCost: price && worstCost(price, upperBound(longer), candidate.maxOutputTokens),
  };
  return isAffordable(call, dearer) ? { ...how, candidate: dearer, request: longer, inputTokens: tokens } : plain;
}

function turnOf({ answer, finding }: Feedback): readonly Message[] {
  const cut = answer.length > LONGEST_ANSWER;
  return [
    { role: 'assistant', content: cut ? `${answer.slice(0, LONGEST_ANSWER)}\n[…]` : answer },
    {
      role: 'user',
      content: `This answer was checked by a program and turned down:\n\n${finding}\n\nGive the whole answer again, mended, in the form that was asked for, without any remark about the mistake.`,
    },
  ];
}
