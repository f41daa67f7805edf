import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createServer as createTcpServer } from 'node:net';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import type { Timeouts } from '../../src/config/config.ts';
import { ProviderFailure } from '../../src/domain/failure.ts';
import { type Clock, systemClock } from '../../src/lib/clock.ts';
import type { HttpProviderOptions } from '../../src/providers/http-provider.ts';
import type { Provider, ProviderCall, ProviderEvent } from '../../src/providers/provider.ts';
import { createFakeClock } from '../support/fake-clock.ts';
import { createOpenAiProvider } from '../support/openai-provider.ts';
import { type PlainRequest, type PlainServer, respondJson, startPlainServer } from '../support/plain-server.ts';
import { providerCall } from '../support/provider-call.ts';

const TIMEOUTS: Timeouts = { connect: 5_000, firstToken: 10_000, idle: 10_000, total: 60_000 };
const KEY = 'sk-test-0123456789abcdef';

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const each of open.splice(0).reverse()) await each.close();
});

async function serve(respond?: (request: PlainRequest, response: ServerResponse) => void): Promise<PlainServer> {
  const server = await startPlainServer(respond);
  open.push(server);
  return server;
}

function connect(url: string, options: Partial<HttpProviderOptions> = {}): Provider {
  const provider = createOpenAiProvider({
    name: 'openrouter',
    baseUrl: url,
    apiKey: KEY,
    headers: {},
    timeouts: TIMEOUTS,
    clock: systemClock,
    version: '0.0.0',
    ...options,
  });
  open.push(provider);
  return provider;
}

interface Outcome {
  readonly events: readonly ProviderEvent[];
  readonly text: string;
  readonly failure: ProviderFailure | null;
}

async function run(
  provider: Provider,
  call: ProviderCall = providerCall(),
  signal: AbortSignal = new AbortController().signal,
): Promise<Outcome> {
  const events: ProviderEvent[] = [];
  const outcome = (failure: ProviderFailure | null): Outcome => ({
    events,
    failure,
    text: events.map((event) => (event.type === 'text' ? event.text : '')).join(''),
  });
  try {
    for await (const event of provider.stream(call, signal)) events.push(event);
    return outcome(null);
  } catch (error) {
    if (error instanceof ProviderFailure) return outcome(error);
    throw error;
  }
}

function chunk(delta: unknown, finishReason: string | null = null, more = {}): string {
  const choices = [{ index: 0, delta, finish_reason: finishReason }];
  return `data: ${JSON.stringify({ id: 'gen-1', model: 'served/model', choices, ...more })}\n\n`;
}

const USAGE = { prompt_tokens: 10, completion_tokens: 2, total_tokens: 12 };
const USAGE_CHUNK = `data: ${JSON.stringify({ id: 'gen-1', choices: [], usage: USAGE })}\n\n`;
const WHOLE = `${chunk({ role: 'assistant', content: '' })}${chunk({ content: 'Hel' })}${chunk({ content: 'lo' })}${chunk({}, 'stop')}${USAGE_CHUNK}data: [DONE]\n\n`;

function sse(body: string, type = 'text/event-stream') {
  return (_request: PlainRequest, response: ServerResponse) => {
    response.writeHead(200, { 'content-type': type });
    response.end(body);
  };
}

/** Sends a body and leaves the answer open. */
function unended(body: string) {
  return (_request: PlainRequest, response: ServerResponse) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(body);
  };
}

/** Advances a fake clock in steps until the promise is settled, letting sockets do their work in between. */
async function advancing<T>(clock: ReturnType<typeof createFakeClock>, promise: Promise<T>, stepMs = 250): Promise<T> {
  let settled = false;
  const done = promise.finally(() => {
    settled = true;
  });
  while (!settled) {
    await new Promise((resolve) => setImmediate(resolve));
    clock.advance(stepMs);
  }
  return done;
}

