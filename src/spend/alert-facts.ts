import { type NanoUsd, nano } from '../domain/money.ts';
import type { Database } from '../storage/database.ts';
import { ATTEMPTS_PER_CALL } from '../storage/ledger-codes.ts';
import { DAY_MS, HOUR_MS } from '../storage/rollup-sums.ts';

/** What the ledger says of the attempts of one model on one day (UTC). */
export interface ModelDay {
  readonly provider: string;
  readonly model: string;
  /** Attempts of unknown cost. */
  readonly unknown: number;
  /** Attempts whose provider told its own cost: that cost, and what usage × price says. */
  readonly reported: { readonly attempts: number; readonly cost: NanoUsd; readonly computed: NanoUsd };
}

/** What became of the latest calls. */
export interface RecentCalls {
  /** Attempts that were sent, those answered from the cache left out. */
  readonly attempts: number;
  /** How many of them failed, by kind of failure. */
  readonly failures: ReadonlyMap<string, number>;
  /** Of the calls, in ms; unsorted. */
  readonly durations: readonly number[];
  readonly cacheHits: number;
  /** Calls for which the cache was asked. */
  readonly cacheAsked: number;
}

/** Reads of the ledger for alerts: roll-ups, and of rows a bounded number. */
export interface AlertFacts {
  modelsOn(day: number): readonly ModelDay[];
  /** What each hour cost in which anything was spent; hours are counted from the epoch, `until` is exclusive. */
  hours(since: number, until: number): ReadonlyMap<number, NanoUsd>;
  /** Of calls that ended, and began at `since` (epoch ms) or later: the latest, at most 2,000. */
  recentCalls(since: number): RecentCalls;
}

const MOST_CALLS = 2_000;

interface CallRow {
  readonly seq: number;
  readonly duration_ms: number | null;
  readonly cache: number | null;
}

export function createAlertFacts({ sqlite, guarded }: Database, simulated: boolean): AlertFacts {
  const realm = simulated ? 1 : 0;
  const models = sqlite.prepare<[number, 0 | 1], ModelRow>(
    `SELECT g.provider, g.model, sum(r.unknown) AS unknown, sum(r.reported) AS reported,
       sum(r.reported_cost) AS cost, sum(r.reported_computed) AS computed
     FROM rollup_days r JOIN report_groups g ON g.id = r.group_id
     WHERE r.start = ? AND g.simulated = ? AND g.run IS NULL AND g.provider IS NOT NULL AND (r.unknown > 0 OR r.reported > 0)
     GROUP BY g.provider, g.model`,
  );
  const hours = sqlite.prepare<[number, number, 0 | 1], { start: number; cost: number }>(
    `SELECT r.start, sum(r.cost) AS cost FROM rollup_hours r JOIN report_groups g ON g.id = r.group_id
     WHERE r.start >= ? AND r.start < ? AND g.simulated = ? AND g.run IS NULL GROUP BY r.start HAVING sum(r.cost) > 0`,
  );
  const latest = `SELECT c.seq, c.duration_ms, c.cache FROM call_rows c JOIN contexts x ON x.id = c.context
    WHERE c.started_at >= ? AND x.simulated = ? ORDER BY c.started_at DESC LIMIT ${MOST_CALLS}`;
  const calls = sqlite.prepare<[number, 0 | 1], CallRow>(latest);
  // 1: answered from the cache.
  const attempts = sqlite.prepare<[number, 0 | 1], { failure: string | null; attempts: number }>(
    `SELECT (SELECT name FROM names WHERE id = a.failure) AS failure, count(*) AS attempts FROM (${latest}) b
     JOIN attempt_rows a ON a.place > b.seq * ${ATTEMPTS_PER_CALL} AND a.place < (b.seq + 1) * ${ATTEMPTS_PER_CALL}
     WHERE a.result <> 1 GROUP BY a.failure`,
  );
  return {
    modelsOn: guarded((day) =>
      models.all(day, realm).map(({ provider, model, unknown, reported, cost, computed }) => ({
        provider,
        model,
        unknown,
        reported: { attempts: reported, cost: nano(cost), computed: nano(computed) },
      })),
    ),
    hours: guarded(
      (since, until) => new Map(hours.all(since, until, realm).map(({ start, cost }) => [start, nano(cost)])),
    ),
    recentCalls: guarded((since) => {
      const rows = calls.all(since, realm);
      const counts = attempts.all(since, realm);
      // hit, shared, miss are asked; off is not.
      const asked = rows.filter(({ cache }) => cache !== null && cache < 3);
      return {
        attempts: counts.reduce((sum, row) => sum + row.attempts, 0),
        failures: new Map(counts.flatMap(({ failure, attempts: n }) => (failure === null ? [] : [[failure, n]]))),
        durations: rows.flatMap(({ duration_ms: ms }) => (ms === null ? [] : [ms])),
        cacheHits: asked.filter(({ cache }) => cache !== 2).length,
        cacheAsked: asked.length,
      };
    }),
  };
}

interface ModelRow {
  readonly provider: string;
  readonly model: string;
  readonly unknown: number;
  readonly reported: number;
  readonly cost: number;
  readonly computed: number;
}

/** Days (UTC) since the epoch. */
export function dayOf(now: number): number {
  return Math.floor(now / DAY_MS);
}

/** Hours since the epoch. */
export function hourOf(now: number): number {
  return Math.floor(now / HOUR_MS);
}

/** When a day begins, epoch ms: what alerts of a day are told once for. */
export function startOfDay(now: number): number {
  return dayOf(now) * DAY_MS;
}
