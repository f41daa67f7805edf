import type { ServerResponse } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import type { CompletionRequest, Message } from '../../../../src/domain/completion-request.ts';
import { systemClock } from '../../../../src/lib/clock.ts';
import { chooseDialect } from '../../../../src/providers/choose-dialect.ts';
import { createHttpProvider, type HttpProviderOptions } from '../../../../src/providers/http-provider.ts';
import type { Provider } from '../../../../src/providers/provider.ts';
import { ask, dialectFixture } from '../../../support/dialect-fixture.ts';
import { createFakeClock } from '../../../support/fake-clock.ts';
import { type PlainRequest, type PlainServer, respondJson, startPlainServer } from '../../../support/plain-server.ts';
import { providerCall } from '../../../support/provider-call.ts';

const KEY = 'sk-ant-0123456789abcdef';
const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const each of open.splice(0).reverse()) await each.close();
});

async function serve(respond: (request: PlainRequest, response: ServerResponse) => void): Promise<PlainServer> {
  const server = await startPlainServer(respond);
  open.push(server);
  return server;
}

function connect(baseUrl: string, options: Partial<HttpProviderOptions> = {}): Provider {
  const provider = createHttpProvider(
    {
      name: 'anthropic',
      baseUrl,
      apiKey: KEY,
      headers: {},
      timeouts: { connect: 5_000, firstToken: 10_000, idle: 10_000, total: 60_000 },
      clock: systemClock,
      version: '0.0.0',
      ...options,
    },
    chooseDialect({ kind: 'anthropic', name: 'anthropic', baseUrl }),
  );
  open.push(provider);
  return provider;
}

const stream = (body: string | Buffer) => (_request: PlainRequest, response: ServerResponse) => {
  response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' });
  response.end(body);
};
const file = (name: string) => dialectFixture(`anthropic/${name}`);
const haiku = (request: Partial<CompletionRequest> = {}) =>
  providerCall(request, { upstreamModel: 'claude-haiku-4-5' });

describe('a provider of the Messages API (UPS-01)', () => {
  it('is asked at its own path with its own headers, and a configured version wins', async () => {
    const server = await serve(stream(file('text.sse')));
    const { failure, answer } = await ask(connect(server.url), haiku());
    expect(failure).toBeNull();
    expect(answer.text).toBe('Grüß 漢字 🙂!');
    expect(server.requests[0]).toMatchObject({
      method: 'POST',
      path: '/v1/messages',
      headers: { 'x-api-key': KEY, 'anthropic-version': '2023-06-01', 'user-agent': 'farebox/0.0.0' },
      body: { model: 'claude-haiku-4-5', max_tokens: 400, stream: true },
    });
    expect(server.requests[0]?.headers.authorization).toBeUndefined();
    await ask(connect(server.url, { headers: { 'Anthropic-Version': '2030-01-01' } }), haiku());
    expect(server.requests[1]?.headers['anthropic-version']).toBe('2030-01-01');
  });

  it('lists its models, page after page', async () => {
    const server = await serve(({ path }, response) => {
      const page = path.includes('after_id=claude-opus-5-5') ? 'models-page-2.json' : 'models-page-1.json';
      respondJson(response, JSON.parse(file(page).toString()));
    });
    const ids = await connect(server.url).listModels(new AbortController().signal);
    expect(ids).toEqual(['claude-opus-5-5', 'claude-haiku-4-5-20251001']);
    expect(server.requests).toHaveLength(2);
    expect(server.requests[0]?.headers['x-api-key']).toBe(KEY);
  });

  it.each([
    [400, 'invalid_request_error', 'messages: roles must alternate', 'bad_request'],
    [400, 'invalid_request_error', 'prompt is too long: 210000 tokens > 200000 maximum', 'context_length'],
    [400, 'invalid_request_error', 'Your credit balance is too low to access the Anthropic API.', 'payment_required'],
    [401, 'authentication_error', 'invalid x-api-key', 'unauthorized'],
    [402, 'billing_error', 'Pay first.', 'payment_required'],
    [403, 'permission_error', 'Not allowed.', 'unauthorized'],
    [404, 'not_found_error', 'model: claude-none', 'model_not_found'],
    [413, 'request_too_large', 'Request exceeds the maximum size', 'context_length'],
    [429, 'rate_limit_error', 'Too many.', 'rate_limited'],
    [500, 'api_error', 'Internal server error', 'server_error'],
    [504, 'timeout_error', 'Timed out', 'server_error'],
    [529, 'overloaded_error', 'Overloaded', 'server_error'],
  ])('that answers %i %s (%s) failed with %s', async (status, type, message, kind) => {
    const body = { type: 'error', error: { type, message }, request_id: 'req_011CSHoEe' };
    const server = await serve((_request, response) =>
      respondJson(response, body, status, { 'request-id': 'req_011CSHoEe', 'retry-after': '7' }),
    );
    const { failure } = await ask(connect(server.url), haiku());
    expect(failure).toMatchObject({ kind, status, retryAfterMs: 7_000 });
    expect(failure?.message).toBe(`${message} (request req_011CSHoEe)`);
  });

  it('says when its limits are used up', async () => {
    const clock = createFakeClock();
    const resetsAt = new Date(clock.now() + 30_000).toISOString();
    const server = await serve((_request, response) => {
      response.writeHead(200, {
        'content-type': 'text/event-stream',
        'anthropic-ratelimit-requests-remaining': '40',
        'anthropic-ratelimit-input-tokens-remaining': '0',
        'anthropic-ratelimit-input-tokens-reset': resetsAt,
      });
      response.end(file('text.sse'));
    });
    const { events } = await ask(connect(server.url, { clock }), haiku());
    expect(events[0]).toEqual({ type: 'limited', pauseMs: 30_000 });
  });

  it('that falls silent is given up: before its first content, and in the middle although it pings', async () => {
    const start = file('text.sse').toString().split('event: content_block_start')[0] ?? '';
    const silent = (body: string) => (_request: PlainRequest, response: ServerResponse) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(body);
    };
    const short = { connect: 5_000, firstToken: 80, idle: 80, total: 60_000 };
    const before = await serve(silent(`${start}event: ping\ndata: {"type":"ping"}\n\n`));
    expect((await ask(connect(before.url, { timeouts: short }), haiku())).failure?.kind).toBe('timeout_first_token');
    const middle = file('text.sse').toString().split('event: message_delta')[0] ?? '';
    const after = await serve(silent(middle));
    const { failure, answer } = await ask(connect(after.url, { timeouts: short }), haiku());
    expect(failure?.kind).toBe('timeout_idle');
    expect(answer).toMatchObject({ text: 'Grüß 漢字 🙂!', usage: { inputTokens: 25 } });
  });

  it('is not asked at all for what its dialect cannot say', async () => {
    const server = await serve(stream(file('text.sse')));
    const { failure } = await ask(connect(server.url), haiku({ logprobs: { top: 2 } }));
    expect(failure).toMatchObject({ kind: 'untranslatable' });
    expect(server.requests).toEqual([]);
  });
});

