import { formatUsd } from '../domain/money.ts';
import { fixedCostSentences } from '../pipeline/views/describe-fixed-costs.ts';
import type { Report } from '../spend/reports.ts';
import { count, plural } from './format.ts';
import { plainLine } from './plain-text.ts';
import { wrapWords } from './table.ts';

const SPARKS = '▁▂▃▄▅▆▇█';
const WIDEST = 60;

/** What stands below the table: spending by day as a line of bars, its trend, overhead, and what providers told. */
export function reportDetails(report: Report, width: number): readonly string[] {
  const sentences = [
    ...fixedCostSentences(report).map(plainLine),
    ...trendSentence(report),
    ...overheadSentence(report),
    ...reconciliationSentence(report),
    ...valueSentence(report),
  ];
  return [...dayLine(report, width), ...sentences.flatMap((sentence) => wrapWords(sentence, width))];
}

function dayLine({ daily }: Report, width: number): readonly string[] {
  if (daily.length < 2) return [];
  const [first, last] = [daily[0]?.day ?? '', daily.at(-1)?.day ?? ''];
  const cells = Math.min(WIDEST, width - first.length - last.length - 2);
  if (cells < 2) return [];
  return [
    `${first} ${sparkline(
      daily.map(({ cost }) => cost),
      cells,
    )} ${last}`,
  ];
}

/** Amounts as bars of eight heights, several together where there are more than cells. Nothing is shown as nothing. */
export function sparkline(amounts: readonly number[], cells: number): string {
  const most = Math.min(cells, amounts.length);
  const sums = Array.from({ length: most }, (_, i) => {
    const part = amounts.slice(Math.floor((i * amounts.length) / most), Math.floor(((i + 1) * amounts.length) / most));
    return part.reduce((sum, amount) => sum + amount, 0) / part.length;
  });
  const top = Math.max(...sums);
  return sums.map((sum) => (sum <= 0 ? ' ' : (SPARKS[Math.min(7, Math.floor((sum / top) * 8))] ?? '█'))).join('');
}

function trendSentence({ trend }: Report): readonly string[] {
  if (!trend) return [];
  const { expected, low, high } = trend.next30Days;
  return [
    `${formatUsd(trend.perDay)} a day over ${plural(trend.days, 'day')}, lately ${formatUsd(trend.recentPerDay)}. By its trend the next 30 days cost ${formatUsd(expected)}, with 95% between ${formatUsd(low)} and ${formatUsd(high)}.`,
  ];
}

function overheadSentence({ overhead }: Report): readonly string[] {
  if (overhead.calls === 0) return [];
  const parts = overhead.purposes.map(
    ({ purpose, cost, calls }) => `${plainLine(purpose)} ${formatUsd(cost)} in ${count(calls)}`,
  );
  return [`Of this, farebox's own calls cost ${formatUsd(overhead.cost)}: ${parts.join(', ')}.`];
}

/** The lowest price of a point of quality, and its unit. */
function valueSentence({ values = [] }: Report): readonly string[] {
  if (values.length === 0) return [];
  const shown = values
    .slice(0, 3)
    .map(
      ({ model, quality, perQualityPoint }) => `${plainLine(model)} ${formatUsd(perQualityPoint)} (quality ${quality})`,
    );
  return [`A point of quality costs least, in dollars per million tokens: ${shown.join(', ')}.`];
}

function reconciliationSentence({ totals: { reported } }: Report): readonly string[] {
  if (reported.attempts === 0) return [];
  return [
    `Providers told the cost of ${plural(reported.attempts, 'attempt')} themselves: ${formatUsd(reported.cost)}; by usage and price they would be ${formatUsd(reported.computed)}.`,
  ];
}