describe('a streamed answer (UPS-01, UPS-02)', () => {
  it('comes as events in order, usage and all, with the headers that the provider wants', async () => {
    const server = await serve(sse(WHOLE));
    const provider = connect(server.url, {
      headers: { 'HTTP-Referer': 'https://farebox.example', 'X-Title': 'farebox' },
    });
    const { events, failure } = await run(provider);
    expect(failure).toBeNull();
    expect(events).toEqual([
      { type: 'accepted', generationId: 'gen-1', upstreamModel: 'served/model' },
      { type: 'text', text: 'Hel' },
      { type: 'text', text: 'lo' },
      {
        type: 'usage',
        usage: expect.objectContaining({ inputTokens: 10, outputTokens: 2 }),
        reportedCost: null,
        raw: USAGE,
      },
      { type: 'finish', reason: 'stop' },
    ]);
    expect(server.requests[0]).toMatchObject({
      method: 'POST',
      path: '/v1/chat/completions',
      headers: {
        authorization: `Bearer ${KEY}`,
        'user-agent': 'farebox/0.0.0',
        'http-referer': 'https://farebox.example',
        'x-title': 'farebox',
        'content-type': 'application/json',
      },
      body: { model: 'deepseek/deepseek-chat', stream: true },
    });
  });

  it('is the same for any split of its bytes', async () => {
    const text = 'né 漢字 🙂';
    const bytes = Buffer.from(
      `${chunk({ content: text })}${chunk({}, 'stop')}${USAGE_CHUNK}data: [DONE]\n\n`.replaceAll('\n', '\r\n'),
    );
    let cuts: readonly number[] = [];
    const server = await serve(async (_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      const ends = [...cuts, bytes.length].sort((a, b) => a - b);
      for (const [index, end] of ends.entries()) {
        response.write(bytes.subarray(ends[index - 1] ?? 0, end));
        await new Promise((resolve) => setImmediate(resolve));
      }
      response.end();
    });
    const provider = connect(server.url);
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(bytes.length), { maxLength: 6 }), async (some) => {
        cuts = some;
        expect(await run(provider)).toMatchObject({ text, failure: null });
      }),
      { numRuns: 40 },
    );
  });

  it.each(['application/json', 'text/plain', 'application/octet-stream'])(
    'is recognized when labelled %s',
    async (type) => {
      const server = await serve(sse(`: OPENROUTER PROCESSING\n\n${WHOLE}`, type));
      expect(await run(connect(server.url))).toMatchObject({ text: 'Hello', failure: null });
    },
  );

  it('ends promptly without [DONE], at the end of the stream or after a second', async () => {
    const body = WHOLE.replace('data: [DONE]\n\n', '');
    const ended = await serve(sse(body));
    expect(await run(connect(ended.url))).toMatchObject({ text: 'Hello', failure: null });
    const open = await serve(unended(body));
    const clock = createFakeClock();
    const outcome = await advancing(clock, run(connect(open.url, { clock })), 100);
    expect(outcome).toMatchObject({ text: 'Hello', failure: null });
    expect(outcome.events.map(({ type }) => type)).toEqual(['accepted', 'text', 'text', 'usage', 'finish']);
    expect(clock.monotonic()).toBeLessThan(TIMEOUTS.idle);
  });

  it('is whole once its finish reason has come, whatever garbage follows', async () => {
    const server = await serve(sse(`${chunk({ content: 'ok' })}${chunk({}, 'stop')}data: {"broken\n\n`));
    expect(await run(connect(server.url))).toMatchObject({ text: 'ok', failure: null });
  });

  it('puts streamed tool calls in order, also from servers that mix up their indices (UPS-04)', async () => {
    const call = (index: number, id: string | undefined, name: string | undefined, text: string) => ({
      tool_calls: [{ index, id, function: { name, arguments: text } }],
    });
    const body = [
      chunk(call(0, 'a', 'one', '')),
      chunk(call(0, undefined, undefined, '{"x":')),
      chunk(call(0, undefined, undefined, '1}')),
      chunk(call(0, 'b', 'two', '{}')),
      chunk({ tool_calls: [{ function: { name: 'three', arguments: { y: 2 } } }] }),
      chunk({}, 'stop'),
      'data: [DONE]\n\n',
    ];
    const server = await serve(sse(body.join('')));
    const { events } = await run(connect(server.url));
    expect(events.filter(({ type }) => type === 'tool_call' || type === 'finish')).toEqual([
      { type: 'tool_call', index: 0, id: 'a', name: 'one', arguments: '' },
      { type: 'tool_call', index: 0, arguments: '{"x":' },
      { type: 'tool_call', index: 0, arguments: '1}' },
      { type: 'tool_call', index: 1, id: 'b', name: 'two', arguments: '{}' },
      { type: 'tool_call', index: 2, id: 'call_gen1t1n2', name: 'three', arguments: '{"y":2}' },
      { type: 'finish', reason: 'tool_calls' },
    ]);
  });

  it('tells reasoning from text, and holds leading white space back until there is text', async () => {
    const body = `${chunk({ reasoning_content: 'hm' }, 'null')}${chunk({ content: '\n\n' })}${chunk({ content: 'yes' })}${chunk({}, 'STOP')}`;
    const server = await serve(sse(body));
    const { events } = await run(connect(server.url));
    expect(events.slice(1)).toEqual([
      { type: 'reasoning', text: 'hm' },
      { type: 'text', text: '\n\nyes' },
      { type: 'finish', reason: 'stop' },
    ]);
  });

  it('reports usage that is repeated in each chunk each time, the last one counting (UPS-07)', async () => {
    const usage = (tokens: number) => ({ usage: { prompt_tokens: 10, completion_tokens: tokens } });
    const body = `${chunk({ content: 'a' }, null, usage(1))}${chunk({ content: 'b' }, null, { usage: null })}${chunk({}, 'stop', { x_groq: usage(2) })}`;
    const server = await serve(sse(body));
    const { events } = await run(connect(server.url));
    expect(events.flatMap((event) => (event.type === 'usage' ? [event.usage.outputTokens] : []))).toEqual([1, 2]);
  });
});