describe('a tool loop of five turns through the Messages API (UPS-04)', () => {
  it('gives back calls, results and signed thinking as they came, and never changes what was sent before', async () => {
    const bodies: { messages: unknown[]; system: unknown; tools: unknown }[] = [];
    const server = await serve((request, response) => {
      bodies.push(request.body as (typeof bodies)[number]);
      const turn = bodies.length;
      if (turn === 6) return stream(file('text.sse'))(request, response);
      const body = file('parallel-tools.sse').toString().replaceAll('toolu_0', `toolu_${turn}_`);
      const thinking = (file('thinking.sse')
        .toString()
        .match(/event: content_block_start\n.*?"index":0.*?content_block_stop[^\n]*\n[^\n]*\n\n/s) ?? [''])[0];
      const shifted = body.replaceAll(/"index":(\d)/g, (_all, index: string) => `"index":${Number(index) + 1}`);
      stream(shifted.replace('event: content_block_start', `${thinking}event: content_block_start`))(request, response);
    });
    const provider = connect(server.url);
    const tools = [
      { name: 'read_file', parameters: { type: 'object', properties: { path: { type: 'string' } } } },
      { name: 'now', parameters: { type: 'object', properties: {} } },
    ];
    const messages: Message[] = [
      { role: 'system', content: [{ type: 'text', text: 'You are careful.', cacheControl: { ttl: '1h' } }] },
      { role: 'user', content: 'Read, five times.' },
    ];
    for (let turn = 1; turn <= 6; turn++) {
      const call = providerCall(
        { messages, tools, reasoning: { effort: 'low' } },
        { upstreamModel: 'claude-haiku-4-5' },
      );
      const { answer, failure } = await ask(provider, { ...call, maxOutputTokens: 8_000 });
      expect(failure).toBeNull();
      messages.push({
        role: 'assistant',
        content: answer.text,
        toolCalls: answer.toolCalls,
        reasoning: answer.reasoningParts,
      });
      // Results come back in the other order than the calls were made in.
      for (const { id, name } of [...answer.toolCalls].reverse()) {
        messages.push({ role: 'tool', toolCallId: id, content: `${name} of turn ${turn}`, isError: name === 'now' });
      }
    }
    expect(bodies).toHaveLength(6);
    expect(bodies[5]?.messages).toHaveLength(11);
    for (const [index, body] of bodies.entries()) {
      const next = bodies[index + 1];
      if (!next) break;
      expect(next.messages.slice(0, body.messages.length)).toEqual(body.messages);
      expect([next.system, next.tools]).toEqual([body.system, body.tools]);
    }
    expect(bodies[5]?.messages.slice(1, 3)).toEqual([
      {
        role: 'assistant',
        content: [
          { type: 'thinking', thinking: 'First, divide.', signature: 'EqQBCgIYAhIM1gbcDa9GJwZA2b3h==' },
          { type: 'text', text: 'I look.' },
          { type: 'tool_use', id: 'toolu_1_1', name: 'read_file', input: { path: 'a.ts' } },
          { type: 'tool_use', id: 'toolu_1_2', name: 'now', input: {} },
        ],
      },
      {
        role: 'user',
        content: [
          { type: 'tool_result', tool_use_id: 'toolu_1_1', content: 'read_file of turn 1' },
          { type: 'tool_result', tool_use_id: 'toolu_1_2', content: 'now of turn 1', is_error: true },
        ],
      },
    ]);
    expect(bodies.every((body) => 'thinking' in body)).toBe(true);
  });
});
