import type { Budget, BudgetAttributes, BudgetLevel, BudgetRefusal, BudgetStatus } from '../domain/budget.ts';
import { type NanoUsd, nano } from '../domain/money.ts';
import { isoTime } from '../lib/clock.ts';
import type { SqliteConnection } from '../storage/database.ts';
import { type BudgetAccount, type BudgetWindowAt, openAccounts, type WindowFacts } from './budget-accounts.ts';
import { levelOf, severityOf } from './budget-rules.ts';
import { projectSpend } from './budget-window.ts';
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
  /** Forgets the windows of a call that has ended. */
  endCall(seq: number, simulated: boolean): void;
  statuses(simulated: boolean, facts: WindowFacts): readonly BudgetStatus[];
  state(
    attributes: Omit<BudgetAttributes, 'provider' | 'model'>,
    simulated: boolean,
    facts: WindowFacts,
  ): { readonly left: NanoUsd | null; readonly level: BudgetLevel };
  /** Some budget has windows by session, so that calls need the name of theirs. */
  readonly bySession: boolean;
}

export interface HoldRequest extends WindowFacts {
  readonly amount: NanoUsd;
  readonly simulated: boolean;
}

export type HoldResult = { readonly refusal: BudgetRefusal } | { readonly holds: readonly Hold[] };

/** A budget with a window of it as it stands in the database. */
interface Position {
  readonly account: BudgetAccount;
  readonly window: BudgetWindowAt;
  readonly row: WindowRow;
}

const UNTOUCHED: WindowRow = { spent: 0, held: 0 };

export function createBudgetBook(sqlite: SqliteConnection, configured: readonly Budget[]): BudgetBook {
  const accounts = openAccounts(configured);
  const beforeRouting = accounts.filter((account) => account.beforeRouting);
  const byCall = accounts.filter(({ budget }) => budget.window === 'call');
  const byId = new Map(accounts.map(({ budget }) => [budget.id, budget]));
  const windows = createBudgetWindows(sqlite);

  function positionsAt(of: readonly BudgetAccount[], simulated: boolean, facts: WindowFacts): readonly Position[] {
    const positions: Position[] = [];
    for (const account of of) {
      const window = account.windowAt(facts);
      if (window) positions.push({ account, window, row: windows.row(account, simulated, window) });
    }
    return positions;
  }

  /** Holds an amount above 0 in all windows if it fits into all of them and they are open; else in none. */
  function holdAtOnce(of: readonly BudgetAccount[], request: HoldRequest): readonly Hold[] | null {
    const { amount, simulated } = request;
    const holds: Hold[] = [];
    for (const { budget, hard, windowAt } of of) {
      const window = windowAt(request);
      if (!window) continue;
      const hold = { budgetId: budget.id, windowKey: window.key, amount };
      if (windows.raiseWithin(hold, simulated, hard ? budget.limit : Number.MAX_SAFE_INTEGER)) holds.push(hold);
      else {
        for (const held of holds) windows.release(held, simulated);
        return null;
      }
    }
    return holds;
  }

  return {
    bySession: accounts.some(({ budget }) => budget.window === 'session'),

    hold(request, attributes) {
      const { amount, simulated } = request;
      const applying = accounts.filter((account) => account.applies(attributes));
      // Nearly always it fits; who refuses, and how much is left, is looked at only where it does not.
      const held = amount > 0 ? holdAtOnce(applying, request) : null;
      if (held) return { holds: held };
      const positions = positionsAt(applying, simulated, request);
      const refusal = tightestRefusal(positions, amount);
      if (refusal) return { refusal };
      const holds = positions.map(({ account, window }) => ({
        budgetId: account.budget.id,
        windowKey: window.key,
        amount,
      }));
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

    endCall(seq, simulated) {
      for (const { budget } of byCall) windows.drop(budget.id, simulated, seq);
    },

    statuses: (simulated, facts) =>
      accounts.map((account) => {
        const window = account.windowAt(facts);
        // The limit holds for each call or run: what is told is how a new one finds it.
        const row = window ? windows.row(account, simulated, window) : UNTOUCHED;
        return statusOf({ account, window: window ?? { key: 0, span: null }, row }, facts.startedAt);
      }),

    state(attributes, simulated, facts) {
      const known = { ...attributes, provider: '', model: '' };
      const applying = beforeRouting.filter((account) => account.applies(known));
      let left: NanoUsd | null = null;
      let level: BudgetLevel = 'normal';
      const see = (account: BudgetAccount, row: WindowRow) => {
        const full = levelOf(account.budget, row.spent);
        // One that is soft makes routing as cheap as it gets, but never stops what costs money.
        const own = {
          left: leftIn(account.budget, row),
          level: full === 'exhausted' && !account.hard ? 'critical' : full,
        };
        if (account.hard && (left === null || own.left < left)) left = own.left;
        if (severityOf(own.level) > severityOf(level)) level = own.level;
      };
      for (const { account, row } of positionsAt(applying, simulated, facts)) see(account, row);
      // The call that is thought of has spent nothing yet.
      if (facts.seq === null) {
        for (const account of applying) if (account.budget.window === 'call') see(account, UNTOUCHED);
      }
      return { left, level };
    },
  };
}

function leftIn({ limit }: Budget, row: WindowRow): NanoUsd {
  return nano(Math.max(0, limit - row.spent - row.held));
}

/** What costs nothing is never refused: free models go on when a budget is exhausted. */
function tightestRefusal(positions: readonly Position[], needed: NanoUsd): BudgetRefusal | null {
  let tightest: Position | undefined;
  const left = ({ account, row }: Position) => leftIn(account.budget, row);
  for (const position of positions) {
    const { account, row } = position;
    const refuses = account.hard && needed > 0 && row.spent + row.held + needed > account.budget.limit;
    if (refuses && (!tightest || left(position) < left(tightest))) tightest = position;
  }
  if (!tightest) return null;
  const { id, limit } = tightest.account.budget;
  return {
    budgetId: id,
    limit,
    left: left(tightest),
    needed,
    resetsAt: isoOrNull(tightest.window.span?.end ?? null),
    ...(needed > limit && { neverFits: true }),
  };
}

function statusOf({ account, window, row }: Position, now: number): BudgetStatus {
  const { budget } = account;
  const { span } = window;
  const spent = nano(row.spent);
  return {
    budget,
    spent,
    held: nano(row.held),
    left: leftIn(budget, row),
    level: levelOf(budget, spent),
    projected: span && projectSpend(spent, span, now),
    windowStart: !span || span.end === null ? null : isoTime(span.start),
    resetsAt: isoOrNull(span?.end ?? null),
  };
}

function isoOrNull(epochMs: number | null): string | null {
  return epochMs === null ? null : isoTime(epochMs);
}
