import type { CallToolResult } from '@modelcontextprotocol/server';
import type { FindInText } from '../checks/prepared-check.ts';
import type { BudgetStatus } from '../domain/budget.ts';
import type { AttemptSummary, CompletionOutcome, Cost } from '../domain/completion-outcome.ts';
import { formatUsd, type NanoUsd } from '../domain/money.ts';
import { withoutFence } from '../lib/without-fence.ts';
import { describeCall, knownSpend } from '../pipeline/views/describe-call.ts';
import { savedShare } from '../pipeline/views/describe-money.ts';

type Block = { readonly text: string; readonly structured?: unknown; readonly isError: boolean };

/**
 * A finished call as a tool result. Only a whole answer is a success. The machine facts are in `_meta`, because a
 * client that sees `structuredContent` shows its model nothing else.
 */
export function outcomeResult(
  outcome: CompletionOutcome,
  budgets: () => readonly BudgetStatus[],
  schema: FindInText | undefined,
): CallToolResult {
  const { answer: _answer, ...facts } = describeCall(outcome);
  const { text, structured, isError } = blockOf(outcome, budgets, schema);
  return {
    content: [{ type: 'text', text }],
    ...(structured !== undefined && { structuredContent: structured }),
    ...(isError && { isError }),
    _meta: { 'farebox/call': facts },
  } as CallToolResult;
}

function blockOf(
  outcome: CompletionOutcome,
  budgets: () => readonly BudgetStatus[],
  schema: FindInText | undefined,
): Block {
  switch (outcome.status) {
    case 'complete':
      return schema ? jsonAnswer(outcome, schema) : { text: `${outcome.text}\n\n${footer(outcome)}`, isError: false };
    case 'incomplete':
      return { text: incompleteText(outcome), isError: true };
    case 'refused':
      return { text: refusedText(outcome, outcome.error?.code === 'budget_exceeded' ? budgets() : []), isError: true };
    case 'failed':
    case 'cancelled':
      return { text: failedText(outcome), isError: true };
    default:
      return outcome.status satisfies never;
  }
}

/** With a schema the text is the JSON alone: a footer would break it for whoever parses the text. */
function jsonAnswer(outcome: CompletionOutcome, schema: FindInText): Block {
  let answer: unknown;
  try {
    answer = JSON.parse(withoutFence(outcome.text));
  } catch {
    return { text: wrongJson(outcome, 'it is not valid JSON'), isError: true };
  }
  const misfit = schema(outcome.text);
  if (misfit !== null) return { text: wrongJson(outcome, `it does not fit json_schema: ${misfit}`), isError: true };
  return { text: JSON.stringify(answer), structured: answer, isError: false };
}

function wrongJson(outcome: CompletionOutcome, why: string): string {
  return [
    `The model answered, but ${why}. It was paid for. Ask again with a higher complexity, another model, or a simpler schema and cache "refresh". What came:`,
    outcome.text,
    footer(outcome),
  ].join('\n\n');
}

function incompleteText(outcome: CompletionOutcome): string {
  return [
    `INCOMPLETE ANSWER: ${whyIncomplete(outcome)}. What came before it broke off:`,
    outcome.text,
    footer(outcome),
  ].join('\n\n');
}

function whyIncomplete(outcome: CompletionOutcome): string {
  if (outcome.error) return outcome.error.explain().replace(/\.$/, '');
  if (outcome.finishReason === 'length')
    return 'it reached its limit of output tokens; raise max_output_tokens or ask for less';
  if (outcome.finishReason === 'content_filter') return "the provider's content filter stopped it";
  return 'it broke off';
}

/** The error names the budget that refused; the others that are as good as empty would refuse next. */
function refusedText(outcome: CompletionOutcome, budgets: readonly BudgetStatus[]): string {
  const costs = outcome.plan.candidates.flatMap(({ worstCost }) => (worstCost === null ? [] : [worstCost]));
  return [
    outcome.error?.explain() ?? 'The call was refused.',
    ...tightBudgets(budgets, costs.length > 0 ? (Math.min(...costs) as NanoUsd) : null),
    ...outcome.attempts.map(attemptLine),
    ...rejectionLines(outcome),
    outcome.attempts.length === 0
      ? 'Nothing was sent and nothing was spent; dry_run shows what would fit.'
      : spentLine(outcome),
    lastLine(outcome),
  ].join('\n');
}

