import { type Budget, type BudgetScopeKind, QUOTA_BUFFER, QUOTA_BUFFER_BUDGET } from '../domain/budget.ts';
import { formatUsd, fromUsd } from '../domain/money.ts';
import { TASK_TYPES } from '../domain/task.ts';
import { nearest } from '../lib/nearest.ts';
import type { Profile } from './config.ts';
import type { MergedConfig } from './merge-layers.ts';
import type { RawConfig } from './schema/config-file.ts';

type RawBudget = NonNullable<RawConfig['budgets']>[number];

/**
 * The budgets of the file and the profile's monthly one. Where a file also lists a budget for all calls in a month,
 * the more specific source wins: the environment over the file, the file over the profile; of two in files the lower.
 */
export function resolveBudgets(
  merged: MergedConfig,
  profile: Profile,
): { readonly budgets: readonly Budget[]; readonly problems: readonly string[]; readonly warnings: readonly string[] } {
  const problems: string[] = [];
  const warnings: string[] = [];
  const listed = new Map<string, Budget>();
  for (const [index, raw] of (merged.raw.budgets ?? []).entries()) {
    const budget = resolveBudget(raw, profile, merged.raw.policy?.timeZone);
    const { kind, value } = budget.scope;
    if (kind === 'task' && value !== null && !TASK_TYPES.some((task) => task === value)) {
      const near = nearest(value, TASK_TYPES);
      problems.push(`budgets[${index}].scope: there is no task "${value}"${near ? `; did you mean "${near}"?` : ''}`);
    }
    if (listed.has(budget.id)) problems.push(`budgets[${index}] limits ${budget.id} a second time; keep one`);
    listed.set(budget.id, budget);
  }
  const buffer = quotaBuffer(merged.raw, profile);
  if (buffer) listed.set(buffer.id, buffer);
  const monthly = monthlyBudget(profile, merged.raw.policy?.timeZone);
  if (!profile.costTracking.enabled && profile.costTracking.monthlyBudget !== null) {
    warnings.push('Cost tracking is switched off, so the monthly budget is not enforced. The ledger is still written.');
  }
  const source = merged.origins.get('monitoring.costTracking.monthlyBudget')?.source;
  const own = listed.get('all/month');
  if (monthly && (!own || source === 'environment' || (source === 'file' && monthly.limit < own.limit))) {
    if (own && source === 'file')
      warnings.push('budgets and monitoring.costTracking.monthlyBudget differ; the lower one holds.');
    listed.delete('all/month');
    return finish([monthly, ...listed.values()]);
  }
  return finish([...listed.values()]);

  function finish(budgets: readonly Budget[]) {
    return { budgets, problems: [...problems, ...nestingProblems(budgets)], warnings };
  }
}

function monthlyBudget({ costTracking }: Profile, zone: string | undefined): Budget | null {
  if (!costTracking.enabled || costTracking.monthlyBudget === null) return null;
  return {
    id: 'all/month',
    scope: { kind: 'all', value: null },
    window: 'month',
    limit: costTracking.monthlyBudget,
    thresholds: { warning: costTracking.warning, critical: costTracking.critical },
    ...zoned(zone),
  };
}

/** What may be paid in a month for calls that a free quota would have paid, had it not been used up. */
function quotaBuffer({ policy }: RawConfig, { costTracking }: Profile): Budget | null {
  if (policy?.quotaBufferUsd === undefined) return null;
  return {
    id: QUOTA_BUFFER_BUDGET,
    scope: { kind: 'tag', value: QUOTA_BUFFER },
    window: 'month',
    limit: fromUsd(policy.quotaBufferUsd),
    thresholds: { warning: costTracking.warning, critical: costTracking.critical },
  };
}

function resolveBudget(raw: RawBudget, { costTracking }: Profile, zone: string | undefined): Budget {
  const colon = raw.scope.indexOf(':');
  const warning = raw.alertThresholds?.warning ?? costTracking.warning;
  return {
    id: raw.name ?? `${raw.scope}/${raw.window}`,
    scope:
      colon < 0
        ? { kind: 'all', value: null }
        : { kind: raw.scope.slice(0, colon) as BudgetScopeKind, value: raw.scope.slice(colon + 1) },
    window: raw.window,
    limit: fromUsd(raw.limitUsd),
    thresholds: { warning, critical: Math.max(warning, raw.alertThresholds?.critical ?? costTracking.critical) },
    ...zoned(raw.timeZone ?? zone),
    ...(raw.enforcement === 'soft' && { enforcement: 'soft' }),
    ...(raw.parent !== undefined && { parent: raw.parent }),
  };
}

/** UTC is what every budget has that says nothing. */
function zoned(zone: string | undefined): { readonly timeZone?: string } {
  return zone === undefined || zone === 'UTC' ? {} : { timeZone: zone };
}

/** A part may not be larger than the whole, and no budget may be a part of itself. */
function nestingProblems(budgets: readonly Budget[]): readonly string[] {
  const byId = new Map(budgets.map((budget) => [budget.id, budget]));
  return budgets.flatMap((budget) => {
    if (budget.parent === undefined) return [];
    const parent = byId.get(budget.parent);
    if (!parent) return [`the budget ${budget.id} is part of ${budget.parent}, which is not there`];
    if (isPartOfItself(budget, byId)) return [`the budget ${budget.id} is part of itself; leave one "parent" out`];
    if (budget.limit <= parent.limit) return [];
    const [own, whole] = [formatUsd(budget.limit), formatUsd(parent.limit)];
    return [`the budget ${budget.id} (${own}) is larger than ${parent.id} (${whole}), of which it is a part`];
  });
}

function isPartOfItself(budget: Budget, byId: ReadonlyMap<string, Budget>): boolean {
  const seen = new Set<string>();
  for (let next: Budget | undefined = budget; next; next = byId.get(next.parent ?? '')) {
    if (seen.has(next.id)) return true;
    seen.add(next.id);
  }
  return false;
}
