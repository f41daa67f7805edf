import type { AttemptSummary, CompletionOutcome } from '../domain/completion-outcome.ts';
import { FareboxError } from '../domain/errors.ts';
import { maskSecrets } from '../lib/mask-secrets.ts';
import { savedShare } from '../pipeline/views/describe-money.ts';
import type { CliContext } from './context.ts';
import { count, duration, money } from './format.ts';
import { plainLine } from './plain-text.ts';
import { printError, printStack } from './print-error.ts';
import { printWrapped } from './print-wrapped.ts';

/** What a call cost and why this model, dimmed on stderr; trouble in colour before it. */
export async function printFooter(context: CliContext, outcome: CompletionOutcome): Promise<void> {
  const { stderr } = context;
  await printTrouble(context, outcome);
  if (outcome.deployment === null && outcome.attempts.length === 0) return;
  const { dim } = stderr.colours;
  await printWrapped(stderr, footer(outcome), dim);
  for (const line of describeVerifications(outcome)) await printWrapped(stderr, line, dim);
  // The failed attempts stand above, so the reason need not list them again.
  const why = failedAttempts(outcome).length > 0 ? outcome.plan.reason : outcome.reason;
  await printWrapped(stderr, `why: ${plainLine(why)}`, dim);
}

/** Warnings, failed attempts, and why an answer is missing or not whole. */
export async function printTrouble(context: CliContext, outcome: CompletionOutcome): Promise<void> {
  const { stderr } = context;
  const { yellow } = stderr.colours;
  const tried = foldEqual(failedAttempts(outcome).map(describeFailure));
  for (const line of tried) await stderr.line(`${yellow('tried')} ${line}`);
  for (const warning of outcome.warnings) await stderr.line(`${yellow('note')} ${plainLine(warning)}`);
  if (outcome.status === 'incomplete') {
    await stderr.line(`${yellow('incomplete')} ${plainLine(explainIncomplete(outcome, tried))}`);
  } else if (outcome.status === 'cancelled') {
    await stderr.line(`${yellow('cancelled')} what had been used until then is booked`);
  } else if (outcome.error) {
    await printError(withoutList(outcome.error, tried), stderr);
    await printStack(context, outcome.error);
  }
}

function failedAttempts({ attempts }: CompletionOutcome): readonly AttemptSummary[] {
  return attempts.filter(({ failure }) => failure !== null && failure !== 'cancelled');
}

/** Equal lines once, with how often: `… ×2`. */
function foldEqual(lines: readonly string[]): readonly string[] {
  const counts = new Map<string, number>();
  for (const line of lines) counts.set(line, (counts.get(line) ?? 0) + 1);
  return [...counts].map(([line, times]) => (times > 1 ? `${line} ×${times}` : line));
}

/** The error without its own list of what else failed, where a person has just read that. */
function withoutList(error: FareboxError, tried: readonly string[]): FareboxError {
  if (tried.length === 0) return error;
  const message = error.message.replace(/ \(Failed too: .*\.\)$| \(\d+ more attempts? failed too\.\)$/s, '');
  const { code, remedy, details, cause } = error;
  return new FareboxError(code, message, { ...(remedy === undefined ? {} : { remedy }), details, cause });
}

function explainIncomplete(outcome: CompletionOutcome, tried: readonly string[]): string {
  if (outcome.error) return withoutList(outcome.error, tried).explain();
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

/** Which checks passed on which model: `checked: regex, parses sql passed on groq/qwen-x (2nd answer)`. */
function describeVerifications({ verifications = [] }: CompletionOutcome): readonly string[] {
  return verifications.map(({ provider, model, passed, results }) => {
    const told = results.filter((result) => result.passed === passed).map(({ check }) => check);
    return plainLine(`checked: ${told.join(', ')} ${passed ? 'passed' : 'failed'} on ${provider}/${model}`);
  });
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
