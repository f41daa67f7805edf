import { type Profile, SLOTS, type Slot } from '../config/config.ts';
import type { BudgetLevel } from '../domain/budget.ts';
import type { RoutingConstraints } from '../domain/completion-request.ts';
import type { Candidate } from '../domain/plan.ts';
import type { TaskProfile } from '../domain/task.ts';
import { type FilledSlots, fillSlots } from './expand-slots.ts';
import type { QualityOf } from './expected-quality.ts';
import type { Fit } from './hard-filters.ts';
import { byBar, byCost, clears, type FitOrder, orderOf, qualityBar } from './order-fits.ts';
import { type SlotChoice, slotChoices } from './precedence.ts';

export interface Ordering {
  readonly candidates: readonly Candidate[];
  /** The rule that chose the first candidate. */
  readonly rule: string;
  /** The same as the middle of a sentence: `taskTypeMapping sends it to secondary`. */
  readonly why: string;
  /** Rule and model in one, where a warm prompt cache has something to say: `stays with …`. */
  readonly served?: string;
  /** Fits that the profile's failure path does not reach. */
  readonly beyond: readonly Fit[];
  /** The slot that the profile would have preferred, where the filters left nothing of it. */
  readonly missed: SlotChoice | null;
  readonly warnings: readonly string[];
}

export interface OrderingInput {
  readonly profile: Profile;
  readonly task: TaskProfile;
  readonly constraints: RoutingConstraints;
  readonly budgetLevel: BudgetLevel;
  /** For the strategy adaptive; the catalogue's score where absent. */
  readonly qualityOf?: QualityOf;
}

/**
 * Puts what passed the filters into the order in which it is tried: by the profile's slots, or, where the strategy is
 * adaptive, the budget runs low or no slot passed, by cost and quality. `fits` must not be empty.
 */
export function orderCandidates(fits: readonly Fit[], input: OrderingInput): Ordering {
  const { profile, task, constraints, budgetLevel, qualityOf } = input;
  const slots = fillSlots(profile, fits);
  const bar = qualityBar(task.complexity, constraints.qualityThreshold);
  const choices = slotChoices(profile, task, constraints);
  const choice = choices.find(({ slot }) => slots.has(slot)) ?? null;
  const missed = choices[0] && choices[0].slot !== choice?.slot ? choices[0] : null;

  if (budgetLevel === 'critical') {
    const warning = 'The budget is nearly used up, so the cheapest model that can serve comes first.';
    return sorted(fits, slots, byCost, 'budgetLevel.critical', 'the budget is critical, so the cheapest serves', [
      warning,
    ]);
  }
  if (profile.routing.strategy === 'adaptive' && !choice?.demanded) return adaptive(fits, slots, bar, task, qualityOf);
  if (slots.size === 0) {
    const { strategy } = profile.routing;
    const warning = `No model of profile ${profile.name} can serve this; another one stands in, chosen as ${strategy}.`;
    const why = `no model of the profile can serve it, so a reserve stands in (${strategy})`;
    return sorted(fits, slots, orderOf(strategy, bar, qualityOf), 'reserve', why, [warning]);
  }
  const reserves = reservesOf(fits, slots).sort(byBar(bar));
  if (budgetLevel === 'warning' && !choice?.demanded) return thrifty(slots, reserves, profile, missed);
  return alongSlots(slots, reserves, profile, choice ?? standIn(slots), missed);
}

/** All fits in one order; slots are only named. */
function sorted(
  fits: readonly Fit[],
  slots: FilledSlots,
  order: FitOrder,
  rule: string,
  why: string,
  warnings: readonly string[],
): Ordering {
  const candidates = [...fits].sort(order).map((fit) => candidate(fit, slotOf(fit, slots), rule));
  return { candidates, rule, why, beyond: [], missed: null, warnings };
}

function adaptive(
  fits: readonly Fit[],
  slots: FilledSlots,
  bar: number,
  task: TaskProfile,
  qualityOf: QualityOf | undefined,
): Ordering {
  const cleared = fits.some((fit) => clears(fit, bar, qualityOf));
  const why = cleared
    ? `adaptive takes the cheapest of quality ${bar} or better`
    : `adaptive takes the best there is, since none has quality ${bar}`;
  const warning = `No model that can serve this has the quality ${bar} that ${task.complexity} work asks for.`;
  return sorted(fits, slots, byBar(bar, qualityOf), 'adaptive', why, cleared ? [] : [warning]);
}

