import type { Database } from '../storage/database.ts';

/** Something that somebody should know. */
export interface Alert {
  /** `budget`, `unknown_price`, `price_drift`, `spend_spike`, `free_quota`, `hosting_cost` … */
  readonly kind: string;
  /** What it is about: the id of a budget, a model … */
  readonly subject: string;
  /** What it is told once for: the start of a window or day (epoch ms); 0 for as long as it lasts. */
  readonly period: number;
  readonly level: 'warning' | 'critical' | 'exhausted';
  readonly message: string;
}

export interface OpenAlert extends Alert {
  /** Epoch ms. */
  readonly raisedAt: number;
}

/** Which alerts stand, for all processes on one ledger: each is told once a period, and once for each higher level. */
export interface AlertBook {
  /** True for the one who is to tell it: it is new, or worse than it was. */
  raise(alert: Alert): boolean;
  /** Ends an alert whose cause is over, in all its periods; those that stood. */
  clear(kind: string, subject: string): readonly OpenAlert[];
  open(): readonly OpenAlert[];
}

const SEVERITY: Readonly<Record<Alert['level'], number>> = { warning: 1, critical: 2, exhausted: 3 };

interface Row {
  readonly kind: string;
  readonly subject: string;
  readonly period: number;
  readonly level: Alert['level'];
  readonly message: string;
  readonly raised_at: number;
  readonly cleared_at: number | null;
}

export function createAlertBook({ sqlite, transaction, guarded }: Database, now: () => number): AlertBook {
  const find = sqlite.prepare<[string, string, number], Row>(
    'SELECT * FROM alerts WHERE kind = ? AND subject = ? AND period = ?',
  );
  const put = sqlite.prepare('INSERT OR REPLACE INTO alerts VALUES (?, ?, ?, ?, ?, ?, NULL)');
  const standing = sqlite.prepare<[string, string], Row>(
    'SELECT * FROM alerts WHERE kind = ? AND subject = ? AND cleared_at IS NULL ORDER BY period',
  );
  const end = sqlite.prepare('UPDATE alerts SET cleared_at = ? WHERE kind = ? AND subject = ? AND cleared_at IS NULL');
  const all = sqlite.prepare<[], Row>(
    'SELECT * FROM alerts WHERE cleared_at IS NULL ORDER BY raised_at, kind, subject',
  );

  return {
    raise: transaction(({ kind, subject, period, level, message }) => {
      const known = find.get(kind, subject, period);
      // One that lasts (period 0) is told again after it had been over; one of a window, only once in it.
      const over = known !== undefined && known.cleared_at !== null && period === 0;
      if (known && !over && SEVERITY[known.level] >= SEVERITY[level]) return false;
      put.run(kind, subject, period, level, message, now());
      return true;
    }),
    clear: transaction((kind, subject) => {
      const open = standing.all(kind, subject).map(toAlert);
      if (open.length > 0) end.run(now(), kind, subject);
      return open;
    }),
    open: guarded(() => all.all().map(toAlert)),
  };
}

function toAlert({ kind, subject, period, level, message, raised_at }: Row): OpenAlert {
  return { kind, subject, period, level, message, raisedAt: raised_at };
}
