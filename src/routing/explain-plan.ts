import type { Profile } from '../config/config.ts';
import type { Rejection, RejectionCode } from '../domain/plan.ts';
import type { TaskProfile } from '../domain/task.ts';
import type { Ordering } from './order-candidates.ts';

/** Left out not because they could not serve, but because nobody asked for them. */
const NOT_WANTED: ReadonlySet<RejectionCode> = new Set<RejectionCode>(['not_requested', 'not_in_failure_path']);

/** A plan in one sentence for people: the task, the rule, the model, and what was left out. */
export function explainPlan(
  task: TaskProfile,
  ordering: Ordering,
  rejections: readonly Rejection[],
  profile: Profile,
): string {
  const subject = `${task.task}, ${task.complexity}`;
  const first = ordering.candidates[0];
  const out = rejections.filter(({ code }) => !NOT_WANTED.has(code));
  if (!first) return `${subject}: no model can serve it; ${countReasons(out)}.`;
  const missed = missedSlot(ordering, out, profile);
  const leftOut = out.length === 0 ? '' : `; ${out.length} ${out.length === 1 ? 'model' : 'models'} left out`;
  const served = ordering.served ?? `${ordering.why} (${first.deployment.model})`;
  const free = first.freeQuota ? ', on the free quota of its provider' : '';
  return `${subject}: ${served}${free}${missed}${leftOut}.`;
}

/** Why the slot that the profile prefers does not serve. */
function missedSlot({ missed }: Ordering, rejections: readonly Rejection[], profile: Profile): string {
  const model = missed && profile.models[missed.slot]?.model;
  if (!missed || !model) return '';
  const rejection = rejections.find(({ deployment }) => deployment.endsWith(`/${model}`));
  return rejection ? `; ${missed.rule} prefers ${missed.slot} (${model}), which is out as ${rejection.code}` : '';
}

/** "3 are not_local, 1 is no_json", the most frequent reason first. */
function countReasons(rejections: readonly Rejection[]): string {
  if (rejections.length === 0) return 'no provider is configured';
  const counts = new Map<RejectionCode, number>();
  for (const { code } of rejections) counts.set(code, (counts.get(code) ?? 0) + 1);
  return [...counts]
    .sort((a, b) => b[1] - a[1])
    .map(([code, count]) => `${count} ${count === 1 ? 'is' : 'are'} ${code}`)
    .join(', ');
}