function tightBudgets(budgets: readonly BudgetStatus[], needed: NanoUsd | null): string[] {
  return budgets
    .filter(({ level, left }) => level === 'exhausted' || (needed !== null && left < needed))
    .map(
      ({ budget, spent, held, left, resetsAt }) =>
        `Budget ${budget.id}: limit ${formatUsd(budget.limit)}, spent ${formatUsd(spent)}, held by running calls ${formatUsd(held)}, left ${formatUsd(left)}, ${resetsAt ? `resets ${resetsAt}` : 'never resets'}.`,
    );
}

function failedText(outcome: CompletionOutcome): string {
  const advised = outcome.error?.remedy !== undefined || outcome.status === 'cancelled';
  return [
    outcome.error?.explain() ?? (outcome.status === 'cancelled' ? 'The call was cancelled.' : 'No model answered.'),
    ...outcome.attempts.map(attemptLine),
    ...rejectionLines(outcome),
    spentLine(outcome),
    ...(advised ? [] : ['Try again later, or name another model; dry_run shows the candidates.']),
    lastLine(outcome),
  ].join('\n');
}

function spentLine({ attempts }: CompletionOutcome): string {
  const unknown = attempts.some(({ cost }) => cost.amount === null);
  return `Spent: ${formatUsd(knownSpend(attempts))}${unknown ? ', and what the attempts of unknown cost may have cost' : ''}.`;
}

function lastLine({ callId, simulated }: CompletionOutcome): string {
  return `call ${callId}${simulated ? ' · simulated' : ''}`;
}

function attemptLine(attempt: AttemptSummary, index: number): string {
  const said = attempt.message ? `: ${attempt.message}` : '';
  const seconds = (attempt.durationMs / 1000).toFixed(1);
  return `attempt ${index + 1}, ${attempt.provider}/${attempt.model}: ${attempt.failure ?? attempt.result}${said} (${costText(attempt.cost)}, ${seconds} s)`;
}

/** Why models were left out, where nothing was tried and the error does not say it already; as many as can be read. */
function rejectionLines({ attempts, plan, error }: CompletionOutcome): string[] {
  if (attempts.length > 0) return [];
  const untold = plan.rejections.filter(({ deployment }) => !error?.message.includes(deployment));
  const shown = untold.slice(0, 10).map(({ deployment, detail }) => `left out ${deployment}: ${detail}`);
  return untold.length > 10 ? [...shown, `… and ${untold.length - 10} more; dry_run shows all.`] : shown;
}

/** `— gpt-x via openrouter · $0.0001 · saved $0.003 (97%) against claude-y · 120 in, 45 out tokens · call_…` */
function footer(outcome: CompletionOutcome): string {
  const { usage, cache } = outcome;
  const parts = [
    `${outcome.model ?? 'no model'} via ${outcome.provider ?? 'nobody'}`,
    costText(outcome.cost),
    ...savingText(outcome),
    ...(usage ? [`${usage.inputTokens} in, ${usage.outputTokens} out tokens`] : []),
    ...verifiedText(outcome),
    ...(cache === 'hit' ? ['from the cache'] : cache === 'shared' ? ['shared with an identical call'] : []),
    ...(outcome.status === 'incomplete'
      ? [`incomplete: ${outcome.finishReason ?? outcome.error?.code ?? 'broke off'}`]
      : []),
    ...(outcome.simulated ? ['simulated'] : []),
    ...outcome.warnings.map((warning) => `warning: ${warning.replaceAll('\n', ' ')}`),
    outcome.callId,
  ];
  return `— ${parts.join(' · ')}`;
}

/** `passed regex, parses sql after 2 models` */
function verifiedText({ verifications = [] }: CompletionOutcome): string[] {
  const passed = verifications.find((verification) => verification.passed);
  if (!passed) return [];
  const before = verifications.length - 1;
  const names = passed.results.map(({ check }) => check).join(', ');
  return [`passed ${names}${before > 0 ? ` after ${before} answer${before === 1 ? '' : 's'} that did not` : ''}`];
}

function costText(cost: Cost): string {
  if (cost.amount === null) return 'cost unknown';
  return cost.source === 'estimated' ? `about ${formatUsd(cost.amount)} (estimated)` : formatUsd(cost.amount);
}

function savingText({ saved, baseline }: CompletionOutcome): string[] {
  if (saved === null) return [];
  if (saved < 0) return [`${formatUsd(-saved as NanoUsd)} dearer than ${baseline.model}`];
  const share = baseline.cost ? ` (${savedShare(saved / baseline.cost)})` : '';
  return [`saved ${formatUsd(saved)}${share} against ${baseline.model}`];
}
