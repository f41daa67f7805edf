import { formatUsd, toUsd } from '../domain/money.ts';
import { fixedCostSentences } from '../pipeline/views/describe-fixed-costs.ts';
import type { Report, ReportLine, SpendDay } from '../spend/reports.ts';
import { effectsHtml } from './effect-table.ts';
import { count, percent } from './format.ts';
import { reportCaveats, savingsSentence } from './report-table.ts';

const STYLE = `body{font:15px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1b1f24}
table{border-collapse:collapse;width:100%}th,td{padding:.25rem .6rem;text-align:right;border-bottom:1px solid #d8dee4}
th:first-child,td:first-child{text-align:left;overflow-wrap:anywhere}tr.total{font-weight:600}
svg{width:100%;height:auto}text{font:11px system-ui,sans-serif;fill:#57606a}.bar{fill:#2f6fde}.note{color:#57606a}
@media(prefers-color-scheme:dark){body{background:#0d1117;color:#e6edf3}th,td{border-color:#30363d}.bar{fill:#58a6ff}}`;

/** The report as one page: no script, nothing loaded from elsewhere, every name of a user escaped. */
export function reportHtml(report: Report): string {
  const title = `Cost by ${report.groupBy}`;
  const since = report.since.startsWith('1970') ? 'the beginning' : report.since;
  const parts = [
    `<h1>${escapeHtml(title)}</h1>`,
    `<p>${escapeHtml(since)} to ${escapeHtml(report.until)} (UTC)${report.simulated ? ' · sandbox: not real money' : ''}</p>`,
    `<p><strong>${escapeHtml(savingsSentence(report))}</strong></p><p class="note">${escapeHtml(report.savings.method)}</p>`,
    report.daily.length > 1 ? `<h2>By day</h2>${dayChart(report.daily)}${trendText(report)}` : '',
    report.groups.length > 0 ? `<h2>${escapeHtml(title)}</h2>${groupChart(report.groups)}${groupTable(report)}` : '',
    report.effects?.length ? `<h2>What optimisations did</h2>${effectsHtml(report.effects)}` : '',
    ...fixedCostSentences(report).map((sentence) => `<p>${escapeHtml(sentence)}</p>`),
    budgetTable(report),
    ...reportCaveats(report).map((caveat) => `<p class="note">${escapeHtml(caveat)}</p>`),
  ];
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>farebox: ${escapeHtml(title)}</title><style>${STYLE}</style></head>
<body>
${parts.filter((part) => part !== '').join('\n')}
</body></html>
`;
}

export function escapeHtml(text: string): string {
  const entities: Readonly<Record<string, string>> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
    "'": '&#39;',
  };
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? character);
}

const CHART = { width: 800, height: 180, base: 160 };

function dayChart(daily: readonly SpendDay[]): string {
  const top = Math.max(...daily.map(({ cost }) => cost), 1);
  const step = CHART.width / daily.length;
  const bars = daily.map(({ day, cost, calls }, i) => {
    const height = (cost / top) * (CHART.base - 20);
    const title = `${day}: ${formatUsd(cost)}, ${count(calls)} calls`;
    return `<rect class="bar" x="${(i * step).toFixed(2)}" y="${(CHART.base - height).toFixed(2)}" width="${Math.max(0.5, step * 0.85).toFixed(2)}" height="${height.toFixed(2)}"><title>${escapeHtml(title)}</title></rect>`;
  });
  const [first, last] = [daily[0]?.day ?? '', daily.at(-1)?.day ?? ''];
  const labels = [
    `<text x="0" y="12">${escapeHtml(formatUsd(top as ReportLine['cost']))}</text>`,
    `<text x="0" y="${CHART.height - 4}">${escapeHtml(first)}</text>`,
    `<text x="${CHART.width}" y="${CHART.height - 4}" text-anchor="end">${escapeHtml(last)}</text>`,
  ];
  return `<svg viewBox="0 0 ${CHART.width} ${CHART.height}" role="img" aria-label="Cost by day">${bars.join('')}${labels.join('')}</svg>`;
}

const ROW = 24;
const MOST_BARS = 20;

function groupChart(groups: readonly ReportLine[]): string {
  const shown = groups.slice(0, MOST_BARS);
  const top = Math.max(...shown.map(({ cost }) => cost), 1);
  const rows = shown.map(({ group, cost }, i) => {
    const width = (cost / top) * 480;
    const y = i * ROW;
    return `<text x="0" y="${y + 15}">${escapeHtml((group ?? '(none)').slice(0, 34))}</text><rect class="bar" x="220" y="${y + 4}" width="${width.toFixed(2)}" height="14"/><text x="${(226 + width).toFixed(2)}" y="${y + 15}">${escapeHtml(formatUsd(cost))}</text>`;
  });
  return `<svg viewBox="0 0 ${CHART.width} ${shown.length * ROW}" role="img" aria-label="Cost by group">${rows.join('')}</svg>`;
}

function groupTable({ groupBy, groups, totals }: Report): string {
  const head = [groupBy, 'calls', 'attempts', 'failed', 'cached', 'input', 'output', 'cost (USD)', 'baseline', 'saved'];
  const row = (line: ReportLine, name: string, kind = '') => {
    const figures = [
      line.calls,
      line.attempts,
      line.failedAttempts,
      line.cacheHits,
      line.inputTokens,
      line.outputTokens,
    ];
    const money = [line.cost, line.baselineCost, line.saved].map((amount) => toUsd(amount).toString());
    const unknown = line.unknownCostAttempts > 0 ? ` + ${count(line.unknownCostAttempts)} unknown` : '';
    const cells = [escapeHtml(name), ...figures.map(count), `${money[0]}${unknown}`, ...money.slice(1)];
    return `<tr${kind}>${cells.map((cell) => `<td>${cell}</td>`).join('')}</tr>`;
  };
  const rows = groups.map((line) => row(line, line.group ?? '(none)'));
  return `<table><thead><tr>${head.map((cell) => `<th>${escapeHtml(cell)}</th>`).join('')}</tr></thead><tbody>${rows.join('')}${row(totals, 'total', ' class="total"')}</tbody></table>`;
}

function trendText({ trend }: Report): string {
  if (!trend) return '';
  const { expected, low, high } = trend.next30Days;
  return `<p>${escapeHtml(`${formatUsd(trend.perDay)} a day over ${trend.days} days. By its trend the next 30 days cost ${formatUsd(expected)}, with 95% between ${formatUsd(low)} and ${formatUsd(high)}.`)}</p>`;
}

function budgetTable({ budgets, simulated }: Report): string {
  if (budgets.length === 0 || simulated) return '';
  const rows = budgets.map(({ budget, spent, left, level }) => {
    const used = budget.limit > 0 ? percent(spent / budget.limit) : '';
    const cells = [budget.id, formatUsd(budget.limit), formatUsd(spent), formatUsd(left), used, level];
    return `<tr>${cells.map((cell) => `<td>${escapeHtml(cell)}</td>`).join('')}</tr>`;
  });
  return `<h2>Budgets</h2><table><thead><tr><th>budget</th><th>limit</th><th>spent</th><th>left</th><th>used</th><th>level</th></tr></thead><tbody>${rows.join('')}</tbody></table>`;
}
