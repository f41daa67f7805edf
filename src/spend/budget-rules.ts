import type { Budget, BudgetAttributes, BudgetLevel, BudgetScopeKind } from '../domain/budget.ts';

/** Whether a budget's own scope takes in calls with these attributes; what its parents say comes on top. */
export function budgetApplies({ scope }: Budget, attributes: BudgetAttributes): boolean {
  switch (scope.kind) {
    case 'all':
      return true;
    case 'model':
      return scope.value === attributes.model || scope.value === `${attributes.provider}/${attributes.model}`;
    case 'tag':
      return scope.value !== null && attributes.tags.includes(scope.value);
    case 'swarm':
      // A swarm is itself a run: what it calls in its own name counts as well.
      return scope.value !== null && (scope.value === attributes.swarm || scope.value === attributes.run);
    default:
      return scope.value !== null && scope.value === attributes[scope.kind];
  }
}

/** A budget and those of which it is a part, the innermost first. A parent that is missing is none. */
export function chainOf(budget: Budget, byId: ReadonlyMap<string, Budget>): readonly Budget[] {
  const chain: Budget[] = [];
  for (let next: Budget | undefined = budget; next && !chain.includes(next); ) {
    chain.push(next);
    next = next.parent === undefined ? undefined : byId.get(next.parent);
  }
  return chain;
}

/** Whether it can be told before a model is chosen that a budget applies. */
export function knownBeforeRouting({ scope }: Budget): boolean {
  return scope.kind !== 'provider' && scope.kind !== 'model';
}

const RUN_ID = '(SELECT id FROM names WHERE name = ?)';
export const RUN_TREE = `WITH RECURSIVE tree (run) AS (
  SELECT id FROM names WHERE name = ? UNION SELECT p.run FROM run_parents p JOIN tree ON p.parent = tree.run
) SELECT run FROM tree`;

/** `budgetApplies` as a condition on calls b, contexts x and routes r; its one parameter is the scope's value. */
export const SCOPE_CONDITIONS: Readonly<Record<BudgetScopeKind, string>> = {
  all: '(? IS NULL OR TRUE)',
  provider: 'r.provider = ?',
  model: "? IN (r.model, r.provider || '/' || r.model)",
  task: 'x.task = ?',
  role: 'x.role = ?',
  project: 'x.project = ?',
  client: 'x.client = ?',
  key: 'x.key = ?',
  run: `b.run = ${RUN_ID}`,
  swarm: `b.run IN (${RUN_TREE})`,
  tag: "? IN (SELECT value FROM json_each(coalesce(x.tags, '[]')))",
};

/** `budgetApplies` as a condition on report_groups g; null where roll-ups cannot tell. */
export function groupCondition(kind: BudgetScopeKind): string | null {
  switch (kind) {
    case 'all':
      return '(? IS NULL OR TRUE)';
    case 'model':
      return "? IN (g.model, g.provider || '/' || g.model)";
    case 'tag':
      return "? IN (SELECT value FROM json_each(coalesce(g.tags, '[]')))";
    case 'run':
    case 'swarm':
      return null;
    default:
      return `g.${kind} = ?`;
  }
}

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
