import type { SqliteConnection } from '../storage/database.ts';
import { ATTEMPTS_PER_CALL } from '../storage/ledger-codes.ts';
import { createDecisionBook } from './decision-book.ts';
import { createNames } from './names.ts';
import { unpackText } from './packed-text.ts';

type Cell = string | number | null;
export type Row = Readonly<Record<string, Cell>>;

/** A call with everything that the ledger knows of it. Columns as in the views `calls` and `attempts`. */
export interface LedgerCall {
  readonly call: Row;
  /** null: given up by policy. */
  readonly reason: string | null;
  readonly decision: string | null;
  /** With `raw_usage`, the provider's own usage object as JSON; `beyond_quota`: paid since a free quota was used up. */
  readonly attempts: readonly Row[];
  /** What optimisations did for it; absent: none did anything. */
  readonly effects?: readonly Row[];
}

/** Reads calls in full. Never writes. */
export interface LedgerReader {
  /** Ended calls by their number, from one on; in the order in which they were opened. */
  calls(afterSeq: number): Iterable<LedgerCall>;
  /** One call by its id, also while it is running; null where there is none. */
  find(id: string): LedgerCall | null;
}

const CHUNK = 500;

export function createLedgerReader(sqlite: SqliteConnection): LedgerReader {
  const names = createNames(sqlite);
  const decisions = createDecisionBook(sqlite, names);
  const attempts = sqlite.prepare<[number, number], Row>(
    'SELECT * FROM attempts WHERE place > ? AND place < ? ORDER BY place',
  );
  const usage = sqlite.prepare<[number], { form: number | null; figures: Uint8Array | null }>(
    'SELECT usage_form AS form, usage_figures AS figures FROM attempt_rows WHERE place = ?',
  );
  const beyondQuota = sqlite.prepare<[number]>('SELECT 1 FROM beyond_quota WHERE place = ?');
  const effects = sqlite.prepare<[number], Row>(
    `SELECT n.name AS optimisation, e.tokens_avoided, e.cost_avoided, e.own_cost
     FROM effect_rows e JOIN names n ON n.id = e.optimisation WHERE e.seq = ? ORDER BY n.name`,
  );
  const chunk = sqlite.prepare<[number, number], Row>(
    `SELECT * FROM calls WHERE seq IN (SELECT seq FROM call_rows WHERE seq > ? ORDER BY seq LIMIT ?) ORDER BY seq`,
  );
  const byId = sqlite.prepare<[string], Row>('SELECT * FROM calls WHERE id = ?');

  function full(call: Row): LedgerCall {
    const seq = Number(call['seq']);
    const decided = decisions.read(seq);
    const did = effects.all(seq);
    return {
      call,
      reason: decided?.reason ?? null,
      decision: decided?.decision ?? null,
      attempts: attempts.all(seq * ATTEMPTS_PER_CALL, (seq + 1) * ATTEMPTS_PER_CALL).map((attempt) => {
        const packed = usage.get(Number(attempt['place']));
        const { form = null, figures = null } = packed ?? {};
        const text = form === null || !figures ? null : unpackText({ form: names.nameOf(form), figures });
        const beyond = beyondQuota.get(Number(attempt['place'])) !== undefined;
        return { ...attempt, raw_usage: text, ...(beyond && { beyond_quota: 1 }) };
      }),
      ...(did.length > 0 && { effects: did }),
    };
  }

  return {
    *calls(afterSeq) {
      for (let last = afterSeq; ; ) {
        const rows = chunk.all(last, CHUNK);
        for (const row of rows) yield full(row);
        const next = rows.at(-1);
        if (!next) return;
        last = Number(next['seq']);
      }
    },
    find(id) {
      const row = byId.get(id);
      return row ? full(row) : null;
    },
  };
}
