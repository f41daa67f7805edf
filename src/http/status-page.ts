import type { OpenAlert } from '../domain/alert.ts';
import type { BudgetStatus } from '../domain/budget.ts';
import { formatUsd } from '../domain/money.ts';
import { isoTime } from '../lib/clock.ts';
import { connectSnippets } from './connect-snippets.ts';
import { escapeHtml } from './escape-html.ts';
import type { Status } from './read-status.ts';

export interface StatusPageFacts {
  readonly version: string;
  /** The origin under which the reader sees us, e.g. `http://127.0.0.1:4141`. */
  readonly origin: string;
  readonly status: Status;
}

const STYLE = `:root{color-scheme:light dark}body{font:16px/1.5 system-ui,sans-serif;max-width:46rem;margin:2.5rem auto;padding:0 1rem}
h1{font-size:1.6rem;margin:0}h2{font-size:1.1rem;margin:2rem 0 .5rem}p{margin:.4rem 0}table{border-collapse:collapse;width:100%}
th,td{text-align:left;padding:.25rem .75rem .25rem 0;border-bottom:1px solid #8884}td.n,th.n{text-align:right}
pre{background:#8881;padding:.6rem .8rem;border-radius:.4rem;overflow-x:auto;margin:.3rem 0 .9rem}.note{border-left:4px solid #d90;padding:.2rem .8rem;background:#d901}`;

/** The page at `/`: what runs here, what it cost, how to connect. One file, no scripts, nothing from elsewhere. */
export function statusPage({ version, origin, status }: StatusPageFacts): string {
  const snippets = connectSnippets(origin)
    .map(({ client, text }) => `<p>${escapeHtml(client)}</p><pre><code>${escapeHtml(text)}</code></pre>`)
    .join('\n');
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>farebox</title><style>${STYLE}</style></head><body>
<h1>farebox ${escapeHtml(version)}</h1>
<p>Routes completions to the cheapest adequate model, pays from budgets, writes a ledger.</p>
${statusSections(status)}
<h2>Connect</h2>
${snippets}
<p><a href="/healthz">/healthz</a> <a href="/readyz">/readyz</a></p>
</body></html>
`;
}

function statusSections(status: Status): string {
  if (status.state === 'broken') {
    return `<p class="note"><strong>Not ready.</strong> ${escapeHtml(status.reason)}</p>`;
  }
  const { mode, profile, models, unhealthy, month, notices, alerts } = status;
  const sandbox =
    mode === 'sandbox'
      ? '<p class="note"><strong>Sandbox.</strong> No provider is configured, so answers are simulated and no money is spent. Set a key such as OPENROUTER_API_KEY and start again for real ones.</p>'
      : '';
  const left = unhealthy > 0 ? `, ${unhealthy} left out for now because they failed` : '';
  return `${sandbox}${notices.map((notice) => `<p class="note">${escapeHtml(notice)}</p>`).join('')}
<p>Mode: ${mode}. Profile: ${escapeHtml(profile)}. Models: ${models}${left}.</p>
${alertList(alerts)}
<h2>This month${month.simulated ? ' (simulated)' : ''}</h2>
<p>${month.totals.calls} calls, spent ${formatUsd(month.totals.cost)}, saved ${formatUsd(month.savings.saved)} against ${escapeHtml(month.savings.baselineModel)}.${
    month.totals.unknownCostAttempts > 0
      ? ` ${month.totals.unknownCostAttempts} attempts of unknown cost are not in this.`
      : ''
  }</p>
${budgetTable(month.budgets)}`;
}

function alertList(alerts: readonly OpenAlert[]): string {
  if (alerts.length === 0) return '';
  const items = alerts.map(
    ({ level, message, raisedAt }) =>
      `<p class="note"><strong>${level}</strong> ${escapeHtml(message)} <small>since ${isoTime(raisedAt)}</small></p>`,
  );
  return `<h2>Alerts</h2>\n${items.join('\n')}`;
}

function budgetTable(budgets: readonly BudgetStatus[]): string {
  if (budgets.length === 0) return '<p>No budget is set.</p>';
  const rows = budgets.map(
    ({ budget, spent, held, left, level }) =>
      `<tr><td>${escapeHtml(budget.id)}</td>${[budget.limit, spent, held, left].map((amount) => `<td class="n">${formatUsd(amount)}</td>`).join('')}<td>${level}</td></tr>`,
  );
  return `<table><tr><th>Budget</th><th class="n">limit</th><th class="n">spent</th><th class="n">held</th><th class="n">left</th><th>level</th></tr>${rows.join('')}</table>`;
}
