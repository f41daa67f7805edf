import type { Budget, BudgetAttributes } from '../domain/budget.ts';
import type { Clock } from '../lib/clock.ts';
import type { Database } from '../storage/database.ts';
import { createBodyBook } from './body-book.ts';
import { createBudgetBook } from './budget-book.ts';
import { createCallBook } from './call-book.ts';
import { createInFlight } from './in-flight.ts';
import type { AttemptClosing, AttemptOpening, CallClosing, CallOpening, Ledger } from './ledger.ts';
import { createHeartbeat, type Owner, processOwner } from './process-owner.ts';
import { createRecovery } from './recovery.ts';

export interface SqliteLedgerDeps {
  readonly database: Database;
  /** Of budgets with the same id, the one with the smaller limit governs. */
  readonly budgets: readonly Budget[];
  readonly clock: Clock;
  /** Which budgets `budgets()` and `budgetState()` tell of: the real ones, or their copies that the sandbox spends from. */
  readonly simulated: boolean;
  /** The process that the rows belong to; this one unless a test says otherwise. */
  readonly owner?: Owner;
}

/**
 * The ledger in SQLite. Each method that writes is one immediate transaction of statements that are prepared once,
 * here. Simulated calls are paid from copies of the budgets and never touch the real ones.
 */
export function createSqliteLedger(deps: SqliteLedgerDeps): Ledger {
  const { database, clock, simulated, owner = processOwner() } = deps;
  const { sqlite, transaction, guarded } = database;
  const calls = createCallBook(sqlite);
  const bodies = createBodyBook(sqlite);
  const inFlight = createInFlight(sqlite);
  const budgets = createBudgetBook(sqlite, deps.budgets);
  const recover = createRecovery(sqlite, inFlight, budgets, owner);
  const heartbeat = createHeartbeat(sqlite, owner);

  /** What the rows refer to. Made before the transaction, so that it stays made if that is rolled back. */
  const references = guarded((call: CallOpening, attempt: AttemptOpening | null) => ({
    owner: heartbeat(clock.now()),
    price: calls.priceId(attempt?.price ?? null),
    baseline: calls.priceId(call.baseline.price),
  }));
  type References = ReturnType<typeof references>;

  function open(call: CallOpening, refs: References): void {
    if (calls.openCall(call, refs.baseline)) inFlight.addCall(call, refs.owner);
  }

  const reserve = transaction(
    (call: CallOpening, attempt: AttemptOpening, attributes: BudgetAttributes, refs: References) => {
      open(call, refs);
      const { startedAt: callStartedAt, simulated: realm } = call;
      const held = budgets.hold({ amount: attempt.hold, callStartedAt, simulated: realm }, attributes);
      if ('refusal' in held) return held.refusal;
      calls.openAttempt(attempt, refs.price);
      const { id, callId, number } = attempt;
      inFlight.addAttempt({ id, callId, number, simulated: realm, holds: held.holds }, callStartedAt, refs.owner);
      return null;
    },
  );
  const settle = transaction((closing: AttemptClosing) => {
    const attempt = inFlight.takeAttempt(closing.id);
    if (!attempt) return [];
    calls.closeAttempt(attempt, closing);
    return budgets.charge(attempt.holds, attempt.simulated, closing.charge);
  });
  const bookCached = transaction(
    (call: CallOpening, attempt: AttemptOpening, closing: AttemptClosing, refs: References) => {
      open(call, refs);
      calls.openAttempt(attempt, refs.price);
      calls.closeAttempt(attempt, closing);
    },
  );
  const finish = transaction((call: CallOpening, closing: CallClosing, refs: References) => {
    open(call, refs);
    calls.closeCall(closing);
    inFlight.removeCall(call.id);
  });

  return {
    reserve: (call, attempt, attributes) => reserve(call, attempt, attributes, references(call, attempt)),
    settle,
    bookCached: (call, attempt, closing) => bookCached(call, attempt, closing, references(call, attempt)),
    finish: (call, closing) => finish(call, closing, references(call, null)),
    keepBody: transaction((call, prompt, answer) => bodies.keep(call, prompt, answer, clock.now())),
    recover: transaction(() => {
      bodies.prune(clock.now());
      return recover(clock.now());
    }),
    budgets: guarded(() => budgets.statuses(simulated, clock.now())),
    budgetState: guarded((attributes) => budgets.state(attributes, simulated, clock.now())),
  };
}
