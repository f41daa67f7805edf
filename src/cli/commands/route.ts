import type { Command } from 'commander';
import type { Plan } from '../../domain/plan.ts';
import { describePlan } from '../../pipeline/describe-plan.ts';
import { type CliContext, printJson, type RunCommand, withEngine } from '../context.ts';
import { EXIT, type ExitCode } from '../exit-code.ts';
import { count, money } from '../format.ts';
import { plainLine } from '../plain-text.ts';
import type { Printer } from '../printer.ts';
import { readPrompt } from '../read-prompt.ts';
import { addRequestOptions, type RequestOptions, toRequest } from '../request-options.ts';
import { printSandboxWarning } from '../sandbox-warning.ts';
import { type Fact, renderFacts, renderTable, wrapWords } from '../table.ts';

export function addRouteCommand(program: Command, run: RunCommand): void {
  const command = program
    .command('route')
    .description('which model would serve a prompt, and why; nothing is sent')
    .argument('[prompt...]', 'the words of the prompt; - or piped input reads it');
  addRequestOptions(command).action((words: string[], options: RequestOptions) =>
    run((context) => route(context, words, options)),
  );
}

async function route(context: CliContext, words: readonly string[], options: RequestOptions): Promise<ExitCode> {
  const prompt = await readPrompt(context, words);
  const request = await toRequest(prompt, options, { cache: 'off', delivery: 'whole' }, context.deps.project);
  return withEngine(context, async (engine) => {
    const plan = await engine.pipeline.plan(request);
    if (context.json) await printJson(context, describePlan(plan));
    else {
      await printSandboxWarning(context, engine);
      await printPlan(context.stdout, plan);
    }
    return plan.candidates.length > 0 ? EXIT.done : EXIT.noModel;
  });
}

async function printPlan(stdout: Printer, plan: Plan): Promise<void> {
  const { bold, yellow } = stdout.colours;
  await stdout.line(renderFacts(planFacts(plan, bold), stdout));
  if (plan.candidates.length > 0) {
    await stdout.line(`\n${bold('Candidates')}, in the order in which they are tried`);
    await stdout.line(candidateTable(plan, stdout));
  } else await stdout.line(`\n${yellow('No model can serve this request.')}`);
  if (plan.rejections.length > 0) {
    await stdout.line(`\n${bold('Left out')}`);
    await stdout.line(renderRejections(plan, stdout));
  }
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
    ['because', task.reasons.map(plainLine).join('; ') || 'nothing special about it'],
    ['needs', [`about ${count(task.needs.inputTokens)} tokens of context`, ...needs].join(', ')],
    ['profile', `${plan.profile}, ${plan.strategy}`],
    ['model', chosen ? bold(plainLine(chosen.deployment.id)) : 'none'],
    ['why', plainLine(plan.reason)],
    ['baseline', `${plainLine(baseline.model)} would be expected to cost ${money(baseline.expectedCost)}`],
  ];
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
function renderRejections({ rejections }: Plan, { colours, width }: Printer): string {
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
