import type { Budget, BudgetAttributes } from '../domain/budget.ts';
import { budgetApplies, chainOf, distinctBudgets, knownBeforeRouting } from './budget-rules.ts';
import { createWindows, type WindowSpan } from './budget-window.ts';

/** What decides, beside the attributes, in which window of a budget a call stands. */
export interface WindowFacts {
  /** Of the call; epoch ms. */
  readonly startedAt: number;
  /** Number of the call; null for one that is only thought of. */
  readonly seq: number | null;
  /** Names of its run and session; null where it has none. */
  readonly run: number | null;
  readonly session: number | null;
}

/** A window of a budget. `span`: null where it is not one of the calendar. */
export interface BudgetWindowAt {
  readonly key: number;
  readonly span: WindowSpan | null;
}

/** A budget, ready to be asked. */
export interface BudgetAccount {
  readonly budget: Budget;
  /** The budget and those of which it is a part. */
  readonly chain: readonly Budget[];
  /** Whether a call can be told to be paid from it before a model is chosen. */
  readonly beforeRouting: boolean;
  readonly hard: boolean;
  applies(attributes: BudgetAttributes): boolean;
  /** null: the call has no such window (no run, no session), so the budget does not limit it. */
  windowAt(facts: WindowFacts): BudgetWindowAt | null;
}

export function openAccounts(configured: readonly Budget[]): readonly BudgetAccount[] {
  const budgets = distinctBudgets(configured);
  const byId = new Map(budgets.map((budget) => [budget.id, budget]));
  return budgets.map((budget) => {
    const chain = chainOf(budget, byId);
    return {
      budget,
      chain,
      beforeRouting: chain.every(knownBeforeRouting),
      hard: budget.enforcement !== 'soft',
      applies: (attributes) => chain.every((each) => budgetApplies(each, attributes)),
      windowAt: windowsOf(budget),
    };
  });
}

function windowsOf({ window, timeZone }: Budget): BudgetAccount['windowAt'] {
  const keyed = (key: number | null) => (key === null ? null : { key, span: null });
  switch (window) {
    case 'call':
      return ({ seq }) => keyed(seq);
    case 'run':
      return ({ run }) => keyed(run);
    case 'session':
      return ({ session }) => keyed(session);
    default: {
      const spanAt = createWindows(window, timeZone);
      return ({ startedAt }) => {
        const span = spanAt(startedAt);
        return { key: span.start, span };
      };
    }
  }
}