/** A budget past its warning: the profile's own models, cheapest first. */
function thrifty(slots: FilledSlots, reserves: readonly Fit[], profile: Profile, missed: SlotChoice | null): Ordering {
  const rule = 'budgetLevel.warning';
  const own = [...slots].flatMap(([slot, fits]) => fits.map((fit) => ({ fit, slot })));
  own.sort((a, b) => byCost(a.fit, b.fit));
  const candidates = own.map(({ fit, slot }) => candidate(fit, slot, rule));
  const why = 'the budget has passed its warning, so the cheapest model of the profile serves';
  return { ...withReserves(candidates, reserves, profile), rule, why, missed, warnings: [] };
}

/** The chosen slot, then the failure path, then reserves. */
function alongSlots(
  slots: FilledSlots,
  reserves: readonly Fit[],
  profile: Profile,
  choice: SlotChoice,
  missed: SlotChoice | null,
): Ordering {
  const candidates: Candidate[] = [];
  const left = new Map(slots);
  const take = (slot: Slot, reason: string) => {
    for (const fit of left.get(slot) ?? []) candidates.push(candidate(fit, slot, reason));
    left.delete(slot);
  };
  take(choice.slot, `${choice.rule} → ${choice.slot}`);
  for (const { slot, reason } of failurePath(profile)) take(slot, reason);
  const why = `${sentenceOf(choice.rule)} sends it to ${choice.slot}`;
  const rest = [...left.values()].flat();
  return { ...withReserves(candidates, [...rest, ...reserves], profile), rule: choice.rule, why, missed, warnings: [] };
}

/**
 * Where a profile turns after its choice fails: secondary and tertiary where it escalates to them, primary, and the
 * fallback last; with `cascadeFallback` also slots that it does not escalate to, before the fallback.
 */
function failurePath({ routing }: Profile): readonly { readonly slot: Slot; readonly reason: string }[] {
  const { escalateToSecondary, escalateToTertiary, cascadeFallback } = routing.fallbackRules;
  const path: { slot: Slot; reason: string }[] = [];
  if (escalateToSecondary) path.push({ slot: 'secondary', reason: 'on failure: escalateToSecondary' });
  if (escalateToTertiary) path.push({ slot: 'tertiary', reason: 'on failure: escalateToTertiary' });
  path.push({ slot: 'primary', reason: 'on failure: primary' });
  if (cascadeFallback) for (const slot of SLOTS.slice(0, 3)) path.push({ slot, reason: 'on failure: cascadeFallback' });
  path.push({ slot: 'fallback', reason: 'on failure: fallback' });
  return path;
}

/** With `cascadeFallback` everything else that passed is tried too, cheapest first within quality; else nothing is. */
function withReserves(
  candidates: readonly Candidate[],
  reserves: readonly Fit[],
  { routing }: Profile,
): { readonly candidates: readonly Candidate[]; readonly beyond: readonly Fit[] } {
  if (!routing.fallbackRules.cascadeFallback) return { candidates, beyond: reserves };
  return {
    candidates: [...candidates, ...reserves.map((fit) => candidate(fit, null, 'on failure: cascadeFallback'))],
    beyond: [],
  };
}

/** No rule speaks for a slot that passed: the first that did, in the order of the slots. */
function standIn(slots: FilledSlots): SlotChoice {
  const slot = SLOTS.find((name) => slots.has(name)) ?? 'primary';
  return { rule: `slot.${slot}`, slot, demanded: false };
}

function reservesOf(fits: readonly Fit[], slots: FilledSlots): Fit[] {
  const own = new Set([...slots.values()].flat());
  return fits.filter((fit) => !own.has(fit));
}

function slotOf(fit: Fit, slots: FilledSlots): Slot | null {
  for (const [slot, fits] of slots) if (fits.includes(fit)) return slot;
  return null;
}

function candidate(fit: Fit, slot: Slot | null, reason: string): Candidate {
  return { ...fit, slot, reason };
}

function sentenceOf(rule: string): string {
  if (rule === 'primary') return 'no rule speaks of it, so the profile';
  if (rule.startsWith('slot.')) return 'the preferred models are out, so the profile';
  return rule.split('.')[0] ?? rule;
}
