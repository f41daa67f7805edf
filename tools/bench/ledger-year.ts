import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { nano } from '../../src/domain/money.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { createMonthCloser } from '../../src/spend/closed-months.ts';
import { createContexts } from '../../src/spend/contexts.ts';
import type { AttemptClosing, CallClosing, CallOpening } from '../../src/spend/ledger.ts';
import { attemptSums, callSums } from '../../src/spend/rollups.ts';
import { createSqliteReports } from '../../src/spend/sqlite-reports.ts';
import { type Database, openDatabase } from '../../src/storage/database.ts';
import { ATTEMPTS_PER_CALL } from '../../src/storage/ledger-codes.ts';
import { DAY_MS, HOUR_MS, SUMS, type Sum } from '../../src/storage/rollup-sums.ts';
import { ms, type Row, type Section } from './measure.ts';

const END = Date.UTC(2026, 10, 21, 12, 34, 56);
const SPAN = 365 * DAY_MS;
const GROUPS = ['model', 'provider', 'task', 'project', 'client', 'day', 'tag', 'run'] as const;

/** Reports over a year of so many calls (default ten million), from a file made for it. */
export async function benchLedgerYear(
  calls = Number(process.env['FAREBOX_BENCH_CALLS'] ?? 10_000_000),
): Promise<Section> {
  const home = mkdtempSync(join(process.env['FAREBOX_BENCH_DIR'] ?? tmpdir(), 'farebox-year-'));
  const database = await openDatabase({ path: join(home, 'farebox.db'), clock: systemClock, fareboxVersion: 'bench' });
  try {
    fill(database, calls);
    createMonthCloser(database)(END);
    const reports = createSqliteReports({ database, budgets: () => [], baselineModel: 'b' });
    const rows: Row[] = [];
    for (const groupBy of GROUPS) {
      const query = { since: END - SPAN, until: END + 1, groupBy, simulated: false } as const;
      const times: number[] = [];
      for (let i = 0; i < 5; i++) {
        const start = performance.now();
        const { totals } = await reports.report(query);
        times.push(performance.now() - start);
        if (totals.calls !== calls) throw new Error(`The report has ${totals.calls} of ${calls} calls.`);
      }
      const median = times.sort((a, b) => a - b)[2] ?? Number.NaN;
      rows.push({ name: `by ${groupBy}, a year`, value: ms(median), goal: '≤ 200 ms', met: median <= 200 });
    }
    const bytes = statSync(database.path).size / calls;
    rows.push({ name: 'bytes a call, decisions given up', value: bytes.toFixed(0), goal: '≤ 400', met: bytes <= 400 });
    return { title: 'Ledger: reports over a year', method: `${calls} calls, median of five.`, rows };
  } finally {
    database.close();
    rmSync(home, { recursive: true, force: true });
  }
}

const pick = <T>(items: readonly T[], i: number): T => items[i % items.length] as T;

