import type { Profile, Slot } from '../config/config.ts';
import type { RoutingConstraints } from '../domain/completion-request.ts';
import { SPECIAL_FLAGS, type TaskProfile } from '../domain/task.ts';

/** A rule of the profile that speaks for a slot. */
export interface SlotChoice {
  /** As the profile's file names it, e.g. `taskTypeMapping.coding`. */
  readonly rule: string;
  readonly slot: Slot;
  /** The caller demanded it by a flag or a region; budgets that run low do not overrule it. */
  readonly demanded: boolean;
}

/**
 * The slots that a profile prefers for a request, best first (rules 3 to 8 of `docs/routing.md`; rule 1, an explicit
 * model, and rule 2, the hard filters, come before). The first whose slot passes the filters is taken:
 *
 * 3. `specializedRouting` for the caller's flags, and `dataResidency.preferredModel` where a region is asked for;
 * 4. `complexityRouting.simple`, unless the strategy is quality-optimized;
 * 5. `taskTypeMapping` · 6. `complexityRouting` · 7. `qualityThresholds` · 8. `primary`.
 *
 * What the caller gave outranks what was inferred: within rules 5 to 7 the rules on given facts come first, and rule 4
 * does not let an inferred complexity overrule a given task or quality level. So a caller who gives only `expert` gets
 * `complexityRouting.expert`, whatever task the words look like.
 */
export function slotChoices(
  profile: Profile,
  task: TaskProfile,
  constraints: RoutingConstraints,
): readonly SlotChoice[] {
  const { routing } = profile;
  const choices: SlotChoice[] = [];
  const add = (rule: string, slot: Slot | null | undefined, demanded = false) => {
    if (slot) choices.push({ rule, slot, demanded });
  };

  for (const flag of SPECIAL_FLAGS) {
    if (constraints.flags?.includes(flag)) add(`specializedRouting.${flag}`, routing.specializedRouting[flag], true);
  }
  if (constraints.region !== undefined && profile.dataResidency.enabled) {
    add('dataResidency.preferredModel', profile.dataResidency.preferredModel, true);
  }

  const taskGiven = task.source.task === 'given';
  const complexityGiven = task.source.complexity === 'given';
  const { quality } = constraints;
  const simpleCounts = complexityGiven || (!taskGiven && quality === undefined);
  if (task.complexity === 'simple' && routing.strategy !== 'quality-optimized' && simpleCounts) {
    add('complexityRouting.simple', routing.complexityRouting.simple);
  }

  const byTask = () => add(`taskTypeMapping.${task.task}`, routing.taskTypeMapping[task.task]);
  const byComplexity = () => add(`complexityRouting.${task.complexity}`, routing.complexityRouting[task.complexity]);
  if (taskGiven) byTask();
  if (complexityGiven) byComplexity();
  if (quality !== undefined) add(`qualityThresholds.${quality}`, routing.qualityThresholds[quality]);
  if (!taskGiven) byTask();
  if (!complexityGiven) byComplexity();
  add('primary', 'primary');
  return choices;
}

/** Demands of the caller for which the profile has no route, as warnings. */
export function unroutedFlags(profile: Profile, constraints: RoutingConstraints): readonly string[] {
  return (constraints.flags ?? [])
    .filter((flag) => profile.routing.specializedRouting[flag] === undefined)
    .map((flag) => `Profile ${profile.name} has no specializedRouting for ${flag}; the flag has no effect.`);
}