describe('an answer in one piece', () => {
  it('is understood although a stream was asked for', async () => {
    const server = await serve();
    const { events, failure } = await run(connect(server.url));
    expect(failure).toBeNull();
    expect(events).toEqual([
      { type: 'accepted', generationId: 'chatcmpl-fixed', upstreamModel: 'deepseek/deepseek-chat' },
      { type: 'text', text: 'A fixed answer.' },
      {
        type: 'usage',
        usage: expect.objectContaining({ inputTokens: 1000, outputTokens: 500 }),
        reportedCost: null,
        raw: expect.anything(),
      },
      { type: 'finish', reason: 'stop' },
    ]);
  });

  it('is whole without a finish reason, and is asked for where a model cannot stream', async () => {
    const server = await serve((_request, response) =>
      respondJson(response, { choices: [{ message: { content: 'short' } }] }),
    );
    const call = providerCall();
    const capabilities = { ...call.deployment.capabilities, streaming: false };
    const outcome = await run(connect(server.url), providerCall({}, { capabilities }));
    expect(outcome).toMatchObject({ text: 'short', failure: null });
    expect(server.requests[0]?.body).toMatchObject({ stream: false });
    expect(server.requests[0]?.body).not.toHaveProperty('stream_options');
  });

  it('may be tool calls', async () => {
    const message = { content: null, tool_calls: [{ id: 'c', function: { name: 'f', arguments: '{}' } }] };
    const server = await serve((_request, response) =>
      respondJson(response, { choices: [{ message, finish_reason: 'tool_calls' }] }),
    );
    const { events } = await run(connect(server.url));
    expect(events.slice(1)).toEqual([
      { type: 'tool_call', index: 0, id: 'c', name: 'f', arguments: '{}' },
      { type: 'finish', reason: 'tool_calls' },
    ]);
  });
});

