import { FareboxError } from '../domain/errors.ts';
import type { Log } from '../telemetry/log.ts';
import type { Ledger } from './ledger.ts';

export interface PatientLedger extends Ledger {
  /** Writes what is still to be written; false where the store does not answer yet. */
  flush(): boolean;
}

/** Entries that may wait; beyond that a call fails with the store's own error. */
const MAX_WAITING = 10_000;

/**
 * A ledger that does not lose an answer which is already paid because the store is locked or full at that moment: the
 * ends of attempts and calls wait, in their order, and are written as soon as the store answers again. Until then their
 * holds stay, so that no budget is passed meanwhile. Nothing begins that cannot be written: `reserve` fails as ever.
 */
export function createPatientLedger(ledger: Ledger, log: Log): PatientLedger {
  const waiting: (() => void)[] = [];

  function flush(): boolean {
    for (let entry = waiting[0]; entry; entry = waiting[0]) {
      try {
        entry();
      } catch (error) {
        if (isUnavailable(error)) return false;
        log.error('an entry of the ledger could not be written', { error: String(error) });
      }
      waiting.shift();
    }
    return true;
  }

  /** Writes now, or later; `meanwhile` is what the caller gets then. */
  function write<T>(entry: () => T, meanwhile: T): T {
    if (flush()) {
      try {
        return entry();
      } catch (error) {
        if (!isUnavailable(error) || waiting.length >= MAX_WAITING) throw error;
        log.error('the ledger cannot be written now; the entry waits', { error: String(error) });
      }
    }
    waiting.push(() => void entry());
    return meanwhile;
  }

  return {
    ...ledger,
    flush,
    reserve: (call, attempt, attributes) => {
      const refusal = ledger.reserve(call, attempt, attributes);
      if (waiting.length > 0) flush();
      return refusal;
    },
    settle: (closing) => write(() => ledger.settle(closing), []),
    finish: (call, closing) => write(() => ledger.finish(call, closing), undefined),
    bookCached: (call, attempt, closing) => write(() => ledger.bookCached(call, attempt, closing), undefined),
  };
}

function isUnavailable(error: unknown): boolean {
  return error instanceof FareboxError && error.code === 'storage_unavailable';
}
