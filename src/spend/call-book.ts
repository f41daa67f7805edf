import type { Price } from '../domain/price.ts';
import type { SqliteConnection } from '../storage/database.ts';
import type { AttemptClosing, AttemptOpening, CallClosing, CallOpening } from './ledger.ts';

const MESSAGE_LIMIT = 1_000;

/** The rows of calls and attempts. Every method but `priceId` must run inside an immediate transaction. */
export interface CallBook {
  /** The row of a price, made where it is missing; null for an unknown price. Call it before the transaction. */
  priceId(price: Price | null): number | null;
  /** Opens a call; false where it is open already. */
  openCall(call: CallOpening, baselinePriceId: number | null): boolean;
  openAttempt(attempt: AttemptOpening, priceId: number | null): void;
  closeAttempt(place: AttemptPlace, closing: AttemptClosing): void;
  /** Writes how a call ended. The first closing counts, unless it was an abortion. */
  closeCall(closing: CallClosing): void;
}

/** The key of an attempt's row. */
export interface AttemptPlace {
  readonly callId: string;
  readonly number: number;
}

export function createCallBook(sqlite: SqliteConnection): CallBook {
  const openAttempt = sqlite.prepare(
    `INSERT INTO attempts (id, call_id, number, provider, model, upstream_model, price_id, started_at, result, hold)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'running', ?)`,
  );
  return {
    priceId: preparePrices(sqlite),
    openCall: prepareOpenCall(sqlite),
    openAttempt(a, priceId) {
      openAttempt.run(a.id, a.callId, a.number, a.provider, a.model, a.upstreamModel, priceId, a.startedAt, a.hold);
    },
    closeAttempt: prepareCloseAttempt(sqlite),
    closeCall: prepareCloseCall(sqlite),
  };
}

function prepareOpenCall(sqlite: SqliteConnection): CallBook['openCall'] {
  const insert = sqlite.prepare(
    `INSERT INTO calls (id, started_at, simulated, status, surface, client, project, role, run_id, key, tags,
       profile, task, complexity, rule, reason, baseline_model, baseline_price_id)
     VALUES (?, ?, ?, 'running', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING`,
  );
  const decide = sqlite.prepare('INSERT INTO decisions (call_id, decision) VALUES (?, ?)');
  return (call, baselinePriceId) => {
    const { surface, client, project, role, runId, key, tags } = call.attribution;
    const { changes } = insert.run(
      ...[call.id, call.startedAt, call.simulated ? 1 : 0],
      ...[surface, client ?? null, project ?? null, role ?? null, runId ?? null, key ?? null],
      ...[tags && tags.length > 0 ? JSON.stringify(tags) : null],
      ...[call.profile, call.task, call.complexity, call.rule, call.reason, call.baseline.model, baselinePriceId],
    );
    if (changes > 0) decide.run(call.id, call.decision);
    return changes > 0;
  };
}

function prepareCloseAttempt(sqlite: SqliteConnection): CallBook['closeAttempt'] {
  const update = sqlite.prepare(
    `UPDATE attempts SET result = ?, failure = ?, http_status = ?, message = ?, charged = ?, cost = ?, cost_source = ?,
       input_tokens = ?, uncached_input_tokens = ?, cache_read_tokens = ?, cache_write_5m_tokens = ?,
       cache_write_1h_tokens = ?, output_tokens = ?, reasoning_tokens = ?, raw_usage = ?, finish_reason = ?,
       generation_id = ?, duration_ms = ?, first_token_ms = ?
     WHERE call_id = ? AND number = ?`,
  );
  return ({ callId, number }, closing) => {
    const { usage, cost } = closing;
    update.run(
      ...[closing.result, closing.failure, closing.httpStatus, closing.message?.slice(0, MESSAGE_LIMIT) ?? null],
      ...[closing.charge, cost.amount, cost.source],
      ...(usage
        ? [
            ...[usage.inputTokens, usage.uncachedInputTokens, usage.cacheReadTokens, usage.cacheWrite5mTokens],
            ...[usage.cacheWrite1hTokens, usage.outputTokens, usage.reasoningTokens],
          ]
        : [null, null, null, null, null, null, null]),
      ...[closing.rawUsage, closing.finishReason, closing.generationId],
      ...[whole(closing.durationMs), whole(closing.firstTokenMs), callId, number],
    );
  };
}

function prepareCloseCall(sqlite: SqliteConnection): CallBook['closeCall'] {
  const update = sqlite.prepare(
    `UPDATE calls SET status = ?, cost = ?, cost_source = ?, baseline_cost = ?, saved = ?, cache = ?, error_code = ?,
       duration_ms = ?
     WHERE id = ? AND (status = 'running' OR error_code = 'aborted')`,
  );
  return (closing) => {
    const { status, cost, baselineCost, saved, cache, errorCode, durationMs, id } = closing;
    update.run(status, cost.amount, cost.source, baselineCost, saved, cache, errorCode, whole(durationMs), id);
  };
}

function preparePrices(sqlite: SqliteConnection): CallBook['priceId'] {
  const find = sqlite.prepare<[string], number>('SELECT id FROM prices WHERE content = ?').pluck();
  const insert = sqlite.prepare(
    'INSERT INTO prices (content, source, as_of) VALUES (?, ?, ?) ON CONFLICT (content) DO NOTHING',
  );
  // Prices live as long as their catalogue does, so each is looked up once.
  const known = new WeakMap<Price, number>();
  return (price) => {
    if (!price) return null;
    const cached = known.get(price);
    if (cached !== undefined) return cached;
    const content = contentOf(price);
    if (find.get(content) === undefined) insert.run(content, price.source, price.asOf);
    const id = Number(find.get(content));
    known.set(price, id);
    return id;
  };
}

/** The same text for the same price, whatever the order of its fields. */
function contentOf({ rates, tiers, perRequest, source, asOf }: Price): string {
  const ordered = (r: Price['rates']) => [r.input, r.output, r.cacheRead, r.cacheWrite5m, r.cacheWrite1h];
  return JSON.stringify({
    columns: 'input, output, cache read, cache write 5m, cache write 1h: nano-dollars per million tokens',
    rates: ordered(rates),
    tiers: tiers.map((tier) => ({ fromInputTokens: tier.fromInputTokens, rates: ordered(tier.rates) })),
    perRequest,
    source,
    asOf,
  });
}

function whole(ms: number | null): number | null {
  return ms === null ? null : Math.round(ms);
}
