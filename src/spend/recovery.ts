import type { SqliteConnection } from '../storage/database.ts';
import type { InFlight } from './in-flight.ts';
import type { LedgerEntries } from './ledger-entries.ts';
import { isGone, type Owner, type SeenOwner } from './process-owner.ts';

const KEEP_ORPHANS_MS = 24 * 60 * 60_000;

/**
 * Ends what dead processes left in flight: their attempts are aborted with unknown cost (money may have been spent
 * upstream), what they hold is given back, their calls have failed. To be run inside an immediate transaction. Returns
 * how many attempts were aborted.
 */
export function createRecovery(
  sqlite: SqliteConnection,
  inFlight: InFlight,
  entries: LedgerEntries,
  self: Owner,
): (now: number) => number {
  const owners = sqlite.prepare<[], SeenOwner & { id: number }>(
    'SELECT id, host, pid, started_at AS startedAt, seen_at AS seenAt FROM owners',
  );
  const forget = sqlite.prepare('DELETE FROM owners WHERE id = ?');

  return (now) => {
    let aborted = 0;
    for (const owner of owners.all().filter((each) => isGone(each, self, now))) {
      for (const attempt of inFlight.attemptsOf(owner.id)) {
        entries.abortAttempt(attempt);
        aborted += 1;
      }
      for (const call of inFlight.callsOf(owner.id)) entries.abortCall(call);
      forget.run(owner.id);
    }
    inFlight.forgetOrphans(now - KEEP_ORPHANS_MS);
    return aborted;
  };
}
