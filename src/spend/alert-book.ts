import {
  type Alert,
  type AlertLevel,
  type AlertNotice,
  type OpenAlert,
  type PastAlert,
  severity,
} from '../domain/alert.ts';
import type { Database } from '../storage/database.ts';

/** Which alerts stand, for all processes on one ledger: each is told once a period, and once for each higher level. */
export interface AlertBook {
  /** Runs what looks and reconciles while nobody else does either: what was seen is then still so when it is told. */
  alone<T>(look: () => T): T;
  /**
   * Makes the book agree with what stands now: opens what is new or worse, ends what is over. `covers` says of an open
   * alert whether its absence from `standing` means that it is over; what this process cannot judge is left as it is.
   * Returns what is to be told, by this process and no other; `tell` sees the same inside the transaction.
   */
  reconcile(
    standing: readonly Alert[],
    covers: (open: OpenAlert) => boolean,
    tell?: (notice: AlertNotice) => void,
  ): readonly AlertNotice[];
  /** Oldest first. */
  open(): readonly OpenAlert[];
  /** The latest of all, open ones too; newest first. */
  latest(limit: number): readonly PastAlert[];
}

export interface AlertBookDeps {
  readonly database: Database;
  readonly now: () => number;
  /** The sandbox has alerts of its own. */
  readonly simulated: boolean;
}

interface Row {
  readonly kind: Alert['kind'];
  readonly subject: string;
  readonly period: number;
  readonly level: AlertLevel;
  readonly message: string;
  readonly raised_at: number;
  readonly cleared_at: number | null;
}

/** What is to be done about an alert that stands, or stood. */
type Change =
  | { readonly type: 'raise'; readonly alert: Alert }
  /** It was told in this period already. */
  | { readonly type: 'reopen'; readonly alert: Alert }
  | { readonly type: 'clear'; readonly alert: OpenAlert; readonly told: boolean };

/** Alerts that ended so long ago are forgotten. */
const KEPT_MS = 90 * 86_400_000;

export function createAlertBook({ database, now, simulated }: AlertBookDeps): AlertBook {
  const { sqlite, transaction, guarded } = database;
  const exclusive = transaction((look: () => unknown) => look());
  const realm = simulated ? 1 : 0;
  const find = sqlite.prepare<[0 | 1, string, string, number], Row>(
    'SELECT * FROM alerts WHERE simulated = ? AND kind = ? AND subject = ? AND period = ?',
  );
  const put = sqlite.prepare('INSERT OR REPLACE INTO alerts VALUES (?, ?, ?, ?, ?, ?, ?, NULL)');
  const end = sqlite.prepare(
    'UPDATE alerts SET cleared_at = ? WHERE simulated = ? AND kind = ? AND subject = ? AND period = ?',
  );
  const standing = sqlite.prepare<[0 | 1], Row>(
    'SELECT * FROM alerts WHERE simulated = ? AND cleared_at IS NULL ORDER BY raised_at, kind, subject',
  );
  const last = sqlite.prepare<[0 | 1, number], Row>(
    'SELECT * FROM alerts WHERE simulated = ? ORDER BY raised_at DESC, kind, subject LIMIT ?',
  );
  const forget = sqlite.prepare('DELETE FROM alerts WHERE cleared_at < ?');

  const open = () => standing.all(realm).map(toOpen);
  const known = ({ kind, subject, period }: Alert) => find.get(realm, kind, subject, period);

  const change = transaction(
    (wanted: readonly Alert[], covers: (open: OpenAlert) => boolean, tell: (notice: AlertNotice) => void) => {
      const at = now();
      const notices: AlertNotice[] = [];
      const say = (event: 'raised' | 'cleared', alert: OpenAlert) => {
        const notice: AlertNotice = { event, alert, simulated, at };
        notices.push(notice);
        tell(notice);
      };
      for (const each of changesOf(wanted, open(), known, covers)) {
        const { kind, subject, period, level, message } = each.alert;
        if (each.type === 'clear') {
          end.run(at, realm, kind, subject, period);
          forget.run(at - KEPT_MS);
          if (each.told) say('cleared', each.alert);
        } else {
          put.run(realm, kind, subject, period, level, message, at);
          if (each.type === 'raise') say('raised', { ...each.alert, raisedAt: at });
        }
      }
      return notices;
    },
  );

  return {
    // Nearly always nothing has changed.
    alone: <T>(look: () => T) => exclusive(look) as T,
    reconcile: guarded((wanted, covers, tell = () => {}) =>
      changesOf(wanted, open(), known, covers).length === 0 ? [] : change(wanted, covers, tell),
    ),
    open: guarded(open),
    latest: guarded((limit) => last.all(realm, limit).map((row) => ({ ...toOpen(row), clearedAt: row.cleared_at }))),
  };
}

/** Pure, but for what it looks up. */
function changesOf(
  wanted: readonly Alert[],
  open: readonly OpenAlert[],
  known: (alert: Alert) => Row | undefined,
  covers: (open: OpenAlert) => boolean,
): readonly Change[] {
  const changes: Change[] = [];
  for (const alert of wanted) {
    const row = known(alert);
    const isOver = row !== undefined && row.cleared_at !== null;
    // What lasts (period 0) is told again after it had been over; what belongs to a period, only once in it.
    if (!row || (isOver && alert.period === 0) || severity(alert.level) > severity(row.level)) {
      changes.push({ type: 'raise', alert });
    } else if (isOver) changes.push({ type: 'reopen', alert: { ...alert, level: row.level } });
  }
  const still = new Set(wanted.map(keyOf));
  const subjects = new Set(wanted.map(({ kind, subject }) => `${kind}\n${subject}`));
  for (const alert of open) {
    if (still.has(keyOf(alert)) || !covers(alert)) continue;
    // One that goes on in the next period is not over; that one has just been told.
    changes.push({ type: 'clear', alert, told: !subjects.has(`${alert.kind}\n${alert.subject}`) });
  }
  return changes;
}

function keyOf({ kind, subject, period }: Alert): string {
  return `${kind}\n${subject}\n${period}`;
}

function toOpen({ kind, subject, period, level, message, raised_at }: Row): OpenAlert {
  return { kind, subject, period, level, message, raisedAt: raised_at };
}
