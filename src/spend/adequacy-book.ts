import type { Evidence } from '../domain/snapshot.ts';
import type { TaskType } from '../domain/task.ts';
import type { Clock } from '../lib/clock.ts';
import type { Database } from '../storage/database.ts';

/** One model at one kind of task. */
export interface AdequacyRow extends Evidence {
  readonly task: TaskType;
  readonly model: string;
  /** Of the last answer that was checked, epoch ms. */
  readonly updatedAt: number;
}

/** How often answers passed the checks of callers, by task and model. Simulated answers are counted apart. */
export interface AdequacyBook {
  add(task: TaskType, model: string, accepted: boolean): void;
  /** By model. */
  forTask(task: TaskType): ReadonlyMap<string, Evidence>;
  /** Everything, by task and model. */
  rows(): readonly AdequacyRow[];
}

export function createSqliteAdequacyBook(given: {
  readonly database: Database;
  readonly clock: Clock;
  /** Whose answers are counted and told: the sandbox's, or those of real models. */
  readonly simulated: boolean;
}): AdequacyBook {
  const { database, clock } = given;
  const { sqlite, guarded } = database;
  const simulated = given.simulated ? 1 : 0;
  const insert = sqlite.prepare<[string, string, number, number, number]>(
    `INSERT INTO adequacy (task, model, simulated, tried, accepted, updated_at) VALUES (?, ?, ?, 1, ?, ?)
     ON CONFLICT (task, model, simulated) DO UPDATE
     SET tried = tried + 1, accepted = accepted + excluded.accepted, updated_at = excluded.updated_at`,
  );
  const ofTask = sqlite.prepare<[string, number], Evidence & { model: string }>(
    'SELECT model, tried, accepted FROM adequacy WHERE task = ? AND simulated = ?',
  );
  const all = sqlite.prepare<[number], AdequacyRow>(
    'SELECT task, model, tried, accepted, updated_at AS updatedAt FROM adequacy WHERE simulated = ? ORDER BY task, model',
  );
  return {
    add: guarded((task, model, accepted) => void insert.run(task, model, simulated, accepted ? 1 : 0, clock.now())),
    forTask: guarded((task) => new Map(ofTask.all(task, simulated).map(({ model, ...evidence }) => [model, evidence]))),
    rows: guarded(() => all.all(simulated)),
  };
}
