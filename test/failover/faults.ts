import type { Behaviour } from '../../src/sandbox/script.ts';

/**
 * When a fault strikes. `before`: nothing of the answer has come. `mid`: the answer has begun. `end`: the whole answer
 * has come. `cut_short`: it ends by saying that it is not whole. `refused`: the content itself is refused.
 */
export type Phase = 'before' | 'mid' | 'end' | 'cut_short' | 'refused';

export interface Fault {
  readonly name: string;
  readonly phase: Phase;
  /** Laid over the right answer. */
  readonly behaviour: Behaviour;
  /** Where the answer comes in one piece, it strikes then, if not the same: a document that parses is whole. */
  readonly inOnePiece?: Phase;
}

const status = (code: number, error: object = {}, headers: Record<string, string> = {}): Behaviour => ({
  status: code,
  headers,
  body: { error: { message: `scripted ${code}`, ...error } },
});

const before = (name: string, behaviour: Behaviour): Fault => ({ name, phase: 'before', behaviour });
const mid = (name: string, behaviour: Behaviour, inOnePiece?: Phase): Fault => ({
  name,
  phase: 'mid',
  behaviour,
  ...(inOnePiece && { inOnePiece }),
});
const end = (name: string, behaviour: Behaviour): Fault => ({ name, phase: 'end', behaviour });

/** After this many tokens, of text or of tool calls. */
const MIDWAY = 3;

/** Whether the upstream keeps the caller waiting, so that only a time limit ends it. */
export function isSilent({ behaviour }: Fault): boolean {
  const { hang, delayMs, firstTokenMs, tokenMs, stallAfterTokens, end } = behaviour;
  return (
    [hang, delayMs, firstTokenMs, tokenMs, stallAfterTokens].some(Boolean) || stallAfterTokens === 0 || end === false
  );
}

export const FAULTS: readonly Fault[] = [
  before('400', status(400)),
  before('400 context length', status(400, { code: 'context_length_exceeded' })),
  before('400 wrong key, as at Gemini', status(400, { status: 'INVALID_ARGUMENT', message: 'API key not valid.' })),
  before('401', status(401)),
  before('402', status(402)),
  before('403', status(403)),
  before('404', status(404)),
  before('408', status(408)),
  before('409', status(409)),
  before('413', status(413)),
  before('422', status(422)),
  before('429', status(429)),
  before('429 with a short Retry-After', status(429, {}, { 'retry-after-ms': '40' })),
  before('429 with a long Retry-After', status(429, {}, { 'retry-after': '3600' })),
  before('429 no quota', status(429, { code: 'insufficient_quota' })),
  before('500', status(500)),
  before('502 with markup', { status: 502, body: '<html><h1>502 Bad Gateway</h1></html>' }),
  before('503', status(503)),
  before('503 with a long Retry-After', status(503, {}, { 'retry-after': '3600' })),
  before('504', status(504)),
  before('529', status(529, { type: 'overloaded_error' })),
  before('301', { status: 301, headers: { location: 'http://127.0.0.1:9/' }, body: '' }),
  before('reset', { reset: true }),
  before('no response', { hang: true }),
  before('headers and silence', { stallAfterTokens: 0 }),
  before('late first token', { firstTokenMs: 10_000 }),
  before('cut before the first token', { cutAfterTokens: 0 }),
  before('200 with markup', { status: 200, body: '<html>captive portal</html>' }),
  before('200 with nothing', { status: 200, body: '' }),
  before('200 with other JSON', { status: 200, body: { ok: true } }),
  before('200 with an error document', { status: 200, body: { error: { message: 'upstream down', code: 502 } } }),
  before('garbage first', { malformedAfterTokens: 0 }),
  before('error event first', { errorAfterTokens: 0 }),
  before('an empty answer', { text: '', toolCalls: [], finishReason: 'stop' }),
  before('white space only', { text: ' \n ', toolCalls: [], finishReason: 'stop' }),
  before('thinking, then cut', { reasoning: 'Let me think about this. ', cutAfterTokens: 0 }),
  before('thinking and nothing else', { reasoning: 'Hm. ', text: '', toolCalls: [], finishReason: 'stop' }),
  before('tool calls announced and none there', { text: '', toolCalls: [], finishReason: 'tool_calls' }),
  mid('cut', { cutAfterTokens: MIDWAY }),
  mid('stall', { stallAfterTokens: MIDWAY }),
  mid('garbage', { malformedAfterTokens: MIDWAY }),
  mid('error event', { errorAfterTokens: MIDWAY }),
  mid('rate limit inside', { errorAfterTokens: MIDWAY, error: { message: 'slow down', code: 429 } }),
  mid('thinking, then cut in the answer', { reasoning: 'Let me think. ', cutAfterTokens: MIDWAY }),
  mid('no finish reason', { finishReason: null }, 'end'),
  mid('no finish reason, no [DONE]', { finishReason: null, done: false }, 'end'),
  mid('finish reason error', { finishReason: 'error' }),
  mid('finish reason nobody knows', { finishReason: 'banana' }),
  { name: 'length limit', phase: 'cut_short', behaviour: { finishReason: 'length' } },
  { name: 'content filter at the end', phase: 'cut_short', behaviour: { finishReason: 'content_filter' } },
  end('no [DONE]', { done: false }),
  end('no [DONE], left open', { done: false, end: false }),
  end('[DONE], left open', { end: false }),
  end('no usage', { usage: 'none' }),
  end('usage in each event', { usage: 'each' }),
  end('thinking first', { reasoning: 'Let me think about this. ' }),
  end('a wrong content type', { contentType: 'text/plain' }),
  {
    name: '400 content refused',
    phase: 'refused',
    behaviour: status(400, { code: 'content_policy_violation', message: 'flagged by the safety system' }),
  },
  {
    name: '403 moderation',
    phase: 'refused',
    behaviour: status(403, { message: 'flagged by the safety system', metadata: { reasons: ['violence'] } }),
  },
];
