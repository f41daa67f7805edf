import { type BudgetAttributes, type BudgetRefusal, QUOTA_BUFFER } from '../domain/budget.ts';
import type { CallId } from '../domain/ids.ts';
import type { Price } from '../domain/price.ts';
import type { BudgetBook } from './budget-book.ts';
import { type CallBook, type ClosingNames, computedCost as computedCostOf, placeOf } from './call-book.ts';
import type { DecisionBook, PackedDecision } from './decision-book.ts';
import type { EffectBook, NamedEffect } from './effect-book.ts';
import type { AttemptInFlight, CallInFlight, Hold, InFlight } from './in-flight.ts';
import type { AttemptClosing, AttemptOpening, BudgetCrossing, CallClosing, CallOpening } from './ledger.ts';
import { type MachineBook, reachedMachine } from './machine-book.ts';
import { ABORTED_ATTEMPT, attemptSums, BARE_CALL, callSums, minus, type Rollups } from './rollups.ts';
import type { UsageFaultBook } from './usage-faults.ts';

export interface LedgerEntriesDeps {
  readonly inFlight: InFlight;
  readonly calls: CallBook;
  readonly rollups: Rollups;
  readonly budgets: BudgetBook;
  readonly decisions: DecisionBook;
  readonly effects: EffectBook;
  readonly machines: MachineBook;
  readonly usageFaults: UsageFaultBook;
  /** Notes that an attempt is paid only since a free quota is used up. */
  readonly notePaidBeyondQuota: (place: number) => void;
}

/** Rows that a call or attempt refers to. */
export interface References {
  readonly owner: number;
  readonly priceId: number | null;
  readonly context: number;
  readonly route: number | null;
  /** Groups in which the call counts with this attempt as its last, and without any. */
  readonly groups: string;
  readonly bareGroups: string;
  readonly decision: PackedDecision;
  readonly run: number | null;
  readonly session: number | null;
}

/** The numbers of the words of a call's closing. */
export interface FinishNames {
  readonly errorCode: number | null;
  readonly effects: readonly NamedEffect[];
}

/**
 * The entries of the ledger: each keeps rows, roll-ups, budgets and what is in flight in step. All of them must run
 * inside an immediate transaction.
 */
export interface LedgerEntries {
  reserve(
    call: CallOpening,
    attempt: AttemptOpening,
    attributes: BudgetAttributes,
    refs: References,
  ): BudgetRefusal | null;
  /** `priceOf`: the price of a row. */
  settle(
    closing: AttemptClosing,
    names: ClosingNames,
    priceOf: (priceId: number | null) => Price | null,
  ): readonly BudgetCrossing[];
  bookCached(
    call: CallOpening,
    attempt: AttemptOpening,
    closing: AttemptClosing,
    refs: References,
    names: ClosingNames,
  ): void;
  finish(call: CallOpening, closing: CallClosing, refs: References, names: FinishNames): void;
  /** Ends what a dead process left in flight; it may still be settled. */
  abortAttempt(attempt: AttemptInFlight): void;
  abortCall(call: CallInFlight): void;
}

