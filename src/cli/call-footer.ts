import type { AttemptSummary, CompletionOutcome } from '../domain/completion-outcome.ts';
import { maskSecrets } from '../lib/mask-secrets.ts';
import { savedShare } from '../pipeline/describe-money.ts';
import type { CliContext } from './context.ts';
import { count, duration, money } from './format.ts';
import { plainLine } from './plain-text.ts';
import { printError } from './print-error.ts';

/** What a call cost and why this model, dimmed on stderr; trouble in colour before it. */
export async function printFooter(context: CliContext, outcome: CompletionOutcome): Promise<void> {
  const { stderr } = context;
  await printTrouble(context, outcome);
  if (outcome.deployment === null && outcome.attempts.length === 0) return;
  await stderr.line(stderr.colours.dim(footer(outcome)));
  await stderr.line(stderr.colours.dim(`why: ${plainLine(outcome.reason)}`));
}

/** Warnings, failed attempts, and why an answer is missing or not whole. */
export async function printTrouble({ stderr }: CliContext, outcome: CompletionOutcome): Promise<void> {
  const { yellow } = stderr.colours;
  for (const attempt of outcome.attempts) {
    if (attempt.failure !== null && attempt.failure !== 'cancelled')
      await stderr.line(`${yellow('tried')} ${describeFailure(attempt)}`);
  }
  for (const warning of outcome.warnings) await stderr.line(`${yellow('note')} ${plainLine(warning)}`);
  if (outcome.status === 'incomplete') {
    await stderr.line(`${yellow('incomplete')} ${plainLine(outcome.error?.explain() ?? incompleteReason(outcome))}`);
  } else if (outcome.status === 'cancelled') {
    await stderr.line(`${yellow('cancelled')} what had been used until then is booked`);
  } else if (outcome.error) await printError(outcome.error, stderr);
}

function incompleteReason(outcome: CompletionOutcome): string {
  return outcome.finishReason === 'length'
    ? 'the answer reached its token limit; raise --max-tokens or --max-cost'
    : 'the answer broke off; what came of it stands above';
}

function describeFailure({ provider, model, failure, message }: AttemptSummary): string {
  const words = message ? `: ${plainLine(maskSecrets(message))}` : '';
  return `${plainLine(`${provider}/${model}`)} ${failure?.replaceAll('_', ' ')}${words}`;
}

function footer(outcome: CompletionOutcome): string {
  const parts = [
    outcome.deployment ?? 'no answer',
    describeCost(outcome),
    describeSaving(outcome),
    outcome.usage && `${count(outcome.usage.inputTokens)} in, ${count(outcome.usage.outputTokens)} out`,
    duration(outcome.durationMs),
    outcome.callId,
  ];
  return parts.filter(Boolean).join(' · ');
}

function describeCost({ cost, cache, simulated }: CompletionOutcome): string {
  if (cache === 'hit') return 'free (from the cache)';
  if (cache === 'shared') return 'free (shared with the same question in flight)';
  if (cost.amount === null) return 'cost unknown';
  const amount = cost.source === 'estimated' ? `about ${money(cost.amount)}` : money(cost.amount);
  return simulated ? `${amount} (simulated)` : amount;
}

function describeSaving({ saved, baseline }: CompletionOutcome): string | null {
  if (saved === null || saved === 0) return null;
  if (saved < 0) return `${money(saved).replace('-', '')} more than ${baseline.model}`;
  const share = baseline.cost ? ` (${savedShare(saved / baseline.cost)})` : '';
  return `saved ${money(saved)}${share} against ${baseline.model}`;
}
