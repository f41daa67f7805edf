import type { Command } from 'commander';
import type { Plan, Rejection, RejectionCode } from '../../domain/plan.ts';
import { describePlan } from '../../pipeline/views/describe-plan.ts';
import { type CliContext, printJson, type RunCommand, withEngine } from '../context.ts';
import { EXIT, type ExitCode } from '../exit-code.ts';
import { count, money, plural } from '../format.ts';
import { plainLine } from '../plain-text.ts';
import type { Printer } from '../printer.ts';
import { readPrompt } from '../read-prompt.ts';
import { addRequestOptions, type RequestOptions, toRequest } from '../request-options.ts';
import { printSandboxWarning } from '../sandbox-warning.ts';
import { type Fact, renderFacts, renderTable, wrapWords } from '../table.ts';

interface RouteOptions extends RequestOptions {
  readonly verbose?: boolean;
}

export function addRouteCommand(program: Command, run: RunCommand): void {
  const command = program
    .command('route')
    .description('which model would serve a prompt, and why; nothing is sent')
    .argument('[prompt...]', 'the words of the prompt; - or piped input reads it');
  addRequestOptions(command)
    .option('--verbose', 'list every model that was left out')
    .action((words: string[], options: RouteOptions) => run((context) => route(context, words, options)));
}

async function route(context: CliContext, words: readonly string[], options: RouteOptions): Promise<ExitCode> {
  const prompt = await readPrompt(context, words, {
    what: 'prompt',
    example: 'farebox route "refactor the parser"',
  });
  const request = await toRequest(prompt, options, { cache: 'off', delivery: 'whole' }, context.deps.project);
  return withEngine(context, async (engine) => {
    const plan = await engine.pipeline.plan(request);
    if (context.json) await printJson(context, describePlan(plan));
    else {
      await printSandboxWarning(context, engine);
      await printPlan(context.stdout, plan, options.verbose ?? false);
    }
    return plan.candidates.length > 0 ? EXIT.done : EXIT.noModel;
  });
}

/** Left out not because they could not serve, but because others do. */
const NOT_NEEDED: ReadonlySet<RejectionCode> = new Set<RejectionCode>(['not_requested', 'not_in_failure_path']);

async function printPlan(stdout: Printer, plan: Plan, verbose: boolean): Promise<void> {
  const { bold, dim, yellow } = stdout.colours;
  await stdout.line(renderFacts(planFacts(plan, bold), stdout));
  if (plan.candidates.length > 0) {
    await stdout.line(`\n${bold('Candidates')}, in the order in which they are tried`);
    await stdout.line(candidateTable(plan, stdout));
  } else await stdout.line(`\n${yellow('No model can serve this request.')}`);
  const shown = plan.rejections.filter(({ code }) => verbose || !NOT_NEEDED.has(code));
  if (shown.length > 0) {
    await stdout.line(`\n${bold('Left out')}`);
    await stdout.line(renderRejections(shown, stdout));
  }
  const others = plan.rejections.length - shown.length;
  if (others > 0) await stdout.line(dim(`\n${plural(others, 'other')} not needed (--verbose lists them)`));
  for (const warning of plan.warnings) await stdout.line(`${yellow('note')} ${plainLine(warning)}`);
}

function planFacts(plan: Plan, bold: (text: string) => string): readonly Fact[] {
  const { task, baseline } = plan;
  const [chosen] = plan.candidates;
  const needs = (['tools', 'json', 'vision'] as const).filter((need) => task.needs[need]);
  const given = (source: 'given' | 'inferred') => (source === 'given' ? ' (given)' : '');
  return [
    ['task', `${task.task}${given(task.source.task)}`],
    [
      'complexity',
      `${task.complexity}${given(task.source.complexity)}, ${task.complexityScore.toFixed(2)} (${task.complexityLevel} of 10)`,
    ],
    ['because', task.reasons.map(plainReason).join('; ') || 'nothing special about it'],
    ['needs', [`about ${count(task.needs.inputTokens)} tokens of context`, ...needs].join(', ')],
    ['profile', plainLine(plan.profile)],
    ['strategy', plan.strategy],
    ['model', chosen ? bold(plainLine(chosen.deployment.id)) : 'none'],
    ['why', plainLine(plan.reason)],
    ['baseline', `${plainLine(baseline.model)} would be expected to cost ${money(baseline.expectedCost)}`],
  ];
}

/** Names of features as words: `sign: make + codeNoun` is `sign: make and code noun`. */
function plainReason(reason: string): string {
  const [, names] = /^sign: (.*)$/s.exec(reason) ?? [];
  if (names === undefined) return plainLine(reason);
  const words = names.replace(/[A-Z]/g, (capital) => ` ${capital.toLowerCase()}`).split(' + ');
  return `sign: ${plainLine(words.join(' and '))}`;
}

function candidateTable(plan: Plan, stdout: Printer): string {
  const rows = plan.candidates.map((candidate, index) => [
    String(index + 1),
    plainLine(candidate.deployment.id),
    candidate.slot ?? '',
    money(candidate.expectedCost),
    money(candidate.worstCost),
    count(candidate.maxOutputTokens),
  ]);
  return renderTable(
    [
      { head: '#', align: 'right' },
      { head: 'model', flexible: true },
      { head: 'slot' },
      { head: 'expected', align: 'right' },
      { head: 'at most', align: 'right' },
      { head: 'max tokens', align: 'right' },
    ],
    rows,
    stdout,
  );
}

/** What was left out, by reason: many models often share one. */
function renderRejections(rejections: readonly Rejection[], { colours, width }: Printer): string {
  const reasons = new Map<string, string[]>();
  for (const { code, detail, deployment } of rejections) {
    const reason = `${colours.yellow(code.replaceAll('_', ' '))}: ${plainLine(detail)}`;
    reasons.set(reason, [...(reasons.get(reason) ?? []), plainLine(deployment)]);
  }
  return [...reasons]
    .flatMap(([reason, names]) => [
      ...wrapWords(reason, width - 2).map((line) => `  ${line}`),
      ...wrapWords(names.join(', '), width - 4).map((line) => colours.dim(`    ${line}`)),
    ])
    .join('\n');
}
