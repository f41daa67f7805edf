import type { Database } from '../storage/database.ts';
import { emptyWal } from '../storage/empty-wal.ts';
import type { CheckedTarget } from './check-query.ts';
import { LIVE } from './memory-rows.ts';

const TARGET = {
  ids: 'id IN (SELECT value FROM json_each(:ids)) AND (:namespace IS NULL OR namespace = :namespace)',
  key: 'namespace = :namespace AND key = :key',
  namespace: 'namespace = :namespace',
} as const;

/** Ids of what is to be removed and of what it superseded, unless that is live again. */
const withHistory = (target: string) => `
  WITH RECURSIVE doomed (id) AS (
    SELECT id FROM memories WHERE ${target}
    UNION
    SELECT older.id FROM doomed
      JOIN memories AS newer ON newer.id = doomed.id
      JOIN memories AS older ON older.id = newer.supersedes
    WHERE NOT EXISTS (SELECT 1 FROM memories AS other WHERE other.id = older.id AND other.valid_to IS NULL)
  )`;

export interface MemoryForgetting {
  /** Ends live memories at `now` (epoch ms); they stay in the history. Returns how many. */
  hide(target: CheckedTarget, now: number): number;
  /**
   * Removes memories, live or not, with all their versions and what they superseded. Returns how many of the target.
   * Nothing of them remains in the file: SQLite overwrites what it deletes (`secure_delete`), the index, which only
   * marks words as deleted, is rewritten (about 1 s for 100,000 memories), and the write-ahead log is emptied.
   */
  remove(target: CheckedTarget): number;
}

export function createMemoryForgetting(database: Database): MemoryForgetting {
  const { sqlite } = database;
  const statements = (by: CheckedTarget['by']) => ({
    hide: sqlite.prepare(`UPDATE memories SET valid_to = max(valid_from, :now) WHERE ${TARGET[by]} AND ${LIVE}`),
    count: sqlite.prepare(`SELECT count(DISTINCT id) FROM memories WHERE ${TARGET[by]}`).pluck(),
    remove: sqlite.prepare(`${withHistory(TARGET[by])} DELETE FROM memories WHERE id IN (SELECT id FROM doomed)`),
  });
  const prepared = { ids: statements('ids'), key: statements('key'), namespace: statements('namespace') };

  const rewriteIndex = sqlite.prepare("INSERT INTO memories_fts (memories_fts) VALUES ('optimize')");

  const remove = database.transaction((target: CheckedTarget): number => {
    const parameters = parametersOf(target);
    const count = Number(prepared[target.by].count.get(parameters));
    if (count > 0) {
      prepared[target.by].remove.run(parameters);
      rewriteIndex.run();
    }
    return count;
  });
  return {
    hide: database.transaction((target, now) => prepared[target.by].hide.run({ ...parametersOf(target), now }).changes),
    remove: (target) => {
      const count = remove(target);
      if (count > 0) emptyWal(database);
      return count;
    },
  };
}

function parametersOf(target: CheckedTarget): Record<string, string | null> {
  switch (target.by) {
    case 'ids':
      return { ids: JSON.stringify(target.ids), namespace: target.namespace };
    case 'key':
      return { key: target.key, namespace: target.namespace };
    case 'namespace':
      return { namespace: target.namespace };
  }
}
