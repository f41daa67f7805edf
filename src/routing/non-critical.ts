import type { NonCritical } from '../config/alert-policy.ts';
import type { BudgetLevel } from '../domain/budget.ts';
import type { CompletionRequest } from '../domain/completion-request.ts';
import type { TaskType } from '../domain/task.ts';

/**
 * Why a request may wait while money is short, as the middle of a sentence; null where it may not. What the request says
 * of itself holds, whatever the policy says of its like. Pure.
 */
export function whyNonCritical(
  { constraints, attribution, purpose }: CompletionRequest,
  task: TaskType,
  rules: NonCritical | undefined,
): string | null {
  if (constraints.nonCritical !== undefined) return constraints.nonCritical ? 'it says so itself' : null;
  if (!rules) return null;
  const { role, project, client, tags = [] } = attribution;
  const tag = tags.find((each) => rules.tags.includes(each));
  if (tag !== undefined) return `its tag is "${tag}"`;
  if (rules.tasks.includes(task)) return `its task is ${task}`;
  if (role !== undefined && rules.roles.includes(role)) return `its role is "${role}"`;
  if (project !== undefined && rules.projects.includes(project)) return `its project is "${project}"`;
  if (client !== undefined && rules.clients.includes(client)) return `its client is "${client}"`;
  if (purpose !== undefined && rules.purposes.includes(purpose)) return `its purpose is ${purpose}`;
  return null;
}

/** Why nothing is to serve a request at this level of its budgets; null where something may. Pure. */
export function whyPaused(
  request: CompletionRequest,
  task: TaskType,
  level: BudgetLevel,
  rules: NonCritical | undefined,
): string | null {
  if (level !== 'critical' && level !== 'exhausted') return null;
  const why = whyNonCritical(request, task, rules);
  if (why === null) return null;
  const state = level === 'exhausted' ? 'is used up' : 'has passed its critical threshold';
  return `The call is non-critical (${why}), and its budget ${state}.`;
}
