import type { SqliteConnection } from '../storage/database.ts';
import type { BudgetBook } from './budget-book.ts';
import type { InFlight } from './in-flight.ts';
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
  budgets: BudgetBook,
  self: Owner,
): (now: number) => number {
  const owners = sqlite.prepare<[], SeenOwner & { id: number }>(
    'SELECT id, host, pid, started_at AS startedAt, seen_at AS seenAt FROM owners',
  );
  const abort = sqlite.prepare("UPDATE attempts SET result = 'aborted' WHERE call_id = ? AND number = ?");
  const fail = sqlite.prepare(FAIL_CALL);
  const forget = sqlite.prepare('DELETE FROM owners WHERE id = ?');

  return (now) => {
    let aborted = 0;
    for (const owner of owners.all().filter((each) => isGone(each, self, now))) {
      for (const attempt of inFlight.attemptsOf(owner.id)) {
        abort.run(attempt.callId, attempt.number);
        budgets.release(attempt.holds, attempt.simulated);
        inFlight.orphan(attempt);
        aborted += 1;
      }
      for (const call of inFlight.callsOf(owner.id)) {
        fail.run(call);
        inFlight.removeCall(call);
      }
      forget.run(owner.id);
    }
    inFlight.forgetOrphans(now - KEEP_ORPHANS_MS);
    return aborted;
  };
}

/** What a call cost is known only where all its attempts are; one that was aborted is not. */
const FAIL_CALL = `
UPDATE calls SET status = 'failed', error_code = 'aborted',
  cost = (SELECT CASE WHEN count(*) = count(cost) THEN coalesce(sum(cost), 0) END FROM attempts WHERE call_id = calls.id),
  cost_source = (
    SELECT CASE WHEN count(*) > count(cost) THEN 'unknown'
                WHEN max(cost_source = 'estimated') THEN 'estimated' ELSE 'computed' END
    FROM attempts WHERE call_id = calls.id)
WHERE id = ? AND status = 'running'`;
