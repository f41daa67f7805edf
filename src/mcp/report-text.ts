import type { BudgetStatus } from '../domain/budget.ts';
import { formatUsd } from '../domain/money.ts';
import { fixedCostSentences, usageFaultSentences } from '../pipeline/views/describe-fixed-costs.ts';
import { costCell, savedShare } from '../pipeline/views/describe-money.ts';
import type { EffectLine, Report, ReportLine } from '../spend/reports.ts';
import { textTable } from './text-table.ts';

const HEAD = ['calls', 'failed', 'cached', 'in', 'out', 'cost', 'baseline', 'saved'];

/** A report for reading: the same facts as its structured form, compact. */
export function reportText(report: Report): string {
  const { totals, savings } = report;
  const rows = [
    [report.effects ? 'all calls' : report.groupBy, ...HEAD],
    ...report.groups.map((line) => [line.group ?? '(none)', ...cells(line)]),
    ['total', ...cells(totals)],
  ];
  const kind = report.simulated ? 'Simulated calls (sandbox; no real money)' : 'Calls';
  return [
    `${kind} from ${report.since} until ${report.until}:`,
    totals.calls === 0 ? 'none.' : textTable(rows),
    ...effectTable(report),
    ...unknownCosts(totals),
    savingsLine(savings),
    ...overheadLine(report),
    ...fixedCostSentences(report),
    ...usageFaultSentences(report),
    ...trendLine(report),
    ...report.budgets.map(budgetLine),
    ...(report.otherKindCalls > 0
      ? [
          `Not in these figures: ${report.otherKindCalls} ${report.simulated ? 'real' : 'simulated'} calls of the same period.`,
        ]
      : []),
  ].join('\n');
}

function effectTable({ effects }: Report): string[] {
  if (!effects) return [];
  if (effects.length === 0) return ['No optimisation did anything for these calls.'];
  const row = (line: EffectLine) => [
    line.optimisation,
    String(line.calls),
    String(line.tokensAvoided),
    line.unknownCalls > 0 ? `${formatUsd(line.costAvoided)} + ?` : formatUsd(line.costAvoided),
    formatUsd(line.ownCost),
    formatUsd(line.net),
  ];
  return [
    textTable([['optimisation', 'calls', 'tokens avoided', 'cost avoided', 'own cost', 'net'], ...effects.map(row)]),
    'Measured against the same calls without the optimisation, so not to be added to what was saved against the baseline.',
  ];
}

function overheadLine({ overhead }: Report): string[] {
  if (overhead.calls === 0) return [];
  const parts = overhead.purposes.map(({ purpose, calls, cost }) => `${purpose} ${formatUsd(cost)} (${calls})`);
  return [`Of this, farebox's own calls: ${formatUsd(overhead.cost)}: ${parts.join(', ')}.`];
}

function trendLine({ trend }: Report): string[] {
  if (!trend) return [];
  const { expected, low, high } = trend.next30Days;
  return [
    `Trend of ${trend.days} days: ${formatUsd(trend.perDay)} a day (lately ${formatUsd(trend.recentPerDay)}); the next 30 days ${formatUsd(expected)}, between ${formatUsd(low)} and ${formatUsd(high)} with 95%.`,
  ];
}

function cells(line: ReportLine): string[] {
  return [
    String(line.calls),
    String(line.failedAttempts),
    String(line.cacheHits),
    line.cachedInputTokens > 0 ? `${line.inputTokens} (${line.cachedInputTokens} cached)` : String(line.inputTokens),
    String(line.outputTokens),
    costCell(line),
    formatUsd(line.baselineCost),
    formatUsd(line.saved),
  ];
}

function unknownCosts(totals: ReportLine): string[] {
  return [
    ...(totals.unknownCostAttempts > 0
      ? [`${totals.unknownCostAttempts} attempts have an unknown cost: not in the sums, and not free.`]
      : []),
    ...(totals.estimatedAttempts > 0
      ? [`${totals.estimatedAttempts} attempts are estimated: no usage was reported.`]
      : []),
  ];
}

function savingsLine(savings: Report['savings']): string {
  const share = savings.share === null ? '' : ` (${savedShare(savings.share)})`;
  return `Saved ${formatUsd(savings.saved)}${share} against ${savings.baselineModel}; ${savings.comparedCalls} calls compared, ${savings.notComparedCalls} not. ${savings.method}`;
}

function budgetLine({ budget, spent, held, left, level, projected, resetsAt }: BudgetStatus): string {
  const projection = projected === null ? '' : `, projected ${formatUsd(projected)}`;
  const reset = resetsAt === null ? '' : `, resets ${resetsAt}`;
  return `Budget ${budget.id}: ${formatUsd(spent)} of ${formatUsd(budget.limit)} spent, ${formatUsd(held)} held, ${formatUsd(left)} left, ${level}${projection}${reset}`;
}
