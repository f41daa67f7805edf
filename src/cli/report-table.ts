import { usageFaultSentences } from '../pipeline/views/describe-fixed-costs.ts';
import { costCell, savedShare } from '../pipeline/views/describe-money.ts';
import { knownCost, type Report, type ReportLine } from '../spend/reports.ts';
import { effectsCsv } from './effect-table.ts';
import { bar, count, money, percent, plural, tokens } from './format.ts';
import { plainLine } from './plain-text.ts';
import type { Printer } from './printer.ts';
import { type Column, renderTable } from './table.ts';

const BAR_CELLS = 8;

/** The groups of a report with their share of the cost, and the totals below where there are several. */
export function renderReport(report: Report, printer: Printer): string {
  if (report.runs?.some(({ depth }) => depth > 0)) return renderRuns(report, report.runs, printer);
  const { groups, totals } = report;
  const { bold, cyan } = printer.colours;
  const rows = groups.map((line) => {
    const share = totals.cost > 0 ? line.cost / totals.cost : 0;
    const cells = cellsOf(line, line.group === null ? '(none)' : plainLine(line.group));
    return [...cells, `${cyan(bar(share, BAR_CELLS))} ${percent(share).padStart(4)}`];
  });
  if (groups.length > 1) rows.push([...cellsOf(totals, 'total').map(bold), '']);
  return renderTable(columns(report), rows, printer);
}

/** Runs as a tree; the sums of each include what it began, and what belongs to no run stands below. */
function renderRuns(report: Report, runs: NonNullable<Report['runs']>, printer: Printer): string {
  const { totals, groups } = report;
  const { bold, cyan } = printer.colours;
  const withShare = (line: ReportLine, name: string) => {
    const share = totals.cost > 0 ? line.cost / totals.cost : 0;
    return [...cellsOf(line, name), `${cyan(bar(share, BAR_CELLS))} ${percent(share).padStart(4)}`];
  };
  const rows = runs.map(({ run, depth, total }) =>
    withShare({ ...total, group: run }, `${depth > 0 ? `${'  '.repeat(depth - 1)}└ ` : ''}${plainLine(run)}`),
  );
  const rest = groups.find(({ group }) => group === null);
  if (rest) rows.push(withShare(rest, '(none)'));
  rows.push([...cellsOf(totals, 'total').map(bold), '']);
  return renderTable(columns(report), rows, printer);
}

function columns({ groupBy }: Report): readonly Column[] {
  return [
    { head: groupBy, flexible: true },
    { head: 'calls', align: 'right' },
    { head: 'failed', align: 'right' },
    { head: 'cached', align: 'right' },
    { head: 'in', align: 'right' },
    { head: 'out', align: 'right' },
    { head: 'cost', align: 'right' },
    { head: 'saved', align: 'right' },
    { head: 'share of cost' },
  ];
}

function cellsOf(line: ReportLine, name: string): string[] {
  return [
    name,
    count(line.calls),
    count(line.failedAttempts),
    count(line.cacheHits),
    tokens(line.inputTokens),
    tokens(line.outputTokens),
    // An unknown cost is neither nothing nor part of the sum.
    costCell(line),
    money(line.saved),
  ];
}

/** What was saved, and how that is known. */
export function savingsSentence({ savings }: Report): string {
  const { saved, share, baselineModel, comparedCalls, notComparedCalls } = savings;
  if (comparedCalls === 0)
    return `No call can be compared with ${plainLine(baselineModel)} yet, so no saving is claimed.`;
  const much = share === null ? '' : ` (${savedShare(Math.abs(share))})`;
  const without = notComparedCalls > 0 ? `; ${plural(notComparedCalls, 'call')} cannot be compared` : '';
  const verb = saved < 0 ? 'Spent' : 'Saved';
  const than = saved < 0 ? 'more than' : 'against';
  const amount = money(saved).replace('-', '');
  return `${verb} ${amount}${much} ${than} ${plainLine(baselineModel)} over ${plural(comparedCalls, 'call')}${without}.`;
}

/** What the figures leave out, each as a sentence. */
export function reportCaveats(report: Report): readonly string[] {
  const { totals, otherKindCalls, simulated } = report;
  const caveats: string[] = [];
  if (totals.unknownCostAttempts > 0) {
    const them = totals.unknownCostAttempts === 1 ? 'it is' : 'they are';
    caveats.push(
      `The cost of ${plural(totals.unknownCostAttempts, 'attempt')} is unknown: ${them} not in the sums, and not free. farebox models shows which models have no price.`,
    );
  }
  if (totals.estimatedAttempts > 0) {
    caveats.push(`${plural(totals.estimatedAttempts, 'attempt')} came without usage; the cost is estimated.`);
  }
  caveats.push(...usageFaultSentences(report).map(plainLine));
  if (otherKindCalls > 0) {
    caveats.push(
      simulated
        ? `${plural(otherKindCalls, 'real call')} of this period left out; see --live.`
        : `${plural(otherKindCalls, 'simulated call')} of this period left out; see --simulated.`,
    );
  }
  return caveats;
}

/** The groups as comma-separated values with a head line, amounts as nano-dollar integers. */
export function reportCsv(report: Report): string {
  if (report.effects) return effectsCsv(report.effects);
  const head = `${report.groupBy},calls,attempts,failed_attempts,cache_hits,input_tokens,cached_input_tokens,output_tokens,cost_nano_usd,unknown_cost_attempts,estimated_attempts,baseline_cost_nano_usd,saved_nano_usd`;
  const lines = report.groups.map((line) =>
    [
      csvCell(line.group ?? ''),
      line.calls,
      line.attempts,
      line.failedAttempts,
      line.cacheHits,
      line.inputTokens,
      line.cachedInputTokens,
      line.outputTokens,
      knownCost(line) ?? '',
      line.unknownCostAttempts,
      line.estimatedAttempts,
      line.baselineCost,
      line.saved,
    ].join(','),
  );
  return `${[head, ...lines].join('\n')}\n`;
}

/** A spreadsheet must not take a name for a formula. */
function csvCell(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
