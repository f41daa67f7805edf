import type { Budget, BudgetAttributes, BudgetLevel, BudgetRefusal, BudgetStatus } from '../domain/budget.ts';
import { type NanoUsd, nano } from '../domain/money.ts';
import { isoTime } from '../lib/clock.ts';
import type { SqliteConnection } from '../storage/database.ts';
import { budgetApplies, distinctBudgets, knownBeforeRouting, levelOf, severityOf } from './budget-rules.ts';
import { projectSpend, type WindowSpan, windowAt } from './budget-window.ts';
import { createBudgetWindows, type WindowRow } from './budget-windows.ts';
import type { Hold } from './in-flight.ts';
import type { BudgetCrossing } from './ledger.ts';

/** Decides on holds and charges. `hold`, `charge` and `release` must run inside an immediate transaction. */
export interface BudgetBook {
  /** Holds an amount in every budget that applies, or in none: then the tightest of those that refuse is returned. */
  hold(request: HoldRequest, attributes: BudgetAttributes): HoldResult;
  /** Releases holds and charges the windows in which they were. Returns the thresholds that this crossed. */
  charge(holds: readonly Hold[], simulated: boolean, amount: NanoUsd): readonly BudgetCrossing[];
  release(holds: readonly Hold[], simulated: boolean): void;
  statuses(simulated: boolean, now: number): readonly BudgetStatus[];
  state(
    attributes: Omit<BudgetAttributes, 'provider' | 'model'>,
    simulated: boolean,
    now: number,
  ): { readonly left: NanoUsd | null; readonly level: BudgetLevel };
}

export interface HoldRequest {
  readonly amount: NanoUsd;
  /** Epoch ms; decides the window. */
  readonly callStartedAt: number;
  readonly simulated: boolean;
}

export type HoldResult = { readonly refusal: BudgetRefusal } | { readonly holds: readonly Hold[] };

/** A budget with a window of it as it stands in the database. */
interface Account {
  readonly budget: Budget;
  readonly span: WindowSpan;
  readonly row: WindowRow;
}

export function createBudgetBook(sqlite: SqliteConnection, configured: readonly Budget[]): BudgetBook {
  const budgets = distinctBudgets(configured);
  const beforeRouting = budgets.filter(knownBeforeRouting);
  const byId = new Map(budgets.map((budget) => [budget.id, budget]));
  const windows = createBudgetWindows(sqlite);

  function accountsAt(of: readonly Budget[], simulated: boolean, now: number): readonly Account[] {
    return of.map((budget) => {
      const span = windowAt(budget.window, now);
      return { budget, span, row: windows.row(budget, simulated, span) };
    });
  }

  return {
    hold({ amount, callStartedAt, simulated }, attributes) {
      const applying = budgets.filter((budget) => budgetApplies(budget, attributes));
      const accounts = accountsAt(applying, simulated, callStartedAt);
      const refusal = tightestRefusal(accounts, amount);
      if (refusal) return { refusal };
      const holds = accounts.map(({ budget, span }) => ({ budgetId: budget.id, windowStart: span.start, amount }));
      if (amount > 0) for (const hold of holds) windows.raiseHeld(hold, simulated);
      return { holds };
    },

    charge(holds, simulated, amount) {
      const crossings: BudgetCrossing[] = [];
      for (const hold of holds) {
        const { spent, told } = windows.charge(hold, simulated, amount);
        // A budget that a reload has removed is still charged, but has no thresholds any more.
        const budget = byId.get(hold.budgetId);
        const level = budget ? levelOf(budget, spent) : 'normal';
        if (!budget || level === 'normal' || severityOf(level) <= told) continue;
        windows.tell(hold, simulated, severityOf(level));
        crossings.push({ budgetId: budget.id, level, spent: nano(spent), limit: budget.limit });
      }
      return crossings;
    },

    release(holds, simulated) {
      for (const hold of holds) windows.release(hold, simulated);
    },

    statuses: (simulated, now) => accountsAt(budgets, simulated, now).map(statusOf),

    state(attributes, simulated, now) {
      const known = { ...attributes, provider: '', model: '' };
      const applying = beforeRouting.filter((budget) => budgetApplies(budget, known));
      let left: NanoUsd | null = null;
      let level: BudgetLevel = 'normal';
      for (const account of accountsAt(applying, simulated, now)) {
        const own = { left: leftIn(account), level: levelOf(account.budget, account.row.spent) };
        if (left === null || own.left < left) left = own.left;
        if (severityOf(own.level) > severityOf(level)) level = own.level;
      }
      return { left, level };
    },
  };
}

function leftIn({ budget, row }: Account): NanoUsd {
  return nano(Math.max(0, budget.limit - row.spent - row.held));
}

/** What costs nothing is never refused: free models go on when a budget is exhausted. */
function tightestRefusal(accounts: readonly Account[], needed: NanoUsd): BudgetRefusal | null {
  let tightest: Account | undefined;
  for (const account of accounts) {
    const { budget, row } = account;
    const refuses = needed > 0 && row.spent + row.held + needed > budget.limit;
    if (refuses && (!tightest || leftIn(account) < leftIn(tightest))) tightest = account;
  }
  if (!tightest) return null;
  const { id, limit } = tightest.budget;
  return { budgetId: id, limit, left: leftIn(tightest), needed, resetsAt: isoOrNull(tightest.span.end) };
}

function statusOf(account: Account): BudgetStatus {
  const { budget, span, row } = account;
  const spent = nano(row.spent);
  return {
    budget,
    spent,
    held: nano(row.held),
    left: leftIn(account),
    level: levelOf(budget, spent),
    projected: projectSpend(spent, span),
    windowStart: span.end === null ? null : isoTime(span.start),
    resetsAt: isoOrNull(span.end),
  };
}

function isoOrNull(epochMs: number | null): string | null {
  return epochMs === null ? null : isoTime(epochMs);
}