/** Writes rows and roll-ups as the ledger would, without its transactions. */
function fill({ sqlite }: Database, calls: number): void {
  sqlite.pragma('synchronous = OFF');
  sqlite.pragma('foreign_keys = OFF');
  const contexts = createContexts(sqlite);
  const insertCall = sqlite.prepare(`INSERT INTO call_rows VALUES (?${', ?'.repeat(14)})`);
  const insertAttempt = sqlite.prepare(`INSERT INTO attempt_rows VALUES (?${', ?'.repeat(28)})`);
  const insertName = sqlite.prepare('INSERT OR IGNORE INTO names VALUES (?, ?)');
  const sums = {
    rollup_hours: new Map<string, Record<Sum, number>>(),
    rollup_days: new Map<string, Record<Sum, number>>(),
  };
  const add = (
    table: keyof typeof sums,
    start: number,
    group: number,
    part: Readonly<Partial<Record<Sum, number>>>,
  ) => {
    const key = `${start} ${group}`;
    const line = sums[table].get(key) ?? (Object.fromEntries(SUMS.map((sum) => [sum, 0])) as Record<Sum, number>);
    for (const [name, value] of Object.entries(part)) line[name as Sum] += value ?? 0;
    sums[table].set(key, line);
  };

  const models = Array.from({ length: 8 }, (_, n) => ({
    provider: `p${n % 4}`,
    model: `m${n}`,
    upstreamModel: `m${n}`,
  }));
  const flush = () => {
    for (const [table, lines] of Object.entries(sums)) {
      const insert = sqlite.prepare(
        `INSERT INTO ${table} (start, group_id, ${SUMS.join(', ')}) VALUES (?, ?${', ?'.repeat(SUMS.length)})`,
      );
      for (const [key, line] of lines) insert.run(...key.split(' ').map(Number), ...SUMS.map((sum) => line[sum]));
      lines.clear();
    }
  };
  let day = -1;
  sqlite.exec('BEGIN');
  for (let i = 0; i < calls; i++) {
    const startedAt = END - SPAN + Math.floor((SPAN * i) / calls);
    const opening = openingOf(i, startedAt);
    const route = pick(models, (i * 7) % 11);
    const context = contexts.contextOf(opening, null);
    const groups = JSON.parse(contexts.groupsOf(opening, route)) as number[];
    const run = opening.attribution.runId === undefined ? null : 1_000_000 + Math.floor(i / 2_000);
    if (run !== null) insertName.run(run, opening.attribution.runId);
    const cost = 100_000 + ((i * 7_919) % 900_000);
    const usage = { input: 500 + (i % 3_000), output: 100 + (i % 900) };
    const seq = i + 1;
    insertAttempt.run(
      ...[seq * ATTEMPTS_PER_CALL + 1, startedAt, (i * 12_345) % 2 ** 40, (i * 54_321) % 2 ** 40, null],
      ...[contexts.routeOf(route), null, 0, null, 200, null, cost * 2, null, cost, 1, null],
      ...[
        usage.input,
        usage.input,
        0,
        0,
        0,
        usage.output,
        0,
        null,
        null,
        2,
        `gen-17${i}-AbCdEfGhIjKlMnOpQrSt`,
        900,
        300,
      ],
    );
    insertCall.run(
      ...[seq, startedAt, (i * 777_777) % 2 ** 40, (i * 31_337) % 2 ** 40, null, context, run, 0, cost, 1],
      ...[cost * 20, 1, 2, null, 950],
    );
    if (Math.floor(startedAt / DAY_MS) !== day) {
      flush();
      day = Math.floor(startedAt / DAY_MS);
    }
    const parts = { ...attemptSums(closingOf(cost, usage), null), ...callSums(callClosingOf(cost), null, usage) };
    for (const group of groups) {
      add('rollup_hours', Math.floor(startedAt / HOUR_MS), group, parts);
      add('rollup_days', day, group, parts);
    }
    if (i % 100_000 === 99_999) sqlite.exec('COMMIT; BEGIN');
  }
  flush();
  sqlite.exec('COMMIT');
  sqlite.pragma('wal_checkpoint(TRUNCATE)');
}

function openingOf(i: number, startedAt: number): CallOpening {
  const tasks = ['coding', 'general', 'analysis', 'research', 'debugging', 'structured_output'] as const;
  return {
    id: `call_${i}` as CallOpening['id'],
    startedAt,
    simulated: false,
    attribution: {
      surface: 'mcp',
      client: pick(['claude-code', 'codex'], Math.floor(i / 13)),
      project: pick(['web', 'api', 'docs'], Math.floor(i / 5)),
      // A run of a hundred calls in every second thousand.
      ...(i % 2_000 < 100 && { runId: `run_${Math.floor(i / 2_000)}` }),
      ...(i % 10 === 0 && { tags: ['nightly'] }),
    },
    profile: 'balanced',
    task: pick(tasks, i),
    complexity: 'medium',
    rule: 'taskTypeMapping',
    reason: '',
    decision: '{}',
    baseline: { model: 'b', price: null },
  };
}

function closingOf(cost: number, { input, output }: { input: number; output: number }): AttemptClosing {
  return {
    ...{ id: 'att' as AttemptClosing['id'], result: 'answered', failure: null, httpStatus: 200, message: null },
    usage: {
      ...{ inputTokens: input, uncachedInputTokens: input, cacheReadTokens: 0, cacheWrite5mTokens: 0 },
      ...{ cacheWrite1hTokens: 0, outputTokens: output, reasoningTokens: 0 },
    },
    ...{ rawUsage: null, cost: { amount: nano(cost), source: 'computed' }, charge: nano(cost), finishReason: 'stop' },
    ...{ generationId: null, durationMs: 900, firstTokenMs: 300 },
  };
}

function callClosingOf(cost: number): CallClosing {
  return {
    ...{ id: 'call' as CallClosing['id'], status: 'complete', cost: { amount: nano(cost), source: 'computed' } },
    ...{ baselineCost: nano(cost * 20), saved: nano(cost * 19), cache: 'miss', errorCode: null, durationMs: 950 },
  };
}
