import type { SqliteConnection } from '../storage/database.ts';
import { createMemo, type Names } from './names.ts';

/** Runs, and which run (or swarm) began which. */
export interface RunTree {
  /** The name of a run; what began it is written down the first time. Call it before a transaction. */
  idOf(run: string, parent: string | undefined): number;
}

const REMEMBERED = 5_000;

export function createRunTree(sqlite: SqliteConnection, names: Names): RunTree {
  const insert = sqlite.prepare('INSERT INTO run_parents (run, parent) VALUES (?, ?) ON CONFLICT (run) DO NOTHING');
  const known = createMemo<number>(REMEMBERED);
  return {
    idOf: (run, parent) =>
      known(`${run}\n${parent ?? ''}`, () => {
        const id = names.idOf(run);
        if (parent !== undefined && parent !== run) insert.run(id, names.idOf(parent));
        return id;
      }),
  };
}

/** Reads which run began which, by name. */
export function prepareParents(sqlite: SqliteConnection): () => ReadonlyMap<string, string> {
  const all = sqlite.prepare<[], { run: string; parent: string }>(
    `SELECT (SELECT name FROM names WHERE id = p.run) AS run, (SELECT name FROM names WHERE id = p.parent) AS parent
     FROM run_parents p`,
  );
  return () => new Map(all.all().map(({ run, parent }) => [run, parent]));
}
