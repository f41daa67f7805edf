import type { SqliteConnection } from '../storage/database.ts';
import { createMemo, type Names } from './names.ts';
import { packNumbers, packText, splitAtCommas, unpackNumbers, unpackText } from './packed-text.ts';

/** Why calls were routed as they were, in a tenth of the space of the text. */
export interface DecisionBook {
  /** Prepares a decision; its shared parts are written at once. Call it before the transaction. */
  pack(reason: string, decision: string): PackedDecision;
  /** Writes it, and returns the number that the call gets from it. */
  write(packed: PackedDecision): number;
  /** What was decided about a call; null where that was given up or never known. */
  read(seq: number): { readonly reason: string; readonly decision: string } | null;
}

export interface PackedDecision {
  readonly parts: Uint8Array;
  readonly figures: Uint8Array;
}

/** Between the reason, which is prose, and the decision, which is JSON. */
const BETWEEN = '\n';
const REMEMBERED = 2_000;

export function createDecisionBook(sqlite: SqliteConnection, names: Names): DecisionBook {
  const insert = sqlite.prepare<[Uint8Array, Uint8Array]>('INSERT INTO decisions (parts, figures) VALUES (?, ?)');
  const find = sqlite.prepare<[number], PackedDecision>('SELECT parts, figures FROM decisions WHERE seq = ?');
  const parts = createMemo<Uint8Array>(REMEMBERED);

  function partsOf(form: string): Uint8Array {
    const end = form.indexOf(BETWEEN);
    const pieces = [form.slice(0, end), ...splitAtCommas(form.slice(end + 1))];
    return packNumbers(pieces.map((piece) => names.idOf(piece)));
  }

  return {
    pack(reason, decision) {
      // A reason of several lines would be taken for the decision.
      const { form, figures } = packText(`${reason.replaceAll(BETWEEN, ' ')}${BETWEEN}${decision}`);
      return { parts: parts(form, () => partsOf(form)), figures };
    },
    write: ({ parts: bytes, figures }) => Number(insert.run(bytes, figures).lastInsertRowid),
    read(seq) {
      const row = find.get(seq);
      if (!row) return null;
      const [reason = '', ...rest] = unpackNumbers(row.parts).map((id) => names.nameOf(id));
      const text = unpackText({ form: `${reason}${BETWEEN}${rest.join(',')}`, figures: row.figures });
      const end = text.indexOf(BETWEEN);
      // An empty one came with an import of a call whose decision had been given up.
      return text === BETWEEN ? null : { reason: text.slice(0, end), decision: text.slice(end + 1) };
    },
  };
}
