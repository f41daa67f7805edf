import { type Price, costOf as priceOfUsage } from '../domain/price.ts';
import type { SqliteConnection } from '../storage/database.ts';
import {
  ABORTED,
  ATTEMPT_RESULTS,
  ATTEMPTS_PER_CALL,
  CACHE_RESULTS,
  CALL_STATUSES,
  COST_SOURCES,
  codeOf,
} from '../storage/ledger-codes.ts';
import { packId } from '../storage/packed-id.ts';
import type { AttemptInFlight, CallInFlight } from './in-flight.ts';
import type { AttemptClosing, CallClosing } from './ledger.ts';
import type { Names } from './names.ts';
import { packText } from './packed-text.ts';
import { isCompared, type LastTokens } from './rollups.ts';

const MESSAGE_LIMIT = 1_000;
const NO_FAULTS: readonly number[] = [];

/** The numbers of the words of a closing. They are looked up before the transaction, which must not make new ones. */
export interface ClosingNames {
  readonly failure: number | null;
  readonly finishReason: number | null;
  readonly usageForm: number | null;
  readonly usageFigures: Uint8Array | null;
  readonly usageFaults: readonly number[];
}

/** How a call ended; what nobody knows of one whose process died is null. */
export interface CallEnd extends Omit<CallClosing, 'cache' | 'durationMs'> {
  readonly cache: CallClosing['cache'] | null;
  readonly durationMs: number | null;
}

export interface AttemptEnd extends Omit<AttemptClosing, 'durationMs'> {
  readonly durationMs: number | null;
}

/** The rows of calls and attempts that have ended. What writes must run inside an immediate transaction. */
export interface CallBook {
  namesOf(closing: Pick<AttemptClosing, 'failure' | 'finishReason' | 'rawUsage' | 'usage'>): ClosingNames;
  writeAttempt(attempt: AttemptInFlight, closing: AttemptEnd, names: ClosingNames, computed: number | null): void;
  /** Takes an aborted attempt out, before the truth is written in its place. */
  removeAttempt(attempt: AttemptInFlight): void;
  abortAttempt(attempt: AttemptInFlight): void;
  /** `errorCode` is a name. */
  writeCall(call: CallInFlight, closing: CallEnd, purpose: string | null, errorCode: number | null): void;
  abortCall(call: CallInFlight): void;
  removeCall(seq: number): void;
  /** Whether a call has ended. */
  hasCall(id: string, startedAt: number): boolean;
  /** Tokens of the last attempt of a call; null where it had none. */
  lastTokens(seq: number): LastTokens | null;
}

export function createCallBook(sqlite: SqliteConnection, names: Names): CallBook {
  const nameOrNull = (text: string | null) => (text === null ? null : names.idOf(text));
  const removeAttempt = sqlite.prepare('DELETE FROM attempt_rows WHERE place = ?');
  const removeCall = sqlite.prepare('DELETE FROM call_rows WHERE seq = ?');
  return {
    namesOf({ failure, finishReason, rawUsage, usage: reported }) {
      const usage = rawUsage === null ? null : packText(rawUsage);
      return {
        failure: nameOrNull(failure),
        finishReason: nameOrNull(finishReason),
        usageForm: usage && names.idOf(usage.form),
        usageFigures: usage?.figures ?? null,
        usageFaults: reported?.faults?.map(names.idOf) ?? NO_FAULTS,
      };
    },
    ...prepareAttempts(sqlite),
    removeAttempt: (attempt) => void removeAttempt.run(placeOf(attempt)),
    ...prepareCalls(sqlite),
    removeCall: (seq) => void removeCall.run(seq),
    lastTokens: prepareLastTokens(sqlite),
  };
}

/** Usage × price of an attempt whose provider told its own cost; else null, since its cost is that already. */
export function computedCost({ cost, usage }: AttemptClosing, price: Price | null): number | null {
  return cost.source === 'provider' && price && usage ? priceOfUsage(price, usage) : null;
}

/** Where the row of an attempt stands. */
export function placeOf({ seq, number }: Pick<AttemptInFlight, 'seq' | 'number'>): number {
  return seq * ATTEMPTS_PER_CALL + number;
}

