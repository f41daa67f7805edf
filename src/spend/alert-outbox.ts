import type { Database } from '../storage/database.ts';

/** What is to be posted to a webhook. */
export interface Delivery {
  readonly id: number;
  readonly body: string;
  /** How often it was tried, this time included. */
  readonly attempts: number;
  /** Epoch ms. */
  readonly createdAt: number;
}

/**
 * What webhooks are still to be told, kept in the database, so that the next process goes on where one ended. A delivery
 * that is claimed is left alone by others for `leaseMs`. Methods throw `storage_unavailable`.
 */
export interface AlertOutbox {
  /** To be called inside the transaction that makes it necessary. */
  add(target: string, body: string): void;
  /** The next that is due for a target; null: none is. */
  claim(target: string, leaseMs: number): Delivery | null;
  /** It has arrived, or is given up. */
  remove(delivery: Delivery): void;
  /** It is to be tried again at a moment, epoch ms. */
  postpone(delivery: Delivery, until: number): void;
  /** When the next of a target falls due, epoch ms; null: it has none. */
  nextDue(target: string): number | null;
  count(target: string): number;
  /** Gives up what was written before a moment; how many those were. */
  forget(before: number): number;
}

export function createAlertOutbox({ sqlite, transaction, guarded }: Database, now: () => number): AlertOutbox {
  const insert = sqlite.prepare('INSERT INTO alert_deliveries (target, body, created_at, due_at) VALUES (?, ?, ?, ?)');
  const find = sqlite.prepare<[string, number], { id: number; body: string; attempts: number; createdAt: number }>(
    `SELECT id, body, attempts, created_at AS createdAt FROM alert_deliveries
     WHERE target = ? AND due_at <= ? ORDER BY id LIMIT 1`,
  );
  const take = sqlite.prepare('UPDATE alert_deliveries SET due_at = ?, attempts = attempts + 1 WHERE id = ?');
  const remove = sqlite.prepare('DELETE FROM alert_deliveries WHERE id = ?');
  const postpone = sqlite.prepare('UPDATE alert_deliveries SET due_at = ? WHERE id = ?');
  const next = sqlite
    .prepare<[string], number | null>('SELECT min(due_at) FROM alert_deliveries WHERE target = ?')
    .pluck();
  const counted = sqlite.prepare<[string], number>('SELECT count(*) FROM alert_deliveries WHERE target = ?').pluck();
  const forget = sqlite.prepare('DELETE FROM alert_deliveries WHERE created_at < ?');
  const claim = transaction((target: string, leaseMs: number): Delivery | null => {
    const row = find.get(target, now());
    if (!row) return null;
    take.run(now() + leaseMs, row.id);
    return { ...row, attempts: row.attempts + 1 };
  });

  return {
    add: (target, body) => void insert.run(target, body, now(), now()),
    // Read first: nearly always there is nothing, and the write lock is not needed to know that.
    claim: (target, leaseMs) => (find.get(target, now()) ? claim(target, leaseMs) : null),
    remove: transaction(({ id }) => void remove.run(id)),
    postpone: transaction(({ id }, until) => void postpone.run(until, id)),
    nextDue: guarded((target) => next.get(target) ?? null),
    count: guarded((target) => counted.get(target) ?? 0),
    forget: transaction((before) => forget.run(before).changes),
  };
}
