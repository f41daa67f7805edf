import { isoTime } from '../lib/clock.ts';
import type { SqliteConnection } from '../storage/database.ts';
import { ATTEMPT_SUMS, CALL_SUMS, DAY_MS, DIMENSIONS, HOUR_MS, SUMS, type Sum } from '../storage/rollup-sums.ts';
import { auditClosedMonths } from './closed-months.ts';
import { ROWS_FROM } from './extent.ts';

/** What does not agree, as a sentence. */
export type Problem = string;

export interface RollupAudit {
  readonly hours: number;
  readonly days: number;
  readonly problems: readonly Problem[];
}

type Sums = Record<Sum, bigint>;
type Lines = Map<string, Sums>;

const DIMENSION_LIST = [...DIMENSIONS, 'simulated'];

/**
 * Adds up the rows again, day by day, and compares every sum of every group of every hour with its roll-up, and every
 * roll-up of a day with those of its hours. Where rows were given up, hours are taken as they are. Sums are big integers.
 */
export function auditRollups(sqlite: SqliteConnection): RollupAudit {
  const problems: Problem[] = [];
  const readers = prepareReaders(sqlite);
  const rowsFrom = Number(sqlite.prepare('SELECT value FROM ledger_state WHERE name = ?').pluck().get(ROWS_FROM) ?? 0);
  let hours = 0;
  const days = readers.days();
  for (const day of days) {
    const booked = readers.rollups('rollup_hours', day * 24, (day + 1) * 24);
    hours += booked.size;
    if (day * DAY_MS >= rowsFrom) compare(readers.facts(day), booked, 'hour', problems);
    compare(byDay(booked), readers.rollups('rollup_days', day, day + 1), 'day', problems);
  }
  problems.push(...auditClosedMonths(sqlite));
  return { hours, days: days.length, problems };
}

function compare(expected: Lines, found: Lines, unit: 'hour' | 'day', problems: Problem[]): void {
  for (const key of new Set([...expected.keys(), ...found.keys()])) {
    const [wanted, had] = [expected.get(key), found.get(key)];
    for (const sum of SUMS) {
      const [is, should] = [had?.[sum] ?? 0n, wanted?.[sum] ?? 0n];
      if (is === should) continue;
      const [start, ...group] = JSON.parse(key) as [number, ...(string | number | null)[]];
      const at = isoTime(start * (unit === 'hour' ? HOUR_MS : DAY_MS));
      problems.push(`The ${unit} ${at} of ${JSON.stringify(group)} has ${is} as ${sum}; the rows add up to ${should}.`);
    }
  }
}

function prepareReaders(sqlite: SqliteConnection) {
  const dimensions = (table: string) => DIMENSION_LIST.map((name) => `${table}.${name}`).join(', ');
  const facts = (view: string, sums: readonly Sum[], which: 'main' | 'run') => {
    // A run's group has nothing but the run.
    const group =
      which === 'main'
        ? `NULL AS run_value, ${dimensions('f')}`
        : `f.run_id AS run_value, f.purpose, ${DIMENSION_LIST.slice(1, -1)
            .map((name) => `NULL AS ${name}`)
            .join(', ')}, f.simulated`;
    return sqlite
      .prepare(
        `SELECT f.call_started_at / ${HOUR_MS} AS start, ${group}, ${sums.map((sum) => `sum(f.${sum}) AS ${sum}`).join(', ')}
         FROM ${view} f WHERE f.call_started_at >= ? AND f.call_started_at < ? ${which === 'run' ? 'AND f.run_id IS NOT NULL' : ''}
         GROUP BY ${Array.from({ length: DIMENSION_LIST.length + 2 }, (_, i) => i + 1).join(', ')}`,
      )
      .safeIntegers();
  };
  const all = [
    facts('attempt_facts', ATTEMPT_SUMS, 'main'),
    facts('attempt_facts', ATTEMPT_SUMS, 'run'),
    facts('call_facts', CALL_SUMS, 'main'),
    facts('call_facts', CALL_SUMS, 'run'),
  ];
  const rollup = (table: string) =>
    sqlite
      .prepare(
        `SELECT r.start, g.run AS run_value, ${dimensions('g')}, ${SUMS.map((sum) => `r.${sum}`).join(', ')}
         FROM ${table} r JOIN report_groups g ON g.id = r.group_id WHERE r.start >= ? AND r.start < ?`,
      )
      .safeIntegers();
  const rollups = { rollup_hours: rollup('rollup_hours'), rollup_days: rollup('rollup_days') };
  const days = sqlite
    .prepare<[], number>(
      `SELECT start FROM rollup_days UNION SELECT start / 24 FROM rollup_hours
       UNION SELECT started_at / ${DAY_MS} FROM call_rows ORDER BY 1`,
    )
    .pluck();
  return {
    days: () => days.all(),
    rollups: (table: keyof typeof rollups, from: number, to: number) => toLines(rollups[table].all(from, to)),
    facts: (day: number) => toLines(all.flatMap((each) => each.all(day * DAY_MS, (day + 1) * DAY_MS))),
  };
}

function toLines(rows: readonly unknown[]): Lines {
  const lines: Lines = new Map();
  for (const row of rows as readonly Record<string, bigint | string | null>[]) {
    const names = ['start', 'run_value', ...DIMENSION_LIST];
    const key = JSON.stringify(names.map((name) => (typeof row[name] === 'bigint' ? Number(row[name]) : row[name])));
    add(lines, key, row);
  }
  // A roll-up from which all was taken again says the same as none.
  for (const [key, sums] of lines) if (SUMS.every((sum) => sums[sum] === 0n)) lines.delete(key);
  return lines;
}

function byDay(hours: Lines): Lines {
  const days: Lines = new Map();
  for (const [key, sums] of hours) {
    const [start, ...group] = JSON.parse(key) as [number, ...unknown[]];
    add(days, JSON.stringify([Math.floor(start / 24), ...group]), sums);
  }
  return days;
}

function add(lines: Lines, key: string, row: Readonly<Record<string, unknown>>): void {
  const sums = lines.get(key) ?? (Object.fromEntries(SUMS.map((sum) => [sum, 0n])) as Sums);
  for (const sum of SUMS) {
    const value = row[sum];
    if (typeof value === 'bigint') sums[sum] += value;
  }
  lines.set(key, sums);
}