describe('an answer that is none never passes as one (UPS-03)', () => {
  const text = chunk({ content: 'partial' });
  const cases: readonly (readonly [string, string, string, string])[] = [
    ['a stream that ends without a finish reason', text, 'stream_broken', 'partial'],
    ['[DONE] without a finish reason', `${text}data: [DONE]\n\n`, 'stream_broken', 'partial'],
    ['a stream cut in the middle of an event', `${text}data: {"id":"x","cho`, 'stream_broken', 'partial'],
    ['an event that is no JSON', `${text}data: {oops}\n\n${WHOLE}`, 'stream_malformed', 'partial'],
    ['an error in the stream', `${text}data: {"error":{"code":502,"message":"gone"}}\n\n`, 'server_error', 'partial'],
    [
      'an event named error',
      `${text}event: error\ndata: {"type":"overloaded_error","message":"x"}\n\n`,
      'server_error',
      'partial',
    ],
    [
      'an error in a choice',
      `data: {"choices":[{"index":0,"delta":{"content":""},"finish_reason":"error","error":{"code":429,"message":"slow"}}]}\n\n`,
      'rate_limited',
      '',
    ],
    ['an unknown finish reason', `${text}${chunk({}, 'exploded')}`, 'stream_broken', 'partial'],
    ['finish reason error', `${text}${chunk({}, 'error')}`, 'server_error', 'partial'],
    ['an empty body', '', 'empty_answer', ''],
    ['[DONE] alone', 'data: [DONE]\n\n', 'empty_answer', ''],
    ['no content', `${chunk({ content: '' })}${chunk({}, 'stop')}${USAGE_CHUNK}`, 'empty_answer', ''],
    ['nothing but white space', `${chunk({ content: ' \n' })}${chunk({}, 'stop')}`, 'empty_answer', ''],
    ['no content up to the limit', chunk({}, 'length'), 'empty_answer', ''],
    ['reasoning without an answer', `${chunk({ reasoning: 'hm' })}${chunk({}, 'stop')}`, 'empty_answer', ''],
    ['announced tool calls that do not come', `${text}${chunk({}, 'tool_calls')}`, 'stream_malformed', 'partial'],
    ['a refusal', `${chunk({ refusal: 'I will not.' })}${chunk({}, 'stop')}`, 'content_refused', ''],
    ['a filter without content', chunk({}, 'content_filter'), 'content_refused', ''],
    ['a page of markup', '<!doctype html><title>Login</title>', 'stream_malformed', ''],
    ['JSON that is no completion', '{"hello": "world"}', 'stream_malformed', ''],
    ['JSON that breaks off', '{"choices": [{"message": {"content": "par', 'stream_malformed', ''],
    [
      'an error as JSON with status 200',
      '{"error": {"message": "quota", "code": "insufficient_quota"}}',
      'payment_required',
      '',
    ],
  ];
  it.each(cases)('%s', async (_name, body, kind, expected) => {
    const server = await serve(sse(body));
    const outcome = await run(connect(server.url));
    expect(outcome.failure).toMatchObject({ kind });
    expect(outcome.text).toBe(expected);
    expect(outcome.events[0]?.type).toBe('accepted');
    expect(outcome.events.some(({ type }) => type === 'finish')).toBe(false);
  });

  it('keeps reasoning up to the limit as an answer that hit the limit', async () => {
    const server = await serve(sse(`${chunk({ reasoning: 'hm' })}${chunk({}, 'length')}`));
    const { events } = await run(connect(server.url));
    expect(events.at(-1)).toEqual({ type: 'finish', reason: 'length' });
  });

  it('a connection that is cut in the middle', async () => {
    const server = await serve((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(text, () => response.destroy());
    });
    expect(await run(connect(server.url))).toMatchObject({ text: 'partial', failure: { kind: 'stream_broken' } });
  });

  it('a connection that is reset before an answer, or refused', async () => {
    const server = await serve((_request, response) => response.socket?.resetAndDestroy());
    expect((await run(connect(server.url))).failure).toMatchObject({ kind: 'connection' });
    const provider = connect(server.url);
    await server.close();
    const { failure, events } = await run(provider);
    expect(failure?.kind).toBe('connection');
    expect(failure?.message).toContain('127.0.0.1');
    expect(events).toEqual([]);
  });

  it('a refusal by status, with the key masked and the time to wait', async () => {
    const server = await serve((_request, response) =>
      respondJson(response, { error: { message: `bad key ${KEY}` } }, 429, { 'retry-after': '2' }),
    );
    const { failure, events } = await run(connect(server.url));
    expect(failure).toMatchObject({ kind: 'rate_limited', status: 429, retryAfterMs: 2_000, message: 'bad key •••' });
    expect(events).toEqual([]);
    expect(server.requests).toHaveLength(1);
  });

  it('a redirect, which is not followed', async () => {
    const other = await serve();
    const server = await serve((_request, response) => {
      response.writeHead(307, { location: `${other.url}/chat/completions` });
      response.end();
    });
    expect((await run(connect(server.url))).failure).toMatchObject({ kind: 'bad_request', status: 307 });
    expect(other.requests).toEqual([]);
  });

  it('a key that no header can carry', async () => {
    const server = await serve();
    const { failure } = await run(connect(server.url, { apiKey: 'line\nbreak-secret' }));
    expect(failure?.kind).toBe('unauthorized');
    expect(failure?.message).not.toContain('secret');
    expect(server.requests).toEqual([]);
  });
});

