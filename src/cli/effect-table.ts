import { toUsd } from '../domain/money.ts';
import type { EffectLine } from '../spend/reports.ts';
import { count, money } from './format.ts';
import type { Printer } from './printer.ts';
import { type Column, renderTable } from './table.ts';

const COLUMNS: readonly Column[] = [
  { head: 'optimisation', flexible: true },
  { head: 'calls', align: 'right' },
  { head: 'tokens avoided', align: 'right' },
  { head: 'cost avoided', align: 'right' },
  { head: 'own cost', align: 'right' },
  { head: 'net', align: 'right' },
];

/** What is said below every table of effects. */
export const EFFECTS_METHOD =
  'Measured against the same calls without the optimisation, at the price of the deployment that served them: not to ' +
  'be added to what was saved against the baseline. A call for which several did something counts in each.';

/** What optimisations did, for a terminal. */
export function renderEffects(effects: readonly EffectLine[], printer: Printer): string {
  const rows = effects.map((line) => [
    line.optimisation,
    count(line.calls),
    count(line.tokensAvoided),
    // What nobody knows is neither nothing nor part of the sum.
    line.unknownCalls > 0 ? `${money(line.costAvoided)} + ?` : money(line.costAvoided),
    money(line.ownCost),
    money(line.net),
  ]);
  return renderTable(COLUMNS, rows, printer);
}

/** The same as comma-separated values with a head line, amounts as nano-dollar integers. */
export function effectsCsv(effects: readonly EffectLine[]): string {
  const head =
    'optimisation,calls,tokens_avoided,cost_avoided_nano_usd,unknown_cost_calls,own_cost_nano_usd,net_nano_usd';
  const lines = effects.map(({ optimisation, calls, tokensAvoided, costAvoided, unknownCalls, ownCost, net }) =>
    [optimisation, calls, tokensAvoided, costAvoided, unknownCalls, ownCost, net].join(','),
  );
  return `${[head, ...lines].join('\n')}\n`;
}

/** The same as a table of HTML; its words are farebox's own. */
export function effectsHtml(effects: readonly EffectLine[]): string {
  const heads = COLUMNS.map(({ head }) => `<th>${head}</th>`).join('');
  const rows = effects.map(({ optimisation, calls, tokensAvoided, costAvoided, unknownCalls, ownCost, net }) => {
    const unknown = unknownCalls > 0 ? ` + ${count(unknownCalls)} unknown` : '';
    const amounts = [`${toUsd(costAvoided)}${unknown}`, String(toUsd(ownCost)), String(toUsd(net))];
    const cells = [optimisation, count(calls), count(tokensAvoided), ...amounts];
    return `<tr>${cells.map((cell) => `<td>${cell}</td>`).join('')}</tr>`;
  });
  return `<table><thead><tr>${heads}</tr></thead><tbody>${rows.join('')}</tbody></table><p class="note">${EFFECTS_METHOD}</p>`;
}
