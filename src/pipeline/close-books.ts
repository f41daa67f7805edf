import type { CompletionOutcome } from '../domain/completion-outcome.ts';
import { textOf } from '../domain/completion-request.ts';
import type { Call } from './call.ts';
import { closeCall } from './conclude.ts';
import type { PipelineDeps } from './pipeline-deps.ts';

/** Writes the end of a call; its text only where that was switched on. */
export function closeBooks({ ledger, config, rollouts }: PipelineDeps, call: Call, outcome: CompletionOutcome): void {
  ledger.finish(call.opening, closeCall(outcome));
  if (call.rollout) rollouts.ended(call.rollout, outcome);
  if (!config.policy.storeBodies) return;
  const prompt = call.request.messages.map(({ role, content }) => `${role}: ${textOf(content)}`).join('\n\n');
  ledger.keepBody(call.id, prompt, outcome.text);
}