describe('time limits (UPS-08)', () => {
  async function timeOut(respond: (request: PlainRequest, response: ServerResponse) => void, call?: ProviderCall) {
    const clock = createFakeClock();
    const server = await serve(respond);
    const outcome = await advancing(clock, run(connect(server.url, { clock }), call));
    return { ...outcome, elapsed: clock.monotonic() };
  }

  it('no answer at all', async () => {
    const { failure, events } = await timeOut(() => {});
    expect(failure?.kind).toBe('timeout_first_token');
    expect(events).toEqual([]);
  });

  it('headers, comments and an empty first chunk, but no content', async () => {
    const { failure, events } = await timeOut(unended(`: ping\n\n${chunk({ role: 'assistant', content: '' })}`));
    expect(failure?.kind).toBe('timeout_first_token');
    expect(events.map(({ type }) => type)).toEqual(['accepted']);
  });

  it('headers and nothing else: the request counts as accepted', async () => {
    const { failure, events } = await timeOut(unended(': ping\n\n'));
    expect(failure?.kind).toBe('timeout_first_token');
    expect(events).toEqual([{ type: 'accepted', generationId: null, upstreamModel: null }]);
  });

  it('silence in the middle', async () => {
    const { failure, text } = await timeOut(unended(chunk({ content: 'partial' })));
    expect({ kind: failure?.kind, text }).toEqual({ kind: 'timeout_idle', text: 'partial' });
  });

  it('everything together, for an answer that is not streamed', async () => {
    const capabilities = { ...providerCall().deployment.capabilities, streaming: false };
    const { failure, elapsed } = await timeOut(() => {}, providerCall({}, { capabilities }));
    expect(failure?.kind).toBe('timeout_total');
    expect(elapsed).toBeGreaterThanOrEqual(TIMEOUTS.total);
  });

  it('a connection that is not established', async () => {
    const silent = createTcpServer(() => {}); // speaks no TLS
    silent.listen(0, '127.0.0.1');
    await once(silent, 'listening');
    open.push({ close: async () => void silent.close() });
    const { port } = silent.address() as AddressInfo;
    const timeouts = { ...TIMEOUTS, connect: 100 };
    const { failure, events } = await run(connect(`https://127.0.0.1:${port}/v1`, { timeouts }));
    expect(failure?.kind).toBe('timeout_connect');
    expect(events).toEqual([]);
  });

  it('does not count the time that the reader takes as silence of the provider', async () => {
    const clock: Clock & { advance(ms: number): void } = createFakeClock();
    const server = await serve(sse(WHOLE));
    const texts: string[] = [];
    for await (const event of connect(server.url, { clock }).stream(providerCall(), new AbortController().signal)) {
      clock.advance(TIMEOUTS.idle + 1);
      await new Promise((resolve) => setImmediate(resolve));
      if (event.type === 'text') texts.push(event.text);
    }
    expect(texts.join('')).toBe('Hello');
  });
});

