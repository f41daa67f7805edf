import type { Budget, BudgetAttributes, BudgetLevel, BudgetScopeKind } from '../domain/budget.ts';

/** Whether a budget pays for calls with these attributes. */
export function budgetApplies({ scope }: Budget, attributes: BudgetAttributes): boolean {
  switch (scope.kind) {
    case 'all':
      return true;
    case 'model':
      return scope.value === attributes.model || scope.value === `${attributes.provider}/${attributes.model}`;
    case 'tag':
      return scope.value !== null && attributes.tags.includes(scope.value);
    default:
      return scope.value !== null && scope.value === attributes[scope.kind];
  }
}

/** Whether it can be told before a model is chosen that a budget applies. */
export function knownBeforeRouting({ scope }: Budget): boolean {
  return scope.kind !== 'provider' && scope.kind !== 'model';
}

/** `budgetApplies` as a condition on `attempts a JOIN calls c`; its one parameter is the scope's value. */
export const SCOPE_CONDITIONS: Readonly<Record<BudgetScopeKind, string>> = {
  all: '(? IS NULL OR TRUE)',
  provider: 'a.provider = ?',
  model: "? IN (a.model, a.provider || '/' || a.model)",
  task: 'c.task = ?',
  role: 'c.role = ?',
  project: 'c.project = ?',
  client: 'c.client = ?',
  key: 'c.key = ?',
  run: 'c.run_id = ?',
  tag: "? IN (SELECT value FROM json_each(coalesce(c.tags, '[]')))",
};

/** Levels by rising severity; their index is what the database keeps as `told`. */
export const LEVELS: readonly BudgetLevel[] = ['normal', 'warning', 'critical', 'exhausted'];

/** How near what was spent has come to the limit. Holds do not count: they come and go. */
export function levelOf({ limit, thresholds }: Budget, spent: number): BudgetLevel {
  if (spent >= limit) return 'exhausted';
  // Rounded to the nano-dollar, since 0.8 × 50 in floats may lie a hair above 40.
  if (spent >= Math.round(limit * thresholds.critical)) return 'critical';
  if (spent >= Math.round(limit * thresholds.warning)) return 'warning';
  return 'normal';
}

export function severityOf(level: BudgetLevel): number {
  return LEVELS.indexOf(level);
}

/**
 * The budgets by id. Where two have the same id, and so pay for the same calls in the same window, the smaller limit
 * governs, since it is always reached first.
 */
export function distinctBudgets(budgets: readonly Budget[]): readonly Budget[] {
  const byId = new Map<string, Budget>();
  for (const budget of budgets) {
    const other = byId.get(budget.id);
    if (!other || budget.limit < other.limit) byId.set(budget.id, budget);
  }
  return [...byId.values()];
}
