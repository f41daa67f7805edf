import type { MigrationPlan, RolloutWeek } from '../planning/migration-plan.ts';
import type { CliContext } from './context.ts';
import { bar, count, money, percent, plural, tokens } from './format.ts';
import { plainLine } from './plain-text.ts';
import type { Printer } from './printer.ts';
import { type Column, renderTable } from './table.ts';
import type { UsageFiles } from './usage-files.ts';

const BAR_CELLS = 12;
const FORMATS = {
  'claude-code': 'session files of Claude Code',
  'anthropic-csv': 'usage exports of Anthropic',
  'openai-csv': 'usage exports of OpenAI',
  litellm: 'spend logs of LiteLLM',
  farebox: 'ledger exports of farebox',
} as const;

/** The analysis for people: what was read, what it cost, what it would cost, how to move. */
export async function printMigration(
  { stdout, stderr }: CliContext,
  read: UsageFiles,
  plan: MigrationPlan,
  notes: readonly string[],
): Promise<void> {
  const { bold, yellow } = stdout.colours;
  const note = (text: string) => stderr.line(`${yellow('note')} ${plainLine(text)}`);
  await stdout.line(summaryOf(read, plan));
  await stdout.line(`\n${bold('today')}\n${renderBaseline(plan, stdout)}`);
  await stdout.line(`\n${bold('the same tokens on each profile')}\n${renderProfiles(plan, stdout)}`);
  if (plan.suggestion)
    await stdout.line(`\n${bold(`Suggested: ${plainLine(plan.suggestion.profile)}`)}, ${plan.suggestion.reason}.`);
  else await stdout.line(`\n${bold('No suggestion:')} no profile is cheaper and good enough; see --min-quality.`);
  if (plan.rollout.length > 0) await stdout.line(`\n${bold('four weeks')}\n${renderRollout(plan.rollout, stdout)}`);

  for (const { file, line, reason } of read.broken) await note(`${file}:${line} was left out: ${reason}`);
  const untold = read.brokenLines - read.broken.length;
  if (untold > 0) await note(`${plural(untold, 'more line')} were left out`);
  if (read.skipped.length > 0)
    await note(`${plural(read.skipped.length, 'file')} held no usage: ${read.skipped.slice(0, 3).join(', ')}`);
  for (const text of [...remarksOn(plan), ...notes]) await note(text);
}

function summaryOf({ files, entries, sums, brokenLines }: UsageFiles, { days }: MigrationPlan): string {
  const kinds = [...new Set(files.map(({ format }) => FORMATS[format]))].join(', ');
  const span = days === null ? 'without times' : `over ${days < 10 ? days.toFixed(1) : Math.round(days)} days`;
  const repeated = sums.repeated > 0 ? `, ${count(sums.repeated)} of them repeated and counted once` : '';
  const broken = brokenLines > 0 ? `; ${plural(brokenLines, 'broken line')} left out` : '';
  const talks = sums.conversations > 0 ? `, ${plural(sums.conversations, 'conversation')}` : '';
  return `${plural(files.length, 'file')} (${kinds}), ${count(entries)} entries${repeated}${talks}, ${span}${broken}.`;
}

function renderBaseline({ baseline }: MigrationPlan, printer: Printer): string {
  const columns: readonly Column[] = [
    { head: 'model', flexible: true },
    ...['requests', 'input', 'from cache', 'output', 'at list price', 'paid'].map(
      (head): Column => ({ head, align: 'right' }),
    ),
  ];
  const isPaidKnown = baseline.lines.some(({ cost }) => cost !== null);
  const rows = baseline.lines.map(({ model, requests, usage, computed, cost }) => [
    plainLine(model),
    requests === null ? '' : count(requests),
    tokens(usage.inputTokens),
    usage.inputTokens === 0 ? '' : percent(usage.cacheReadTokens / usage.inputTokens),
    tokens(usage.outputTokens),
    money(computed),
    isPaidKnown ? money(cost) : '',
  ]);
  const total = ['all', '', '', '', '', money(baseline.cost), isPaidKnown ? money(baseline.paid) : ''];
  const month = ['a month of 30 days', '', '', '', '', baseline.monthly === null ? '' : money(baseline.monthly), ''];
  return renderTable(columns, [...rows, ...[total, month].map((row) => row.map(printer.colours.bold))], printer);
}

function renderProfiles({ baseline, profiles, suggestion }: MigrationPlan, printer: Printer): string {
  const { green } = printer.colours;
  const columns: readonly Column[] = [
    { head: 'profile', flexible: true },
    ...['quality', 'cost', 'a month', 'saved'].map((head): Column => ({ head, align: 'right' })),
    { head: '' },
  ];
  const rows = profiles.map(({ profile, quality, cost, monthly, savedShare, reason }) => {
    const cells = [
      plainLine(profile),
      quality === null ? '' : quality.toFixed(1),
      money(cost),
      monthly === null ? '' : money(monthly),
      savedShare === null ? '' : percent(savedShare),
      reason ?? bar(baseline.cost === 0 ? 0 : Number(cost) / baseline.cost, BAR_CELLS).trimEnd(),
    ];
    return profile === suggestion?.profile ? cells.map(green) : cells;
  });
  return renderTable(columns, rows, printer);
}

const WEEKS: Readonly<Record<RolloutWeek['week'], string>> = {
  1: 'watch: everything stays where it is, and farebox keeps the books',
  2: 'a tenth of the conversations',
  3: 'half of them',
  4: 'all of them',
};

function renderRollout(weeks: readonly RolloutWeek[], printer: Printer): string {
  const columns: readonly Column[] = [
    { head: 'week', align: 'right' },
    ...['share', 'expected cost', 'saved'].map((head): Column => ({ head, align: 'right' })),
    { head: '', flexible: true },
  ];
  const rows = weeks.map(({ week, share, expectedCost, expectedSaving }) => [
    String(week),
    percent(share),
    money(expectedCost),
    money(expectedSaving),
    WEEKS[week],
  ]);
  return renderTable(columns, rows, printer);
}

/** What a reader must know to trust the figures. */
function remarksOn({ baseline, days }: MigrationPlan): readonly string[] {
  const unknown = baseline.lines.filter(({ computed }) => computed === null).map(({ model }) => model);
  return [
    ...(unknown.length > 0 ? [`left out of every sum, since nobody knows their price: ${unknown.join(', ')}`] : []),
    ...(days !== null && days < 7 ? ['less than a week is in the log: a month may look quite different'] : []),
    'the same tokens are priced on every profile, cached ones at full input price where a model has no price for them; longer or shorter answers of other models are not foreseen',
  ];
}
