import { FareboxError } from '../domain/errors.ts';
import type { SqliteConnection } from '../storage/database.ts';
import { createCallBook, placeOf } from './call-book.ts';
import { createContexts } from './contexts.ts';
import { createDecisionBook } from './decision-book.ts';
import { createEffectBook } from './effect-book.ts';
import { createLedgerReader, type LedgerCall } from './ledger-reader.ts';
import { createMachineBook, reachedMachine } from './machine-book.ts';
import { createNames } from './names.ts';
import { createPriceBook, readPrice } from './price-book.ts';
import { readAttempt, readCall, readEffects, type WrittenAttempt } from './read-ledger-line.ts';
import { attemptSums, callSums, createRollups } from './rollups.ts';
import { createRunTree } from './run-tree.ts';
import { prepareFaultImport, type WrittenFaults, writtenFaults } from './usage-faults.ts';

export interface Imported {
  readonly added: number;
  /** Here already. */
  readonly skipped: number;
}

/** The first line of an export; another version would have another number. */
const HEAD = { type: 'farebox-ledger', version: 1 };

/** Numbers of rows, which are others in another file. */
const NUMBERS: ReadonlySet<string> = new Set(['seq', 'call_seq', 'place']);
/** Numbers of prices, in whose place an export has the hash of the price. */
const PRICE_COLUMNS: ReadonlySet<string> = new Set(['price_id', 'baseline_price_id']);

interface PriceRow {
  readonly id: number;
  readonly hash: string;
  readonly content: string;
}

/** The lines of an export: what it is, then prices with when they held, which runs belong together, faults of usage, and calls in the order of their opening. */
export function* exportLedger(sqlite: SqliteConnection): Generator<string> {
  yield JSON.stringify(HEAD);
  const prices = sqlite.prepare<[], PriceRow>('SELECT id, hash, content FROM prices ORDER BY hash').all();
  const hashes = new Map<unknown, string>(prices.map(({ id, hash }) => [id, hash]));
  const written = (key: string, value: unknown) => {
    if (NUMBERS.has(key)) return undefined;
    return PRICE_COLUMNS.has(key) ? (hashes.get(value) ?? null) : value;
  };
  for (const { hash, content } of prices) yield JSON.stringify({ type: 'price', hash, content });
  const periods = sqlite.prepare('SELECT * FROM price_periods ORDER BY since, provider, model').all() as object[];
  for (const period of periods) yield JSON.stringify({ type: 'price_period', ...period }, written);
  const runs = sqlite.prepare(
    `SELECT (SELECT name FROM names WHERE id = run) AS run, (SELECT name FROM names WHERE id = parent) AS parent
     FROM run_parents ORDER BY run_parents.run`,
  );
  for (const run of runs.all() as object[]) yield JSON.stringify({ type: 'run', ...run });
  for (const faults of writtenFaults(sqlite)) yield JSON.stringify({ type: 'usage_faults', ...faults });
  for (const call of createLedgerReader(sqlite).calls(0)) {
    yield JSON.stringify({ type: 'call', ...call }, written);
  }
}

/** Adds the calls of an export. Must run inside an immediate transaction. */
export function importLedger(sqlite: SqliteConnection, lines: Iterable<string>): Imported {
  const running = Number(sqlite.prepare('SELECT count(*) FROM in_flight WHERE owner IS NOT NULL').pluck().get());
  if (running > 0) {
    throw new FareboxError('invalid_request', `${running} calls or attempts are in flight.`, {
      remedy: 'Import when nothing is running: budgets are added up anew.',
    });
  }
  const book = createImporter(sqlite);
  const counts = { added: 0, skipped: 0 };
  let number = 0;
  for (const line of lines) {
    number += 1;
    if (line.trim() === '') continue;
    try {
      const added = book(JSON.parse(line) as { readonly type: string }, number === 1);
      if (added !== null) counts[added ? 'added' : 'skipped'] += 1;
    } catch (error) {
      throw new FareboxError('invalid_request', `Line ${number} of the export cannot be read: ${messageOf(error)}.`, {
        remedy: 'Nothing was imported. Give a file that farebox ledger export wrote.',
        cause: error,
      });
    }
  }
  // They are opened again when they are needed, with what the ledger adds up to now.
  sqlite.exec('DELETE FROM budget_windows');
  return counts;
}