describe('the socket', () => {
  /** Answers with some content and resolves when the client closes the connection. */
  async function watchedServer() {
    let seen: (at: number) => void = () => {};
    const closed = new Promise<number>((resolve) => {
      seen = resolve;
    });
    const server = await serve((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(chunk({ content: 'a' }));
      response.on('close', () => seen(Date.now()));
    });
    return { server, closed };
  }

  it('is closed within 200 ms when the call is aborted', async () => {
    const { server, closed } = await watchedServer();
    const controller = new AbortController();
    const outcome = run(connect(server.url), providerCall(), controller.signal);
    while (server.requests.length === 0) await new Promise((resolve) => setImmediate(resolve));
    const abortedAt = Date.now();
    controller.abort(new Error('enough'));
    expect((await outcome).failure).toMatchObject({ kind: 'cancelled', cause: controller.signal.reason });
    expect((await closed) - abortedAt).toBeLessThan(200);
  });

  it('is closed when the reader leaves', async () => {
    const { server, closed } = await watchedServer();
    for await (const event of connect(server.url).stream(providerCall(), new AbortController().signal)) {
      if (event.type === 'text') break;
    }
    await closed;
  });

  it('is not opened for a call that is already aborted', async () => {
    const server = await serve();
    expect((await run(connect(server.url), providerCall(), AbortSignal.abort())).failure?.kind).toBe('cancelled');
    expect(server.sockets()).toBe(0);
  });

  it('serves many calls in turn, streamed, whole and refused (UPS-11)', async () => {
    let count = 0;
    const server = await serve((request, response) => {
      const kind = count++ % 3;
      if (kind === 0) sse(WHOLE)(request, response);
      else
        respondJson(
          response,
          kind === 1 ? { choices: [{ message: { content: 'x' } }] } : { error: {} },
          kind === 1 ? 200 : 500,
        );
    });
    const provider = connect(server.url);
    for (let each = 0; each < 60; each++) await run(provider);
    // Two: the end of one answer may still be on its way when the next request leaves.
    expect(server.sockets()).toBeLessThanOrEqual(2);
  });

  it('does not outnumber the pool when many calls come at once (UPS-11)', async () => {
    const server = await serve(sse(WHOLE));
    const provider = connect(server.url, { connections: 4 });
    const outcomes = await Promise.all(Array.from({ length: 60 }, () => run(provider)));
    expect(outcomes.every(({ text }) => text === 'Hello')).toBe(true);
    expect(server.sockets()).toBeLessThanOrEqual(4);
  });

  it('survives a hundred streams that are aborted midway', async () => {
    const server = await serve(unended(chunk({ content: 'a' }).repeat(200)));
    const provider = connect(server.url);
    const kinds = await Promise.all(
      Array.from({ length: 100 }, async () => {
        const controller = new AbortController();
        try {
          for await (const event of provider.stream(providerCall(), controller.signal)) {
            if (event.type === 'text') controller.abort();
          }
        } catch (error) {
          return error instanceof ProviderFailure ? error.kind : error;
        }
        return 'finished';
      }),
    );
    expect(new Set(kinds)).toEqual(new Set(['cancelled']));
  });

  it('carries a request of ten megabytes', async () => {
    const server = await serve();
    const content = 'x'.repeat(10 * 1024 * 1024);
    const outcome = await run(connect(server.url), providerCall({ messages: [{ role: 'user', content }] }));
    expect(outcome.failure).toBeNull();
    expect(server.requests[0]?.body).toMatchObject({ messages: [{ content }] });
  });
});

describe('the list of models', () => {
  it('is read, without the prefix of Gemini', async () => {
    const server = await serve((_request, response) =>
      respondJson(response, { object: 'list', data: [{ id: 'a/b' }, { id: 'models/gemini-x' }, { junk: 1 }] }),
    );
    expect(await connect(server.url).listModels(new AbortController().signal)).toEqual(['a/b', 'gemini-x']);
    expect(server.requests[0]).toMatchObject({ method: 'GET', path: '/v1/models' });
  });

  it('fails as completions do', async () => {
    const server = await serve((_request, response) => respondJson(response, { error: { message: 'no' } }, 401));
    await expect(connect(server.url).listModels(new AbortController().signal)).rejects.toMatchObject({
      kind: 'unauthorized',
    });
  });
});
