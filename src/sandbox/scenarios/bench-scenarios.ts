import type { Behaviour, Match, Step } from '../script.ts';
import type { Scenario } from './scenario.ts';

/** The right answer: sixty tokens that can be checked for gaps. */
const WHOLE: Behaviour = { tokens: 60 };
const RATE_LIMITED = {
  error: { message: 'Rate limit reached', type: 'rate_limit_error', code: 'rate_limit_exceeded' },
};
const TOO_LONG = {
  error: {
    message: "This model's maximum context length is 8192 tokens; your messages have 9000.",
    type: 'invalid_request_error',
    param: 'messages',
    code: 'context_length_exceeded',
  },
};
const REFUSED = {
  error: {
    message: 'Your request was rejected by the safety system.',
    type: 'invalid_request_error',
    code: 'content_policy_violation',
  },
};
const NO_PREFIX = {
  error: {
    message: 'This model does not support assistant message prefill. The conversation must end with a user message.',
    type: 'invalid_request_error',
  },
};

/** The primary does this; whatever is not scripted gets the right answer. */
function primary(behaviour: Behaviour, more: Pick<Step, 'times'> & { readonly match?: Match } = {}): readonly Step[] {
  return [{ ...more, match: { primary: true, ...more.match }, do: behaviour }, { do: WHOLE }];
}

function scenario(
  name: string,
  title: string,
  steps: readonly Step[],
  expect: Scenario['expect'] = 'answer',
): Scenario {
  return { name, title, expect, script: { name, description: title, steps } };
}

/** The sixteen faults of Failover Bench. */
export const BENCH_SCENARIOS: readonly Scenario[] = [
  scenario(
    's01-rate-limited-once',
    '429 once, with Retry-After 2',
    primary({ status: 429, headers: { 'retry-after': '2' }, body: RATE_LIMITED }, { times: 1 }),
  ),
  scenario(
    's02-rate-limited-for-ever',
    '429 for ever',
    primary({ status: 429, headers: { 'retry-after': '2' }, body: RATE_LIMITED }),
  ),
  scenario('s03-error-once', '500 once', primary({ status: 500 }, { times: 1 })),
  scenario('s04-unavailable-for-ever', '503 for ever', primary({ status: 503 })),
  scenario('s05-reset', 'the connection is reset before the headers', primary({ reset: true })),
  scenario('s06-no-response', 'no response at all', primary({ hang: true })),
  scenario('s07-slow-first-token', 'the first token after 20 s', primary({ ...WHOLE, firstTokenMs: 20_000 })),
  scenario('s08-cut', 'the stream is cut at 40 of 60 tokens', primary({ ...WHOLE, cutAfterTokens: 40 })),
  scenario('s09-stall', 'the stream stalls after 20 tokens', primary({ ...WHOLE, stallAfterTokens: 20 })),
  scenario('s10-malformed', 'one event is malformed', primary({ ...WHOLE, malformedAfterTokens: 20 })),
  scenario('s11-no-done', 'no [DONE], and the connection stays open', primary({ ...WHOLE, done: false, end: false })),
  scenario('s12-context-length', 'the prompt is too long for the primary', primary({ status: 400, body: TOO_LONG })),
  scenario('s13-content-refused', 'the content is refused', primary({ status: 400, body: REFUSED }), 'content_refused'),
  scenario('s14-prefix-rejected', 'the stream is cut, and the fallback rejects an assistant prefix', [
    { match: { primary: true }, do: { ...WHOLE, cutAfterTokens: 40 } },
    { match: { lastRole: 'assistant' }, do: { status: 400, body: NO_PREFIX } },
    { do: WHOLE },
  ]),
  scenario(
    's15-down-for-a-minute',
    'the primary is down for a minute, then healthy',
    primary({ status: 503 }, { match: { untilMs: 60_000 } }),
  ),
  scenario('s16-who-answered', 'the answer names the fallback and its usage', [
    { match: { primary: true }, do: { status: 503 } },
    { do: { ...WHOLE, usage: { prompt_tokens: 11, completion_tokens: 60, total_tokens: 71 } } },
  ]),
];
