import type { Alert } from '../domain/alert.ts';
import type { Budget, BudgetStatus } from '../domain/budget.ts';
import { formatUsd } from '../domain/money.ts';
import type { BudgetCrossing } from './ledger.ts';

/** What the present state of the budgets gives cause for: one alert for each that has passed a threshold. Pure. */
export function budgetAlerts(statuses: readonly BudgetStatus[]): readonly Alert[] {
  return statuses.flatMap((status) => {
    const { budget, level, spent } = status;
    // A budget of nothing is a wish (spend nothing), not something that was used up.
    if (level === 'normal' || budget.limit === 0) return [];
    const until = status.resetsAt === null ? '' : `; it resets at ${status.resetsAt}`;
    const figures = `${formatUsd(spent)} of ${formatUsd(budget.limit)}${until}`;
    const message =
      level === 'exhausted'
        ? `Budget ${budget.id} is used up: ${figures}.`
        : `Budget ${budget.id} has passed its ${level} threshold: ${figures}.`;
    const period = status.windowStart === null ? 0 : Date.parse(status.windowStart);
    return [{ kind: 'budget', subject: budget.id, period, level, message }];
  });
}

/**
 * What is to be told of budgets whose window is one run or session. They do not stand: the next run begins anew, and the
 * ledger itself sees to it that each threshold is crossed once. Pure.
 */
export function passingAlerts(crossings: readonly BudgetCrossing[], budgets: readonly Budget[]): readonly Alert[] {
  return crossings.flatMap(({ budgetId, level, spent, limit }) => {
    const window = budgets.find(({ id }) => id === budgetId)?.window;
    if (window !== 'run' && window !== 'session') return [];
    const state = level === 'exhausted' ? 'used up' : `past its ${level} threshold`;
    const message = `Budget ${budgetId} is ${state} in one ${window}: ${formatUsd(spent)} of ${formatUsd(limit)}.`;
    return [{ kind: 'budget', subject: budgetId, period: 0, level, message }];
  });
}
