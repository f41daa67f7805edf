import type { Attribution } from './completion-request.ts';
import type { NanoUsd } from './money.ts';

export type BudgetScopeKind =
  | 'all'
  | 'provider'
  | 'model'
  | 'task'
  | 'role'
  | 'project'
  | 'client'
  | 'key'
  | 'run'
  | 'swarm'
  | 'tag';
/** Tag of what is paid only because a free quota is used up, and so the value of the scope of its budget. */
export const QUOTA_BUFFER = 'quota-buffer';
export const QUOTA_BUFFER_BUDGET = `${QUOTA_BUFFER}/month`;

/** Windows of the calendar; `total` has no end. */
export type CalendarWindow = 'hour' | 'day' | 'week' | 'month' | 'total';
/** `call`, `run`, `session`: the limit holds for each of them. A call without a run or session is not limited by it. */
export type BudgetWindow = CalendarWindow | 'call' | 'run' | 'session';

/** A limit on what may be spent by some calls in a window. */
export interface Budget {
  /** Stable name: `all/month`, `role:qa-lead/day`. */
  readonly id: string;
  readonly scope: { readonly kind: BudgetScopeKind; readonly value: string | null };
  readonly window: BudgetWindow;
  readonly limit: NanoUsd;
  /** Shares of the limit (0 to 1), rising, at which somebody is told. */
  readonly thresholds: { readonly warning: number; readonly critical: number };
  /** IANA name of the zone whose calendar divides time; UTC where absent. */
  readonly timeZone?: string;
  /** `hard` (the default) refuses what does not fit; `soft` lets it pass, and tells and steers as it fills. */
  readonly enforcement?: 'hard' | 'soft';
  /** Id of a budget of which this one is a part: it applies only to calls to which that one applies, too. */
  readonly parent?: string;
}

/** What budgets match on. */
export interface BudgetAttributes {
  readonly provider: string;
  readonly model: string;
  readonly task: string;
  readonly role: string | null;
  readonly project: string | null;
  readonly client: string | null;
  readonly key: string | null;
  readonly run: string | null;
  /** The swarm to which the run belongs. */
  readonly swarm?: string | null;
  /** What a client calls a session; where it names none, the process is one. */
  readonly session?: string | null;
  readonly tags: readonly string[];
}

/** What budgets match on, as far as who asks decides it. */
export function payerOf(attribution: Attribution): Omit<BudgetAttributes, 'provider' | 'model' | 'task'> {
  const { role, project, client, key, runId, swarmId, sessionId, tags } = attribution;
  return {
    role: role ?? null,
    project: project ?? null,
    client: client ?? null,
    key: key ?? null,
    run: runId ?? null,
    swarm: swarmId ?? null,
    session: sessionId ?? null,
    tags: tags ?? [],
  };
}

export type BudgetLevel = 'normal' | 'warning' | 'critical' | 'exhausted';

export interface BudgetStatus {
  readonly budget: Budget;
  readonly spent: NanoUsd;
  /** Reserved by calls in flight. */
  readonly held: NanoUsd;
  /** limit − spent − held, never below 0. */
  readonly left: NanoUsd;
  readonly level: BudgetLevel;
  /** Spend at the end of the window at the pace so far; null for windows without an end. */
  readonly projected: NanoUsd | null;
  /** ISO times of the window; null for `total`. */
  readonly windowStart: string | null;
  readonly resetsAt: string | null;
}

/** Why a reservation was refused: the budget that is too small for it. */
export interface BudgetRefusal {
  readonly budgetId: string;
  readonly limit: NanoUsd;
  readonly left: NanoUsd;
  readonly needed: NanoUsd;
  /** When its window ends; null for one without end, and for those of a call, run or session. */
  readonly resetsAt: string | null;
  /** The whole limit is smaller than this one call may cost: waiting does not help. */
  readonly neverFits?: true;
}
