import type { NanoUsd } from '../domain/money.ts';
import type { Database } from '../storage/database.ts';

/** How much of a budget's window was spent at a moment. */
export interface SpendSample {
  readonly budgetId: string;
  /** Epoch ms. */
  readonly windowStart: number;
  readonly spent: NanoUsd;
}

/** Spending as all processes on one ledger saw it, at most once a minute: from two of these its pace is known. */
export interface SpendSamples {
  /** Keeps the samples, unless some process has already done so this minute. */
  take(samples: readonly SpendSample[], now: number): void;
  /** The oldest of a window since a moment, epoch ms; null where there is none. */
  oldest(
    budgetId: string,
    windowStart: number,
    since: number,
  ): { readonly takenAt: number; readonly spent: number } | null;
}

const MINUTE_MS = 60_000;
const KEPT_MS = 2 * 3_600_000;

export function createSpendSamples({ sqlite, transaction, guarded }: Database, simulated: boolean): SpendSamples {
  const realm = simulated ? 1 : 0;
  const insert = sqlite.prepare('INSERT OR IGNORE INTO spend_samples VALUES (?, ?, ?, ?, ?, ?)');
  const forget = sqlite.prepare('DELETE FROM spend_samples WHERE taken_at < ?');
  const find = sqlite.prepare<[string, 0 | 1, number, number], { takenAt: number; spent: number }>(
    `SELECT taken_at AS takenAt, spent FROM spend_samples
     WHERE budget_id = ? AND simulated = ? AND window_start = ? AND taken_at >= ? ORDER BY minute LIMIT 1`,
  );
  const write = transaction((samples: readonly SpendSample[], now: number) => {
    const minute = Math.floor(now / MINUTE_MS);
    for (const { budgetId, windowStart, spent } of samples)
      insert.run(budgetId, realm, minute, now, windowStart, spent);
    forget.run(now - KEPT_MS);
  });
  let last = -1;

  return {
    take(samples, now) {
      const minute = Math.floor(now / MINUTE_MS);
      if (minute === last || samples.length === 0) return;
      write(samples, now);
      last = minute;
    },
    oldest: guarded((budgetId, windowStart, since) => find.get(budgetId, realm, windowStart, since) ?? null),
  };
}
