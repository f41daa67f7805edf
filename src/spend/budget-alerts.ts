import type { BudgetStatus } from '../domain/budget.ts';
import { formatUsd } from '../domain/money.ts';
import type { Alert, OpenAlert } from './alert-book.ts';

/** What the present state of the budgets gives cause for, and which of the alerts that stand have lost theirs. Pure. */
export function budgetAlerts(
  statuses: readonly BudgetStatus[],
  open: readonly OpenAlert[],
): { readonly raise: readonly Alert[]; readonly clear: readonly string[] } {
  const raise = statuses.flatMap((status) => {
    const { budget, level, spent } = status;
    if (level === 'normal') return [];
    const until = status.resetsAt === null ? '' : `; it resets at ${status.resetsAt}`;
    const message =
      level === 'exhausted'
        ? `Budget ${budget.id} is used up: ${formatUsd(spent)} of ${formatUsd(budget.limit)}${until}.`
        : `Budget ${budget.id} has passed its ${level} threshold: ${formatUsd(spent)} of ${formatUsd(budget.limit)}${until}.`;
    const period = status.windowStart === null ? 0 : Date.parse(status.windowStart);
    return [{ kind: 'budget', subject: budget.id, period, level, message }];
  });
  const still = new Set(raise.map(({ subject }) => subject));
  const clear = open
    .filter(({ kind, subject }) => kind === 'budget' && !still.has(subject))
    .map(({ subject }) => subject);
  return { raise, clear: [...new Set(clear)] };
}
