import type { Alert, OpenAlert } from '../../domain/alert.ts';
import type { Budget, BudgetStatus } from '../../domain/budget.ts';
import { nano } from '../../domain/money.ts';
import { budgetApplies, chainOf, distinctBudgets } from '../../spend/budget-rules.ts';
import type { SpendSamples } from '../../spend/spend-samples.ts';
import { decideThrottle, type SpendPace, type ThrottleRule, type ThrottleState } from '../../spend/spend-throttle.ts';
import { budgetAttributes, type Call } from '../call.ts';

/** How long a call waits before it is sent, and the budget that makes it wait. */
export interface SlowDown {
  readonly delayMs: number;
  readonly reason: string;
}

/**
 * Slows calls down whose budget is being spent far too fast. What it decides from (the spending of all processes, and
 * which throttles are on) stands in the ledger, so that processes agree; what a call asks is in memory.
 */
export interface SpendGate {
  /** Decides anew. Returns an alert for each budget that is throttled now. */
  look(statuses: readonly BudgetStatus[], open: readonly OpenAlert[], now: number): readonly Alert[];
  /** null: a call with this plan need not wait. */
  delayOf(call: Pick<Call, 'request' | 'plan'>): SlowDown | null;
}

export interface SpendGateDeps {
  readonly budgets: readonly Budget[];
  readonly samples: SpendSamples;
  /** null: switched off. */
  readonly rule: ThrottleRule | null;
}

interface Throttled extends SlowDown {
  readonly budget: Budget;
}

/** The pace of a window is that of its last twelfth, at most an hour. */
const WINDOW_PARTS = 12;
const LONGEST_RECENT_MS = 3_600_000;
/** What was spent in less than this is a burst, and no pace. */
const LEAST_SEEN_MS = 60_000;

export function createSpendGate({ budgets, samples, rule }: SpendGateDeps): SpendGate {
  const byId = new Map(distinctBudgets(budgets).map((budget) => [budget.id, budget]));
  let throttled: readonly Throttled[] = [];

  function paceOf({ budget, spent, windowStart, resetsAt }: BudgetStatus, now: number): SpendPace | null {
    if (windowStart === null || resetsAt === null || budget.limit === 0) return null;
    const [start, end] = [Date.parse(windowStart), Date.parse(resetsAt)];
    const since = now - Math.min(LONGEST_RECENT_MS, (end - start) / WINDOW_PARTS);
    // A window that has only just begun began with nothing.
    const isNew = start >= since;
    const sample = isNew ? { takenAt: start, spent: 0 } : samples.oldest(budget.id, start, since);
    if (!sample || now - sample.takenAt < (isNew ? 1 : LEAST_SEEN_MS)) return null;
    return {
      limit: budget.limit,
      spent,
      now,
      windowStart: start,
      windowEnd: end,
      recent: nano(Math.max(0, spent - sample.spent)),
      // Whoever spends takes samples, so in that time nothing was spent before the first of them.
      recentMs: now - Math.max(start, since),
    };
  }

  return {
    look(statuses, open, now) {
      if (!rule) return [];
      const stateOf = (id: string): ThrottleState => {
        const alert = open.find(({ kind, subject }) => kind === 'throttle' && subject === id);
        return alert ? { state: 'throttled', since: alert.raisedAt, reason: alert.message } : { state: 'open' };
      };
      throttled = statuses.flatMap((status) => {
        const pace = paceOf(status, now);
        if (!pace) return [];
        const { next, delayMs } = decideThrottle(pace, stateOf(status.budget.id), rule);
        if (next.state === 'open') return [];
        const prefix = `Budget ${status.budget.id}: `;
        const reason = next.reason.startsWith(prefix) ? next.reason : prefix + next.reason;
        return [{ budget: status.budget, delayMs, reason }];
      });
      samples.take(
        statuses.flatMap(({ budget, spent, windowStart, resetsAt }) =>
          windowStart === null || resetsAt === null
            ? []
            : [{ budgetId: budget.id, windowStart: Date.parse(windowStart), spent }],
        ),
        now,
      );
      return throttled.map(({ budget, reason }) => ({
        kind: 'throttle',
        subject: budget.id,
        period: 0,
        level: 'warning',
        message: reason,
      }));
    },

    delayOf(call) {
      const first = call.plan.candidates[0];
      // What costs nothing does not spend too fast.
      if (throttled.length === 0 || !first || first.worstCost === 0) return null;
      const attributes = budgetAttributes(call, first.deployment);
      const slow = throttled
        .filter(({ budget }) => chainOf(budget, byId).every((each) => budgetApplies(each, attributes)))
        .sort((a, b) => b.delayMs - a.delayMs)[0];
      return slow && slow.delayMs > 0 ? slow : null;
    },
  };
}