function prepareAttempts(sqlite: SqliteConnection): Pick<CallBook, 'writeAttempt' | 'abortAttempt'> {
  const insert = sqlite.prepare(`INSERT INTO attempt_rows VALUES (?${', ?'.repeat(28)})`);
  const head = (a: AttemptInFlight) => {
    const id = packId('att', a.id, a.startedAt);
    return [placeOf(a), a.startedAt, id.high, id.low, id.text, a.route, a.priceId];
  };
  return {
    writeAttempt(attempt, closing, names, computed) {
      const { usage, cost, charge } = closing;
      insert.run(
        ...head(attempt),
        ...[codeOf(ATTEMPT_RESULTS, closing.result as (typeof ATTEMPT_RESULTS)[number]), names.failure],
        ...[closing.httpStatus, closing.message?.slice(0, MESSAGE_LIMIT) ?? null],
        ...[attempt.hold, charge === cost.amount ? null : charge, cost.amount, codeOf(COST_SOURCES, cost.source)],
        computed,
        ...(usage
          ? [
              ...[usage.inputTokens, usage.uncachedInputTokens, usage.cacheReadTokens, usage.cacheWrite5mTokens],
              ...[usage.cacheWrite1hTokens, usage.outputTokens, usage.reasoningTokens],
            ]
          : [null, null, null, null, null, null, null]),
        ...[names.usageForm, names.usageFigures, names.finishReason, closing.generationId],
        ...[whole(closing.durationMs), whole(closing.firstTokenMs)],
      );
    },
    abortAttempt(attempt) {
      const unknown = codeOf(COST_SOURCES, 'unknown');
      const nothing = Array.from({ length: 14 }, () => null);
      insert.run(
        ...head(attempt),
        ...[codeOf(ATTEMPT_RESULTS, 'aborted'), null, null, null, attempt.hold, 0, null, unknown],
        ...nothing,
      );
    },
  };
}

function prepareCalls(sqlite: SqliteConnection): Pick<CallBook, 'writeCall' | 'abortCall' | 'hasCall'> {
  const insert = sqlite.prepare(`INSERT INTO call_rows VALUES (?${', ?'.repeat(14)})`);
  const costOf = prepareCostOf(sqlite);
  const findPacked = sqlite.prepare('SELECT 1 FROM call_rows WHERE started_at = ? AND id_high = ? AND id_low = ?');
  const findText = sqlite.prepare('SELECT 1 FROM call_rows WHERE started_at = ? AND id_text = ?');
  const head = (call: CallInFlight) => {
    const id = packId('call', call.id, call.startedAt);
    return [call.seq, call.startedAt, id.high, id.low, id.text, call.context, call.run];
  };
  return {
    writeCall(call, closing, purpose, errorCode) {
      const { status, cost, baselineCost, cache, durationMs } = closing;
      insert.run(
        ...head(call),
        ...[codeOf(CALL_STATUSES, status), cost.amount, codeOf(COST_SOURCES, cost.source), baselineCost],
        ...[
          isCompared(closing, purpose) ? 1 : 0,
          cache === null ? null : codeOf(CACHE_RESULTS, cache),
          errorCode,
          whole(durationMs),
        ],
      );
    },
    abortCall(call) {
      // What it cost is known only where all its attempts are; one that was aborted is not.
      const { cost, estimated } = costOf(call.seq);
      const source = cost === null ? 'unknown' : estimated ? 'estimated' : 'computed';
      const failed = codeOf(CALL_STATUSES, 'failed');
      insert.run(...head(call), failed, cost, codeOf(COST_SOURCES, source), null, 0, null, ABORTED, null);
    },
    hasCall(id, startedAt) {
      const { high, low, text } = packId('call', id, startedAt);
      const row = text === null ? findPacked.get(startedAt, high, low) : findText.get(startedAt, text);
      return row !== undefined;
    },
  };
}

function prepareLastTokens(sqlite: SqliteConnection): CallBook['lastTokens'] {
  const last = sqlite.prepare<[number, number], LastTokens>(
    `SELECT input_tokens AS input, output_tokens AS output FROM attempt_rows
     WHERE place > ? AND place < ? ORDER BY place DESC LIMIT 1`,
  );
  return (seq) => last.get(...placesOf(seq)) ?? null;
}

/** What the attempts of a call cost together; null where one is unknown. */
function prepareCostOf(sqlite: SqliteConnection) {
  const estimated = codeOf(COST_SOURCES, 'estimated');
  const costs = sqlite.prepare<[number, number], { cost: number | null; estimated: 0 | 1 }>(
    `SELECT CASE WHEN count(*) = count(cost) THEN coalesce(sum(cost), 0) END AS cost,
       coalesce(max(cost_source = ${estimated}), 0) AS estimated FROM attempt_rows WHERE place > ? AND place < ?`,
  );
  return (seq: number) => {
    const row = costs.get(...placesOf(seq));
    return { cost: row?.cost ?? null, estimated: row?.estimated === 1 };
  };
}

function placesOf(seq: number) {
  return [seq * ATTEMPTS_PER_CALL, (seq + 1) * ATTEMPTS_PER_CALL] as const;
}

function whole(ms: number | null): number | null {
  return ms === null ? null : Math.round(ms);
}
