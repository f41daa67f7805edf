import { FareboxError } from '../domain/errors.ts';
import type { NanoUsd } from '../domain/money.ts';
import { type ArmFigures, NO_FIGURES, type Rollout, type RolloutArm, type RolloutState } from '../domain/rollout.ts';
import type { Clock } from '../lib/clock.ts';
import type { Database } from '../storage/database.ts';

/** What one call adds to the figures of its arm. */
export interface RolloutCall {
  readonly failed: boolean;
  readonly rejected: boolean;
  /** null: unknown. */
  readonly cost: NanoUsd | null;
}

/** The rollout of all processes on one ledger. Methods throw `storage_unavailable` where the database cannot be used. */
export interface RolloutBook {
  /** The one that runs; null where none does. Asks the database once a second at most. */
  running(): Rollout | null;
  /** The one that began last, running or over; null where there never was one. */
  latest(): Rollout | null;
  /** Throws `invalid_request` where one runs already. */
  start(rollout: Pick<Rollout, 'profile' | 'baselineModel' | 'share' | 'automatic'>): Rollout;
  /** False where it no longer runs, or stands there already. */
  step(id: number, share: number): boolean;
  /** False where it is over already, so that only one process tells of it. */
  end(id: number, state: Exclude<RolloutState, 'running'>, reason: string): boolean;
  add(id: number, arm: RolloutArm, call: RolloutCall): void;
  figures(id: number): Readonly<Record<RolloutArm, ArmFigures>>;
}

interface Row {
  readonly id: number;
  readonly profile: string;
  readonly baseline_model: string;
  readonly share: number;
  readonly automatic: number;
  readonly state: RolloutState;
  readonly started_at: number;
  readonly step_at: number;
  readonly reason: string | null;
}

type ArmRow = ArmFigures & { readonly arm: RolloutArm };

const FRESH_MS = 1_000;

export function createSqliteRolloutBook({ sqlite, transaction, guarded }: Database, clock: Clock): RolloutBook {
  const findRunning = sqlite.prepare<[], Row>("SELECT * FROM rollouts WHERE state = 'running'");
  const findLatest = sqlite.prepare<[], Row>('SELECT * FROM rollouts ORDER BY id DESC LIMIT 1');
  const insert = sqlite.prepare<[string, string, number, number, number, number], Row>(
    `INSERT INTO rollouts (profile, baseline_model, share, automatic, state, started_at, step_at)
     VALUES (?, ?, ?, ?, 'running', ?, ?) RETURNING *`,
  );
  const move = sqlite.prepare(
    "UPDATE rollouts SET share = ?, step_at = ? WHERE id = ? AND state = 'running' AND share <> ?",
  );
  const close = sqlite.prepare("UPDATE rollouts SET state = ?, reason = ? WHERE id = ? AND state = 'running'");
  const count = sqlite.prepare(
    `INSERT INTO rollout_arms (rollout_id, arm, calls, failed, rejected, priced, cost) VALUES (?, ?, 1, ?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET calls = calls + 1, failed = failed + excluded.failed,
       rejected = rejected + excluded.rejected, priced = priced + excluded.priced, cost = cost + excluded.cost`,
  );
  const arms = sqlite.prepare<[number], ArmRow>(
    'SELECT arm, calls, failed, rejected, priced, cost FROM rollout_arms WHERE rollout_id = ?',
  );
  let known: { readonly rollout: Rollout | null; readonly until: number } | null = null;
  const forget = () => {
    known = null;
  };

  return {
    running: guarded(() => {
      const now = clock.monotonic();
      if (known && now < known.until) return known.rollout;
      const row = findRunning.get();
      known = { rollout: row ? toRollout(row) : null, until: now + FRESH_MS };
      return known.rollout;
    }),
    latest: guarded(() => {
      const row = findLatest.get();
      return row ? toRollout(row) : null;
    }),
    start: transaction(({ profile, baselineModel, share, automatic }) => {
      forget();
      const now = clock.now();
      if (findRunning.get()) {
        throw new FareboxError('invalid_request', 'A rollout is running already.', {
          remedy: 'See it with `farebox migrate status`, or end it with `farebox migrate stop`.',
        });
      }
      const row = insert.get(profile, baselineModel, share, automatic ? 1 : 0, now, now);
      if (!row) throw new FareboxError('internal', 'The rollout was not written.');
      return toRollout(row);
    }),
    step: transaction((id, share) => {
      forget();
      return move.run(share, clock.now(), id, share).changes > 0;
    }),
    end: transaction((id, state, reason) => {
      forget();
      return close.run(state, reason, id).changes > 0;
    }),
    add: transaction((id, arm, { failed, rejected, cost }) => {
      count.run(id, arm, failed ? 1 : 0, rejected ? 1 : 0, cost === null ? 0 : 1, cost ?? 0);
    }),
    figures: guarded((id) => {
      const found = new Map(arms.all(id).map(({ arm, ...figures }) => [arm, figures]));
      return { profile: found.get('profile') ?? NO_FIGURES, baseline: found.get('baseline') ?? NO_FIGURES };
    }),
  };
}

function toRollout(row: Row): Rollout {
  const { id, profile, share, state, reason } = row;
  return {
    ...{ id, profile, share, state, reason, baselineModel: row.baseline_model, automatic: row.automatic === 1 },
    ...{ startedAt: row.started_at, stepAt: row.step_at },
  };
}
