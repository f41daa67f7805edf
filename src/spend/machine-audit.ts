import type { FailureKind } from '../domain/failure.ts';
import type { TimeSpan } from '../domain/fixed-cost.ts';
import { isoTime } from '../lib/clock.ts';
import type { SqliteConnection } from '../storage/database.ts';
import { ATTEMPTS_PER_CALL } from '../storage/ledger-codes.ts';
import { DAY_MS } from '../storage/rollup-sums.ts';
import { ROWS_FROM } from './extent.ts';
import { accountName, type MachineStretch, reachedMachine } from './machine-book.ts';
import { createPriceBook } from './price-book.ts';
import type { Problem } from './rollup-audit.ts';

interface MachineAttempt {
  readonly provider: string;
  readonly model: string;
  readonly simulated: 0 | 1;
  readonly startedAt: number;
  readonly durationMs: number;
  readonly failure: string | null;
  readonly priceId: number;
}

/** What the rows say of one account: when its machine ran, and at which prices. */
interface Runs {
  /** Disjoint, rising. */
  readonly spans: TimeSpan[];
  readonly rates: Set<number>;
}

/** Of an attempt whose row was given up, the machine may have run on for so long. */
const LONGEST_RUN_MS = 2 * DAY_MS;

/**
 * Adds up again, from the attempts, when machines that are paid by the hour ran, and compares it with what is booked.
 * The time before rows were given up, and what such rows may reach beyond it, is taken as it is.
 */
export function auditMachines(sqlite: SqliteConnection, most: number): readonly Problem[] {
  const rowsFrom = Number(sqlite.prepare('SELECT value FROM ledger_state WHERE name = ?').pluck().get(ROWS_FROM) ?? 0);
  const from = rowsFrom === 0 ? 0 : rowsFrom + LONGEST_RUN_MS;
  const expected = runsOfAttempts(sqlite);
  const booked = bookedRuns(sqlite);
  const problems: Problem[] = [];
  for (const key of new Set([...expected.keys(), ...booked.keys()])) {
    const [wanted, had] = [expected.get(key), booked.get(key)];
    const [should, is] = [after(wanted?.spans ?? [], from), after(had?.spans ?? [], from)];
    const differs = should.findIndex(({ start, stop }, i) => start !== is[i]?.start || stop !== is[i]?.stop);
    const at = differs === -1 ? (is[should.length] ?? null) : (should[differs] ?? null);
    const [account, simulated] = JSON.parse(key) as [string, 0 | 1];
    const machine = `The machine ${account}${simulated ? ' (simulated)' : ''}`;
    if (at) {
      const hours = (spans: readonly TimeSpan[]) =>
        (spans.reduce((sum, { start, stop }) => sum + stop - start, 0) / 3_600_000).toFixed(4);
      problems.push(
        `${machine} is booked for ${hours(is)} hours; the attempts add up to ${hours(should)}, first unlike at ${isoTime(at.start)}.`,
      );
    }
    const unknown = rowsFrom === 0 ? [...(had?.rates ?? [])].find((rate) => !wanted?.rates.has(rate)) : undefined;
    if (unknown !== undefined) problems.push(`${machine} is booked at ${unknown} an hour, which is no price of its.`);
    if (problems.length >= most) break;
  }
  return problems;
}

function runsOfAttempts(sqlite: SqliteConnection): ReadonlyMap<string, Runs> {
  const prices = createPriceBook(sqlite);
  const hourly = sqlite
    .prepare<[], number>('SELECT id FROM prices')
    .pluck()
    .all()
    .filter((id) => prices.priceOf(id)?.fixed?.kind === 'gpu');
  const rows = sqlite.prepare<[string], MachineAttempt>(
    `SELECT r.provider, r.model, x.simulated, a.started_at AS startedAt, a.duration_ms AS durationMs,
       n.name AS failure, a.price_id AS priceId
     FROM attempt_rows a JOIN routes r ON r.id = a.route
       JOIN booked_calls b ON b.seq = a.place / ${ATTEMPTS_PER_CALL} JOIN contexts x ON x.id = b.context
       LEFT JOIN names n ON n.id = a.failure
     WHERE a.price_id IN (SELECT value FROM json_each(?)) AND a.duration_ms IS NOT NULL ORDER BY a.started_at`,
  );
  const runs = new Map<string, Runs>();
  for (const row of rows.iterate(JSON.stringify(hourly))) {
    const fixed = prices.priceOf(row.priceId)?.fixed;
    if (fixed?.kind !== 'gpu' || !reachedMachine(row.failure as FailureKind | null)) continue;
    const stop = Math.ceil(row.startedAt + row.durationMs + fixed.idleTimeoutMs);
    const stretch = { start: row.startedAt, stop, hourly: fixed.hourly };
    if (stop > row.startedAt) add(runs, accountName(fixed, row.provider, row.model), row.simulated, stretch);
  }
  return runs;
}

function bookedRuns(sqlite: SqliteConnection): ReadonlyMap<string, Runs> {
  const rows = sqlite.prepare<[], MachineStretch & { readonly account: string; readonly simulated: 0 | 1 }>(
    'SELECT account, simulated, start, stop, hourly FROM machine_hours ORDER BY start',
  );
  const runs = new Map<string, Runs>();
  for (const row of rows.iterate()) add(runs, row.account, row.simulated, row);
  return runs;
}

/** Stretches come in the order of their beginnings; what touches becomes one. */
function add(runs: Map<string, Runs>, account: string, simulated: 0 | 1, { start, stop, hourly }: MachineStretch) {
  const key = JSON.stringify([account, simulated]);
  const known = runs.get(key) ?? { spans: [], rates: new Set() };
  runs.set(key, known);
  known.rates.add(hourly);
  const last = known.spans.at(-1);
  if (last && start <= last.stop) {
    known.spans[known.spans.length - 1] = { start: last.start, stop: Math.max(last.stop, stop) };
  } else known.spans.push({ start, stop });
}

function after(spans: readonly TimeSpan[], from: number): readonly TimeSpan[] {
  return spans.flatMap(({ start, stop }) => (stop > from ? [{ start: Math.max(start, from), stop }] : []));
}
