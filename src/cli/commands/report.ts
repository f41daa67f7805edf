import { writeFile } from 'node:fs/promises';
import { type Command, Option } from 'commander';
import { FareboxError } from '../../domain/errors.ts';
import { describeReport } from '../../pipeline/views/describe-report.ts';
import { toReportQuery } from '../../pipeline/views/report-query.ts';
import {
  REPORT_GROUPS,
  REPORT_PERIODS,
  type Report,
  type ReportGroup,
  type ReportPeriod,
} from '../../spend/reports.ts';
import { budgetTroubles, renderBudgets } from '../budget-table.ts';
import { type CliContext, printJson, type RunCommand, withEngine } from '../context.ts';
import { EFFECTS_METHOD, renderEffects } from '../effect-table.ts';
import { EXIT, type ExitCode } from '../exit-code.ts';
import { minute } from '../format.ts';
import { oneOf } from '../option-values.ts';
import { reportDetails } from '../report-details.ts';
import { reportHtml } from '../report-html.ts';
import { renderReport, reportCaveats, reportCsv, savingsSentence } from '../report-table.ts';
import { wrapWords } from '../table.ts';

interface ReportOptions {
  readonly period?: ReportPeriod;
  readonly since?: string;
  readonly until?: string;
  readonly by: ReportGroup;
  readonly baseline?: string;
  readonly run?: string;
  readonly simulated?: boolean;
  readonly live?: boolean;
  readonly csv?: boolean;
  readonly html?: string;
}

export function addReportCommand(program: Command, run: RunCommand): void {
  program
    .command('report')
    .description('what was spent and saved')
    .addOption(
      new Option('--period <period>', 'time that it covers (default: 30d); days and months are UTC')
        .choices(REPORT_PERIODS)
        .argParser(oneOf('period', REPORT_PERIODS)),
    )
    .option('--since <time>', 'beginning, as a day (2026-11-01) or a time (2026-11-01T12:00Z)')
    .option('--until <time>', 'end, not included (default: now)')
    .addOption(
      new Option('--by <group>', 'what to group by')
        .choices(REPORT_GROUPS)
        .argParser(oneOf('group', REPORT_GROUPS))
        .default('model'),
    )
    .option('--baseline <model>', 'compare with this model, instead of the baseline of each call')
    .option('--run <id>', 'only the calls of this run')
    .option('--simulated', 'the calls of the sandbox (default where the sandbox answers)')
    .option('--live', 'the calls of real providers')
    .option('--csv', 'comma-separated values, amounts in nano-dollars')
    .option('--html <file>', 'write one page with charts, complete in itself, to this file')
    .action((options: ReportOptions) => run((context) => report(context, options)));
}

async function report(context: CliContext, options: ReportOptions): Promise<ExitCode> {
  refuseContradictions(context, options);
  const { period, since, until, by, baseline, run: runId, simulated, live } = options;
  return withEngine(context, async (engine) => {
    const now = context.deps.clock.now();
    const query = toReportQuery({ period, since, until, groupBy: by, baseline, runId }, engine, now);
    const found = await engine.reports.report({ ...query, simulated: simulated ?? (live ? false : query.simulated) });
    if (options.html !== undefined) await writePage(context, options.html, reportHtml(found));
    else if (context.json) await printJson(context, describeReport(found));
    else if (options.csv) await context.stdout.write(reportCsv(found));
    else await printReport(context, found);
    return EXIT.done;
  });
}

function refuseContradictions({ json }: CliContext, { csv, html, simulated, live }: ReportOptions): void {
  const forms = [json && '--json', csv && '--csv', html !== undefined && '--html'].filter(
    (form) => form !== false && form !== undefined,
  );
  const pair = forms.length > 1 ? forms.slice(0, 2).join(' and ') : simulated && live ? '--simulated and --live' : null;
  if (pair) throw new FareboxError('invalid_request', `${pair} exclude each other.`, { remedy: 'Leave one out.' });
}

async function writePage({ stdout }: CliContext, file: string, page: string): Promise<void> {
  try {
    await writeFile(file, page);
  } catch (error) {
    throw new FareboxError('invalid_request', `The report cannot be written to ${file}.`, {
      remedy: 'Name a file in a folder that exists and that you may write in.',
      cause: error,
    });
  }
  await stdout.line(`Written to ${file}.`);
}

async function printReport({ stdout, stderr }: CliContext, found: Report): Promise<void> {
  const { bold, dim, yellow } = stdout.colours;
  const since = found.since.startsWith('1970') ? 'the beginning' : minute(found.since);
  const kind = found.simulated ? ' (sandbox: not real money)' : '';
  await stdout.line(
    `${bold(found.effects ? 'What optimisations did' : `Cost by ${found.groupBy}`)}, ${since} to ${minute(found.until)} UTC${yellow(kind)}\n`,
  );
  if (found.totals.calls === 0) await stdout.line('Nothing was booked in this period.');
  else {
    await printGroups(stdout, found);
    await stdout.line(`\n${bold(savingsSentence(found))}`);
    for (const line of wrapWords(found.savings.method, stdout.width)) await stdout.line(dim(line));
    const more = reportDetails(found, stdout.width);
    if (more.length > 0) await stdout.line('');
    for (const line of more) await stdout.line(line);
  }
  if (found.budgets.length > 0 && !found.simulated) await stdout.line(`\n${renderBudgets(found.budgets, stdout)}`);
  const notes = [...reportCaveats(found), ...(found.simulated ? [] : budgetTroubles(found.budgets))];
  for (const note of notes) await stderr.line(`${stderr.colours.yellow('note')} ${note}`);
}

async function printGroups(stdout: CliContext['stdout'], found: Report): Promise<void> {
  const { effects } = found;
  if (!effects) await stdout.line(renderReport(found, stdout));
  else if (effects.length === 0) await stdout.line('No optimisation did anything for these calls.');
  else {
    await stdout.line(`${renderEffects(effects, stdout)}\n`);
    for (const line of wrapWords(EFFECTS_METHOD, stdout.width)) await stdout.line(stdout.colours.dim(line));
  }
}