/** Books a line; true for a call that was added, false for one that is here already, null for anything else. */
function createImporter(sqlite: SqliteConnection): (line: { readonly type: string }, first: boolean) => boolean | null {
  const names = createNames(sqlite);
  const prices = createPriceBook(sqlite);
  const runs = createRunTree(sqlite, names);
  const contexts = createContexts(sqlite);
  const decisions = createDecisionBook(sqlite, names);
  const calls = createCallBook(sqlite, names);
  const rollups = createRollups(sqlite);
  const effects = createEffectBook(sqlite, names);
  const machines = createMachineBook(sqlite);
  const addPeriod = preparePeriod(sqlite);
  const addFaults = prepareFaultImport(sqlite, names, contexts);
  const noteBeyondQuota = sqlite.prepare('INSERT OR IGNORE INTO beyond_quota VALUES (?)');
  const priceOf = new Map<unknown, number | null>();

  function addCall(line: LedgerCall): boolean {
    const { opening, closing, baselinePrice } = readCall(line);
    if (calls.hasCall(opening.id, opening.startedAt)) return false;
    const { runId } = opening.attribution;
    const seq = decisions.write(decisions.pack(opening.reason, opening.decision));
    const entry = {
      ...{ id: opening.id, seq, startedAt: opening.startedAt, callStartedAt: opening.startedAt },
      ...{
        simulated: opening.simulated,
        orphaned: false,
        run: runId === undefined ? null : runs.idOf(runId, undefined),
      },
      context: contexts.contextOf(opening, priceOf.get(baselinePrice) ?? null),
    };
    const attempts = line.attempts.map((row) => readAttempt(row, opening.id));
    for (const attempt of attempts) addAttempt(attempt, entry, contexts.groupsOf(opening, attempt.opening));
    const last = attempts.at(-1);
    const usage = last
      ? { input: last.closing.usage?.inputTokens ?? null, output: last.closing.usage?.outputTokens ?? null }
      : null;
    const groups = contexts.groupsOf(opening, last?.opening ?? null);
    const errorCode = closing.errorCode === null ? null : names.idOf(closing.errorCode);
    const purpose = opening.purpose ?? null;
    calls.writeCall({ ...entry, groups }, closing, purpose, errorCode);
    rollups.addCall({ ...entry, groups }, callSums(closing, purpose, usage));
    effects.write(entry, effects.namesOf(readEffects(line)));
    return true;
  }

  function addAttempt(
    { opening, closing, computedCost, price, isBeyondQuota }: WrittenAttempt,
    call: Omit<Parameters<typeof calls.writeCall>[0], 'groups'>,
    groups: string,
  ): void {
    const { id, number, startedAt, hold } = opening;
    const route = contexts.routeOf(opening);
    const entry = {
      ...call,
      id,
      number,
      startedAt,
      hold,
      holds: [],
      route,
      groups,
      priceId: priceOf.get(price) ?? null,
    };
    calls.writeAttempt(entry, closing, calls.namesOf(closing), computedCost);
    rollups.addAttempt(entry, attemptSums(closing, computedCost));
    if (isBeyondQuota) noteBeyondQuota.run(placeOf(entry));
    const { fixed } = prices.priceOf(entry.priceId) ?? {};
    if (fixed?.kind === 'gpu' && closing.durationMs !== null && reachedMachine(closing.failure)) {
      machines.ran({ ...entry, fixed, durationMs: closing.durationMs });
    }
  }

  return (line, first) => {
    if (first !== (line.type === HEAD.type)) throw new Error('the first line, and no other, names the kind of file');
    if (first && JSON.stringify(line) !== JSON.stringify(HEAD)) throw new Error('it is of another version');
    if (line.type === 'price') {
      const { hash, content } = line as unknown as Pick<PriceRow, 'hash' | 'content'>;
      priceOf.set(hash, prices.idOf(readPrice(content)));
    } else if (line.type === 'price_period') {
      const period = line as unknown as WrittenPeriod;
      addPeriod(period, priceOf.get(period.price_id) ?? null);
    } else if (line.type === 'run') {
      const { run, parent } = line as unknown as { readonly run: string; readonly parent: string };
      runs.idOf(run, parent);
    } else if (line.type === 'usage_faults') addFaults(line as unknown as WrittenFaults);
    else if (line.type === 'call') return addCall(line as unknown as LedgerCall);
    else if (!first) throw new Error(`nobody knows the type "${line.type}"`);
    return null;
  };
}

/** A row of `price_periods`, with the hash of its price. */
interface WrittenPeriod {
  readonly provider: string;
  readonly model: string;
  readonly simulated: number;
  readonly since: number;
  readonly price_id: string | null;
  readonly seen_at: number;
}

function preparePeriod(sqlite: SqliteConnection) {
  const insert = sqlite.prepare(
    `INSERT INTO price_periods VALUES (?, ?, ?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET seen_at = max(seen_at, excluded.seen_at)`,
  );
  return ({ provider, model, simulated, since, seen_at }: WrittenPeriod, priceId: number | null) =>
    void insert.run(provider, model, simulated, since, priceId, seen_at);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message.replace(/\.$/, '') : String(error);
}
