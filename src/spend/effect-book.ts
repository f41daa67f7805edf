import type { OptimisationEffect } from '../domain/effect.ts';
import { nano } from '../domain/money.ts';
import type { SqliteConnection } from '../storage/database.ts';
import { DAY_MS } from '../storage/rollup-sums.ts';
import type { Names } from './names.ts';

/** An effect whose optimisation is the number of a name. */
export interface NamedEffect extends Omit<OptimisationEffect, 'optimisation'> {
  readonly optimisation: number;
}

/** The call to which effects belong. */
export interface EffectPlace {
  readonly seq: number;
  /** Epoch ms at which the call began. */
  readonly callStartedAt: number;
  readonly simulated: boolean;
}

/** What optimisations did for calls: rows, and sums by day. */
export interface EffectBook {
  /** At most one for each optimisation. Writes names that are new: call it before the transaction. */
  namesOf(effects: readonly OptimisationEffect[] | undefined): readonly NamedEffect[];
  /** Must run in the transaction that ends the call, once a call. */
  write(place: EffectPlace, effects: readonly NamedEffect[]): void;
}

export function createEffectBook(sqlite: SqliteConnection, names: Names): EffectBook {
  const row = sqlite.prepare('INSERT INTO effect_rows VALUES (?, ?, ?, ?, ?)');
  const day = sqlite.prepare(
    `INSERT INTO effect_days VALUES (?, ?, ?, 1, ?, ?, ?, ?) ON CONFLICT (start, simulated, optimisation) DO UPDATE SET
       calls = calls + 1, tokens_avoided = tokens_avoided + excluded.tokens_avoided,
       cost_avoided = cost_avoided + excluded.cost_avoided, unknown = unknown + excluded.unknown,
       own_cost = own_cost + excluded.own_cost`,
  );
  return {
    namesOf: (effects = []) =>
      mergeEffects(effects).map((effect) => ({ ...effect, optimisation: names.idOf(effect.optimisation) })),
    write({ seq, callStartedAt, simulated }, effects) {
      for (const { optimisation, tokensAvoided, costAvoided, ownCost } of effects) {
        row.run(seq, optimisation, tokensAvoided, costAvoided, ownCost);
        const known = [costAvoided ?? 0, costAvoided === null ? 1 : 0];
        const start = Math.floor(callStartedAt / DAY_MS);
        day.run(start, simulated ? 1 : 0, optimisation, tokensAvoided, ...known, ownCost);
      }
    },
  };
}

/** One effect for each optimisation: what it did several times for a call, added up; unknown as soon as one part is. */
export function mergeEffects(effects: readonly OptimisationEffect[]): readonly OptimisationEffect[] {
  const merged = new Map<string, OptimisationEffect>();
  for (const effect of effects) {
    const { optimisation, tokensAvoided, costAvoided, ownCost } = effect;
    const before = merged.get(optimisation);
    const known = costAvoided !== null && before?.costAvoided !== null;
    merged.set(optimisation, {
      optimisation,
      tokensAvoided: Math.round(tokensAvoided) + (before?.tokensAvoided ?? 0),
      costAvoided: known ? nano(costAvoided + (before?.costAvoided ?? 0)) : null,
      ownCost: nano(ownCost + (before?.ownCost ?? 0)),
    });
  }
  return [...merged.values()];
}