export function createLedgerEntries({
  inFlight,
  calls,
  rollups,
  budgets,
  decisions,
  effects,
  machines,
  usageFaults,
  notePaidBeyondQuota,
}: LedgerEntriesDeps): LedgerEntries {
  /** A call that was taken for dead is in flight again, and not among those that have ended. */
  function unbook(call: CallInFlight): void {
    calls.removeCall(call.seq);
    rollups.addCall(call, minus(BARE_CALL));
  }

  /** Puts a call in flight, or on to the groups of its next attempt. */
  function move(id: CallId, known: CallInFlight | null, next: CallInFlight, owner: number): void {
    if (known?.orphaned) unbook(known);
    if (!known) inFlight.addCall(next, owner);
    else if (known.orphaned || known.groups !== next.groups) inFlight.moveCall(id, next.groups, owner);
  }

  /** What is paid by the hour ran while it answered. */
  function keepMachine(attempt: AttemptInFlight, closing: AttemptClosing, price: Price | null): void {
    const fixed = price?.fixed;
    if (fixed?.kind !== 'gpu' || !reachedMachine(closing.failure)) return;
    machines.ran({ ...attempt, fixed, durationMs: closing.durationMs });
  }

  return {
    reserve(call, attempt, attributes, refs) {
      const known = inFlight.call(call.id);
      const seq = known?.seq ?? decisions.write(refs.decision);
      const { startedAt, simulated } = call;
      const { run, session, bareGroups, owner } = refs;
      const held = budgets.hold({ amount: attempt.hold, startedAt, simulated, seq, run, session }, attributes);
      if ('refusal' in held) {
        if (!known) inFlight.addCall(toCall(call, seq, { ...refs, groups: bareGroups }), owner);
        return held.refusal;
      }
      const opened = toAttempt(call, seq, attempt, refs, held.holds);
      if (attributes.tags.includes(QUOTA_BUFFER)) notePaidBeyondQuota(placeOf(opened));
      if (!known) inFlight.addBoth(toCall(call, seq, refs), opened, owner);
      else {
        move(call.id, known, toCall(call, seq, refs), owner);
        inFlight.addAttempt(opened, owner);
      }
      return null;
    },

    settle(closing, names, priceOf) {
      const attempt = inFlight.takeAttempt(closing.id);
      if (!attempt) return [];
      if (attempt.orphaned) {
        calls.removeAttempt(attempt);
        rollups.addAttempt(attempt, minus(ABORTED_ATTEMPT));
      }
      const price = priceOf(attempt.priceId);
      const computedCost = computedCostOf(closing, price);
      calls.writeAttempt(attempt, closing, names, computedCost);
      rollups.addAttempt(attempt, attemptSums(closing, computedCost));
      keepMachine(attempt, closing, price);
      usageFaults.count(attempt, names.usageFaults);
      return budgets.charge(attempt.holds, attempt.simulated, closing.charge);
    },

    bookCached(call, attempt, closing, refs, names) {
      const known = inFlight.call(call.id);
      const seq = known?.seq ?? decisions.write(refs.decision);
      move(call.id, known, toCall(call, seq, refs), refs.owner);
      const booked = toAttempt(call, seq, attempt, refs, []);
      calls.writeAttempt(booked, closing, names, null);
      rollups.addAttempt(booked, attemptSums(closing, null));
    },

    finish(call, closing, refs, names) {
      const purpose = call.purpose ?? null;
      let open = inFlight.takeCall(call.id);
      if (!open) {
        // Never opened, or finished before: the first closing counts.
        if (calls.hasCall(call.id, call.startedAt)) return;
        open = toCall(call, decisions.write(refs.decision), refs);
      }
      if (open.orphaned) unbook(open);
      calls.writeCall(open, closing, purpose, names.errorCode);
      effects.write(open, names.effects);
      rollups.addCall(open, callSums(closing, purpose, calls.lastTokens(open.seq)));
      budgets.endCall(open.seq, open.simulated);
    },

    abortAttempt(attempt) {
      calls.abortAttempt(attempt);
      rollups.addAttempt(attempt, ABORTED_ATTEMPT);
      budgets.release(attempt.holds, attempt.simulated);
      inFlight.orphanAttempt(attempt);
    },

    abortCall(call) {
      calls.abortCall(call);
      rollups.addCall(call, BARE_CALL);
      inFlight.orphanCall(call.id);
    },
  };
}

function toCall({ id, startedAt, simulated }: CallOpening, seq: number, refs: References): CallInFlight {
  const { context, run, groups } = refs;
  return { id, seq, startedAt, callStartedAt: startedAt, simulated, context, run, groups, orphaned: false };
}

function toAttempt(
  call: CallOpening,
  seq: number,
  attempt: AttemptOpening,
  refs: References,
  holds: readonly Hold[],
): AttemptInFlight {
  return {
    id: attempt.id,
    seq,
    startedAt: attempt.startedAt,
    callStartedAt: call.startedAt,
    simulated: call.simulated,
    context: refs.context,
    run: refs.run,
    groups: refs.groups,
    orphaned: false,
    number: attempt.number,
    route: refs.route ?? 0,
    priceId: refs.priceId,
    hold: attempt.hold,
    holds,
  };
}
