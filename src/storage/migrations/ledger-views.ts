import { ATTEMPT_RESULTS, ATTEMPTS_PER_CALL, CACHE_RESULTS, CALL_STATUSES, COST_SOURCES } from '../ledger-codes.ts';
import { unpackIdSql } from '../packed-id.ts';

const word = (column: string, words: readonly string[]) =>
  `CASE ${column} ${words.map((text, code) => `WHEN ${code} THEN '${text}'`).join(' ')} END`;
const named = (column: string) => `(SELECT name FROM names WHERE id = ${column})`;

const CONTEXT = `x.simulated, x.purpose, x.surface, x.client, x.project, x.role, x.key, x.tags, x.profile, x.task,
  x.complexity, x.rule, x.baseline_model, x.baseline_price_id`;

const REPRICEABLE = '(c.cost IS NOT NULL AND c.status IN (0, 1) AND a.input_tokens IS NOT NULL AND x.purpose IS NULL)';

/**
 * The ledger for readers: every word in full, calls and attempts in flight among the rest as `running`. `attempt_facts`
 * and `call_facts` say what each row adds to the roll-ups; their sums must be those of the roll-ups.
 */
export const LEDGER_VIEWS = `
CREATE VIEW calls AS
SELECT ${unpackIdSql('call', 'c')} AS id, c.started_at, ${word('c.status', CALL_STATUSES)} AS status,
  ${named('c.run')} AS run_id, ${CONTEXT}, c.cost, ${word('c.cost_source', COST_SOURCES)} AS cost_source,
  c.baseline_cost, CASE c.compared WHEN 1 THEN c.baseline_cost - c.cost END AS saved,
  ${word('c.cache', CACHE_RESULTS)} AS cache, ${named('c.error_code')} AS error_code, c.duration_ms, c.seq
FROM call_rows c JOIN contexts x ON x.id = c.context
UNION ALL
SELECT f.id, f.started_at, 'running', ${named('f.run')}, ${CONTEXT},
  NULL, 'unknown', NULL, NULL, NULL, NULL, NULL, f.call_seq
FROM in_flight f JOIN contexts x ON x.id = f.context WHERE f.number IS NULL AND f.owner IS NOT NULL;

CREATE VIEW attempts AS
SELECT coalesce(
    (SELECT ${unpackIdSql('call', 'c')} FROM call_rows c WHERE c.seq = a.place / ${ATTEMPTS_PER_CALL}),
    (SELECT f.id FROM in_flight f WHERE f.number IS NULL AND f.call_seq = a.place / ${ATTEMPTS_PER_CALL})
  ) AS call_id,
  a.place % ${ATTEMPTS_PER_CALL} AS number, ${unpackIdSql('att', 'a')} AS id, r.provider, r.model, r.upstream_model,
  a.price_id, a.started_at, ${word('a.result', ATTEMPT_RESULTS)} AS result, ${named('a.failure')} AS failure,
  a.http_status, a.message, a.hold, coalesce(a.charged, a.cost) AS charged, a.cost,
  ${word('a.cost_source', COST_SOURCES)} AS cost_source,
  CASE a.cost_source WHEN 1 THEN a.cost ELSE a.computed_cost END AS computed_cost,
  a.input_tokens, a.uncached_input_tokens, a.cache_read_tokens, a.cache_write_5m_tokens, a.cache_write_1h_tokens,
  a.output_tokens, a.reasoning_tokens, ${named('a.finish_reason')} AS finish_reason, a.generation_id,
  a.duration_ms, a.first_token_ms, a.place / ${ATTEMPTS_PER_CALL} AS call_seq, a.place
FROM attempt_rows a JOIN routes r ON r.id = a.route
UNION ALL
SELECT (SELECT c.id FROM in_flight c WHERE c.number IS NULL AND c.call_seq = f.call_seq), f.number, f.id, r.provider,
  r.model, r.upstream_model, f.price_id, f.started_at, 'running', NULL, NULL, NULL, f.hold, 0, NULL, 'unknown', NULL,
  NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, f.call_seq,
  f.call_seq * ${ATTEMPTS_PER_CALL} + f.number
FROM in_flight f JOIN routes r ON r.id = f.route WHERE f.number IS NOT NULL AND f.owner IS NOT NULL;

-- Calls that have rows: those that ended, and those in flight that have attempts behind them.
CREATE VIEW booked_calls AS
SELECT seq, started_at, context, run FROM call_rows
UNION ALL
SELECT call_seq, call_started_at, context, run FROM in_flight WHERE number IS NULL AND owner IS NOT NULL;

CREATE VIEW attempt_facts AS
SELECT b.started_at AS call_started_at, x.simulated, b.run, ${named('b.run')} AS run_id, x.tags, x.purpose, r.provider, r.model,
  x.task, x.role, x.project, x.client, x.key, x.baseline_model,
  1 AS attempts, (a.result IN (3, 5) OR (a.result = 2 AND a.failure IS NOT NULL)) AS failed, (a.result = 1) AS cached, (a.cost_source = 3) AS unknown,
  (a.cost_source = 2) AS estimated,
  CASE WHEN a.result = 1 THEN 0 ELSE coalesce(a.input_tokens, 0) END AS input,
  CASE WHEN a.result = 1 THEN 0 ELSE coalesce(a.cache_read_tokens, 0) END AS cached_input,
  CASE WHEN a.result = 1 THEN 0 ELSE coalesce(a.output_tokens, 0) END AS output,
  coalesce(a.cost, 0) AS cost, coalesce(a.charged, a.cost) AS charged,
  (a.computed_cost IS NOT NULL) AS reported,
  CASE WHEN a.computed_cost IS NULL THEN 0 ELSE a.cost END AS reported_cost,
  coalesce(a.computed_cost, 0) AS reported_computed
FROM booked_calls b
JOIN attempt_rows a ON a.place > b.seq * ${ATTEMPTS_PER_CALL} AND a.place < (b.seq + 1) * ${ATTEMPTS_PER_CALL}
JOIN routes r ON r.id = a.route JOIN contexts x ON x.id = b.context;

CREATE VIEW call_facts AS
SELECT c.started_at AS call_started_at, x.simulated, c.run, ${named('c.run')} AS run_id, x.tags, x.purpose, r.provider, r.model,
  x.task, x.role, x.project, x.client, x.key, x.baseline_model,
  1 AS calls, c.compared,
  CASE c.compared WHEN 1 THEN c.baseline_cost ELSE 0 END AS baseline_cost,
  CASE c.compared WHEN 1 THEN c.cost ELSE 0 END AS compared_cost,
  ${REPRICEABLE} AS repriceable,
  CASE WHEN ${REPRICEABLE} THEN a.input_tokens ELSE 0 END AS repriceable_input,
  CASE WHEN ${REPRICEABLE} THEN a.output_tokens ELSE 0 END AS repriceable_output,
  CASE WHEN ${REPRICEABLE} THEN c.cost ELSE 0 END AS repriceable_cost
FROM call_rows c JOIN contexts x ON x.id = c.context
LEFT JOIN attempt_rows a ON a.place = (
  SELECT max(last.place) FROM attempt_rows last
  WHERE last.place > c.seq * ${ATTEMPTS_PER_CALL} AND last.place < (c.seq + 1) * ${ATTEMPTS_PER_CALL})
LEFT JOIN routes r ON r.id = a.route;
`;
