import type { Budget } from '../domain/budget.ts';
import type { Clock } from '../lib/clock.ts';
import type { Database } from '../storage/database.ts';
import { createBodyBook } from './body-book.ts';
import type { WindowFacts } from './budget-accounts.ts';
import { createBudgetBook } from './budget-book.ts';
import { createCallBook } from './call-book.ts';
import { createContexts } from './contexts.ts';
import { createDecisionBook } from './decision-book.ts';
import { createEffectBook } from './effect-book.ts';
import { createInFlight } from './in-flight.ts';
import type { AttemptClosing, AttemptOpening, CallClosing, CallOpening, Ledger } from './ledger.ts';
import { createLedgerEntries, type FinishNames, type References } from './ledger-entries.ts';
import { createMachineBook } from './machine-book.ts';
import { createNames } from './names.ts';
import { createPriceBook } from './price-book.ts';
import { createHeartbeat, type Owner, processOwner } from './process-owner.ts';
import { createRecovery } from './recovery.ts';
import { createRollups } from './rollups.ts';
import { createRunTree } from './run-tree.ts';
import { createUsageFaultBook } from './usage-faults.ts';

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
  const names = createNames(sqlite);
  const prices = createPriceBook(sqlite);
  const contexts = createContexts(sqlite);
  const decisions = createDecisionBook(sqlite, names);
  const runs = createRunTree(sqlite, names);
  const bodies = createBodyBook(sqlite);
  const inFlight = createInFlight(sqlite);
  const calls = createCallBook(sqlite, names);
  const rollups = createRollups(sqlite);
  const budgets = createBudgetBook(sqlite, deps.budgets);
  const effects = createEffectBook(sqlite, names);
  const machines = createMachineBook(sqlite);
  const usageFaults = createUsageFaultBook(sqlite);
  const beyondQuota = sqlite.prepare<[number]>('INSERT OR IGNORE INTO beyond_quota VALUES (?)');
  const notePaidBeyondQuota = (place: number) => void beyondQuota.run(place);
  const entries = createLedgerEntries({
    inFlight,
    calls,
    rollups,
    budgets,
    decisions,
    effects,
    machines,
    usageFaults,
    notePaidBeyondQuota,
  });
  const recover = createRecovery(sqlite, inFlight, entries, owner);
  const heartbeat = createHeartbeat(sqlite, owner);

  /** What the rows refer to. Made before the transaction, so that it stays made if that is rolled back. */
  const references = guarded((call: CallOpening, attempt: AttemptOpening | null): References => {
    const owner = heartbeat(clock.now());
    const own = ofCall.get(call) ?? callReferences(call, owner);
    ofCall.set(call, own);
    if (!attempt) return { ...own, owner, route: null, groups: own.bareGroups, priceId: null };
    const [route, groups] = [contexts.routeOf(attempt), contexts.groupsOf(call, attempt)];
    return { ...own, owner, route, groups, priceId: prices.idOf(attempt.price) };
  });
  // A call is opened, tried and finished with the same facts.
  const ofCall = new WeakMap<CallOpening, ReturnType<typeof callReferences>>();

  function callReferences(call: CallOpening, ownerId: number) {
    const { runId, sessionId, swarmId } = call.attribution;
    return {
      context: contexts.contextOf(call, prices.idOf(call.baseline.price)),
      bareGroups: contexts.groupsOf(call, null),
      decision: decisions.pack(call.reason, call.decision),
      run: runId === undefined ? null : runs.idOf(runId, swarmId),
      session: sessionOf(sessionId, ownerId),
    };
  }

  /** A client that names no session has one with each process. */
  function sessionOf(sessionId: string | null | undefined, ownerId: number): number | null {
    return budgets.bySession ? names.idOf(`session ${sessionId ?? `of process ${ownerId}`}`) : null;
  }

  /** Of a call that is only thought of. */
  function factsNow(run: string | null, session: string | null | undefined): WindowFacts {
    const startedAt = clock.now();
    return {
      startedAt,
      seq: null,
      run: run === null ? null : names.idOf(run),
      session: budgets.bySession ? sessionOf(session, heartbeat(startedAt)) : null,
    };
  }

  const settle = transaction((closing: AttemptClosing, closingNames: ReturnType<typeof calls.namesOf>) =>
    entries.settle(closing, closingNames, prices.priceOf),
  );
  const namesOf = guarded(calls.namesOf);
  const reserve = transaction(entries.reserve);
  const bookCached = transaction(entries.bookCached);
  const finish = transaction(entries.finish);
  const finishNames = guarded(
    (closing: CallClosing): FinishNames => ({
      errorCode: closing.errorCode === null ? null : names.idOf(closing.errorCode),
      effects: effects.namesOf(closing.effects),
    }),
  );

  return {
    reserve: (call, attempt, attributes) => reserve(call, attempt, attributes, references(call, attempt)),
    settle: (closing) => settle(closing, namesOf(closing)),
    bookCached: (call, attempt, closing) =>
      bookCached(call, attempt, closing, references(call, attempt), namesOf(closing)),
    finish: (call: CallOpening, closing: CallClosing) =>
      finish(call, closing, references(call, null), finishNames(closing)),
    keepBody: transaction((call, prompt, answer) => bodies.keep(call, prompt, answer, clock.now())),
    recover: transaction(() => {
      bodies.prune(clock.now());
      return recover(clock.now());
    }),
    budgets: guarded(() => budgets.statuses(simulated, factsNow(null, null))),
    budgetState: guarded((attributes) =>
      budgets.state(attributes, simulated, factsNow(attributes.run, attributes.session)),
    ),
  };
}
