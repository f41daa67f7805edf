import type { Alert, AlertKind, AlertNotice, OpenAlert } from '../../domain/alert.ts';
import type { Clock } from '../../lib/clock.ts';
import type { AlertBook } from '../../spend/alert-book.ts';
import type { Log } from '../../telemetry/log.ts';
import type { AttemptObserver } from '../watchers/attempt-observer.ts';

/** Something that can tell which alerts of some kinds there is cause for now. */
export interface AlertSource {
  readonly kinds: readonly AlertKind[];
  /** Asked at most so often, in ms. */
  readonly everyMs: number;
  /** `open`: the alerts that stand, of all kinds. */
  standing(now: number, open: readonly OpenAlert[]): readonly Alert[];
  /** Whether an open alert of its kinds that does not stand is over. Absent: it is; this process can judge it. */
  covers?(open: OpenAlert, now: number): boolean;
}

/** Where alerts go. Must not throw, and must not wait. */
export interface AlertSink {
  tell(notice: AlertNotice): void;
}

/**
 * Looks for what somebody should know, off the path of calls: an attempt only leaves word that it was. A look follows
 * within a second, or at once where a budget has crossed a threshold; a process that serves others also looks each minute.
 */
export interface AlertWatch extends AttemptObserver {
  /** A budget has crossed a threshold. */
  crossed(): void;
  /** Looks now, at everything. Throws `storage_unavailable`. */
  look(): void;
  /** Looks a last time where something happened since the last look, and stops. */
  close(): void;
}

export interface AlertWatchDeps {
  readonly book: AlertBook;
  readonly sources: readonly AlertSource[];
  readonly sinks: readonly AlertSink[];
  /** Told inside the transaction that opens or ends an alert, so that what it keeps is kept with it. */
  readonly outbox: ((notice: AlertNotice) => void) | null;
  readonly clock: Clock;
  readonly log: Log;
  readonly longRunning: boolean;
}

/** Attempts that end together are looked at together. */
const COALESCE_MS = 1_000;
const HEARTBEAT_MS = 60_000;

interface Watched {
  readonly source: AlertSource;
  /** Something has happened since it was asked. */
  dirty: boolean;
  /** Of the monotonic clock. */
  askedAt: number;
}

export function createAlertWatch(deps: AlertWatchDeps): AlertWatch {
  const { book, sinks, outbox, clock, log } = deps;
  const watched: Watched[] = deps.sources.map((source) => ({
    source,
    dirty: false,
    askedAt: Number.NEGATIVE_INFINITY,
  }));
  const stop = new AbortController();
  let scheduled = false;
  let urgent = false;

  function soil(): void {
    for (const each of watched) each.dirty = true;
  }

  function lookAt(due: readonly Watched[]): void {
    if (due.length === 0) return;
    const asked = clock.monotonic();
    const notices = book.alone(() => reconcile(due, clock.now()));
    for (const each of due) Object.assign(each, { dirty: false, askedAt: asked });
    for (const notice of notices) for (const sink of sinks) sink.tell(notice);
  }

  function reconcile(due: readonly Watched[], now: number): readonly AlertNotice[] {
    const open = book.open();
    const alerts: Alert[] = [];
    const judged = new Map<AlertKind, AlertSource>();
    for (const each of due) {
      alerts.push(...each.source.standing(now, open));
      for (const kind of each.source.kinds) judged.set(kind, each.source);
    }
    const covers = (alert: OpenAlert) => {
      const source = judged.get(alert.kind);
      return source !== undefined && (source.covers?.(alert, now) ?? true);
    };
    return book.reconcile(alerts, covers, outbox ?? undefined);
  }

  /** A look that nobody waits for: where the store does not answer, the next one sees the same. */
  function tryToLook(due: readonly Watched[]): void {
    try {
      lookAt(due);
    } catch (error) {
      log.warn('alerts could not be looked for', { error: String(error) });
    }
  }

  function isDue({ dirty, askedAt, source }: Watched): boolean {
    return dirty && clock.monotonic() - askedAt >= source.everyMs;
  }

  function schedule(ms: number): void {
    if (scheduled || stop.signal.aborted) return;
    scheduled = true;
    clock.sleep(ms, stop.signal, { ref: false }).then(
      () => {
        scheduled = false;
        tryToLook(watched.filter(isDue));
        const waits = watched
          .filter(({ dirty }) => dirty)
          .map(({ askedAt, source }) => askedAt + source.everyMs - clock.monotonic());
        if (waits.length > 0) schedule(Math.max(COALESCE_MS, Math.min(...waits)));
      },
      () => {}, // Only `close` aborts the sleep.
    );
  }

  async function beat(): Promise<void> {
    while (!stop.signal.aborted) {
      await clock.sleep(HEARTBEAT_MS, stop.signal, { ref: false });
      soil();
      tryToLook(watched.filter(isDue));
    }
  }
  if (deps.longRunning) beat().catch(() => {}); // Only `close` ends the loop, by aborting the sleep.

  return {
    ended() {
      soil();
      schedule(COALESCE_MS);
    },
    crossed() {
      if (urgent) return;
      urgent = true;
      soil();
      // Not within the call that crossed it, but before its caller has the answer.
      queueMicrotask(() => {
        urgent = false;
        if (!stop.signal.aborted) tryToLook(watched.filter(({ source }) => source.everyMs === 0));
      });
    },
    look: () => lookAt(watched),
    close() {
      if (stop.signal.aborted) return;
      stop.abort();
      tryToLook(watched.filter(({ dirty }) => dirty));
    },
  };
}
