import type { BudgetStatus } from '../domain/budget.ts';
import { bar, minute, money, percent } from './format.ts';
import { plainLine } from './plain-text.ts';
import type { Printer } from './printer.ts';
import { renderTable } from './table.ts';

const BAR_CELLS = 10;

/** One line per budget: limit, spent, held, left, how full it is, where it is heading, when it begins anew (UTC). */
export function renderBudgets(statuses: readonly BudgetStatus[], printer: Printer): string {
  return renderTable(
    [
      { head: 'budget', flexible: true },
      { head: 'limit', align: 'right' },
      { head: 'spent', align: 'right' },
      { head: 'held', align: 'right' },
      { head: 'left', align: 'right' },
      { head: 'used' },
      { head: 'projected', align: 'right' },
      { head: 'resets (UTC)' },
    ],
    statuses.map((status) => row(status, printer)),
    printer,
  );
}

function row(status: BudgetStatus, printer: Printer): readonly string[] {
  const { budget, spent, held, left, projected, resetsAt } = status;
  const used = budget.limit > 0 ? (spent + held) / budget.limit : 1;
  return [
    plainLine(budget.id),
    money(budget.limit),
    money(spent),
    money(held),
    money(left),
    `${paint(status, printer, bar(used, BAR_CELLS))} ${percent(used).padStart(4)}`,
    projected === null ? '' : money(projected),
    resetsAt === null ? 'never' : minute(resetsAt),
  ];
}

function paint({ level }: BudgetStatus, { colours }: Printer, text: string): string {
  switch (level) {
    case 'normal':
      return colours.green(text);
    case 'warning':
      return colours.yellow(text);
    case 'critical':
    case 'exhausted':
      return colours.red(text);
  }
}

/** A sentence for each budget that needs attention. */
export function budgetTroubles(statuses: readonly BudgetStatus[]): readonly string[] {
  return statuses.flatMap(({ budget, level, projected, resetsAt }) => {
    const until = resetsAt === null ? '' : ` until ${minute(resetsAt)} UTC`;
    if (level === 'exhausted' && budget.enforcement === 'soft') {
      return [`${budget.id} is used up; it is soft, so calls go on, to the cheapest model${until}.`];
    }
    if (level === 'exhausted') return [`${budget.id} is used up: calls that it applies to are refused${until}.`];
    if (level !== 'normal') return [`${budget.id} has passed its ${level} threshold.`];
    if (projected !== null && projected > budget.limit) {
      return [
        `${budget.id} is heading for ${money(projected)} at this pace, beyond its limit of ${money(budget.limit)}.`,
      ];
    }
    return [];
  });
}
