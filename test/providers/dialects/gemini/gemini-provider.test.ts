import { describe, expect, it } from 'vitest';
import { connect, serve } from '../../../support/connect-dialect.ts';
import { ask, dialectFixture } from '../../../support/dialect-fixture.ts';
import { createFakeClock } from '../../../support/fake-clock.ts';
import { openTestEngine, ask as prompt } from '../../../support/open-test-engine.ts';
import { fixedCompletion, respondJson } from '../../../support/plain-server.ts';
import { providerCall } from '../../../support/provider-call.ts';

const KEY = 'AIza-0123456789abcdefghijklmnopqrstuv';
const file = (name: string) => dialectFixture(`gemini/${name}`);
const json = (name: string) => JSON.parse(file(name).toString());
const flash = providerCall({}, { upstreamModel: 'gemini-2.5-flash' });
const never = new AbortController().signal;

describe('a provider of the Gemini API (UPS-01)', () => {
  it('is asked with its key in a header, and its answer streams', async () => {
    const server = await serve((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.end(file('text.sse'));
    });
    const { answer, failure } = await ask(connect('gemini', `${server.origin}/v1beta`, { apiKey: KEY }), flash);
    expect([failure, answer.text]).toEqual([null, 'Grüß 漢字 🙂!']);
    expect(server.requests[0]).toMatchObject({
      method: 'POST',
      path: '/v1beta/models/gemini-2.5-flash:streamGenerateContent?alt=sse',
      headers: { 'x-goog-api-key': KEY },
    });
    expect(server.requests[0]?.headers.authorization).toBeUndefined();
  });

  it('lists what writes text, page after page', async () => {
    const server = await serve(({ path }, response) =>
      respondJson(
        response,
        json(path.includes('pageToken=Ch5tb2RlbHMv') ? 'models-page-2.json' : 'models-page-1.json'),
      ),
    );
    const provider = connect('gemini', `${server.origin}/v1beta`, { apiKey: KEY });
    expect(await provider.listModels(never)).toEqual(['gemini-2.5-flash', 'gemma-3-27b-it']);
    expect(server.requests.map(({ path }) => path)).toEqual([
      '/v1beta/models?pageSize=1000',
      '/v1beta/models?pageSize=1000&pageToken=Ch5tb2RlbHMv',
    ]);
  });

  it.each([
    [400, json('bad-key.json'), 'unauthorized'],
    [
      400,
      {
        error: {
          code: 400,
          status: 'INVALID_ARGUMENT',
          message: 'The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).',
        },
      },
      'context_length',
    ],
    [
      400,
      {
        error: { code: 400, status: 'FAILED_PRECONDITION', message: 'User location is not supported for the API use.' },
      },
      'bad_request',
    ],
    [
      403,
      { error: { code: 403, status: 'PERMISSION_DENIED', message: "Method doesn't allow unregistered callers." } },
      'unauthorized',
    ],
    [
      404,
      { error: { code: 404, status: 'NOT_FOUND', message: 'models/gemini-0 is not found for API version v1beta' } },
      'model_not_found',
    ],
    [500, { error: { code: 500, status: 'INTERNAL', message: 'An internal error has occurred.' } }, 'server_error'],
    [
      503,
      { error: { code: 503, status: 'UNAVAILABLE', message: 'The model is overloaded. Please try again later.' } },
      'server_error',
    ],
    [504, { error: { code: 504, status: 'DEADLINE_EXCEEDED', message: 'Deadline expired.' } }, 'server_error'],
  ])('that answers %i failed (%#)', async (status, body, kind) => {
    const server = await serve((_request, response) => respondJson(response, body, status));
    const { failure } = await ask(connect('gemini', `${server.origin}/v1beta`, { apiKey: KEY }), flash);
    expect(failure).toMatchObject({ kind, status });
    expect(failure?.message).not.toContain(KEY);
  });

  it('says how long to wait: some seconds for the quota of a minute, until midnight in California for that of a day', async () => {
    // 21:13 in California.
    const clock = createFakeClock(Date.UTC(2026, 0, 12, 5, 13));
    const ended = async (name: string) => {
      const server = await serve((_request, response) => respondJson(response, json(name), 429));
      return (await ask(connect('gemini', `${server.origin}/v1beta`, { clock }), flash)).failure;
    };
    expect(await ended('quota-of-minute.json')).toMatchObject({ kind: 'rate_limited', retryAfterMs: 17_250 });
    expect(await ended('quota-of-day.json')).toMatchObject({
      kind: 'rate_limited',
      retryAfterMs: (2 * 60 + 47) * 60_000,
    });
  });
});

describe('the built-in provider gemini (UPS-01)', () => {
  const engineAt = (baseUrl: string, gemini: Record<string, unknown> = {}) =>
    openTestEngine({
      environment: { GEMINI_API_KEY: KEY, ...(Object.keys(gemini).length > 0 ? {} : { GEMINI_BASE_URL: baseUrl }) },
      config: Object.keys(gemini).length > 0 ? { providers: { gemini: { baseUrl, ...gemini } } } : {},
    });
  const request = prompt('Hello.', { constraints: { sensitivity: 'normal', model: 'gemini/gemini-2.5-flash' } });

  it.each(['', '/', '/v1beta', '/v1beta/', '/v1alpha'])('speaks its own dialect at "%s"', async (path) => {
    const server = await serve((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.end(file('text.sse'));
    });
    const engine = await engineAt(`${server.origin}${path}`);
    const outcome = await engine.pipeline.complete(request, never);
    expect(outcome).toMatchObject({ status: 'complete', text: 'Grüß 漢字 🙂!', provider: 'gemini' });
    expect(outcome.usage).toMatchObject({ inputTokens: 1_200, cacheReadTokens: 1_024, outputTokens: 11 });
    expect(server.requests[0]?.path).toMatch(
      /^\/v1(beta|alpha)\/models\/gemini-2\.5-flash:streamGenerateContent\?alt=sse$/,
    );
  });

  it.each(['/v1beta/openai', '/v1beta/openai/', '/v1'])('speaks OpenAI’s dialect at "%s"', async (path) => {
    const server = await serve((asked, response) => respondJson(response, fixedCompletion(asked.body)));
    const engine = await engineAt(`${server.origin}${path}`);
    expect(await engine.pipeline.complete(request, never)).toMatchObject({
      status: 'complete',
      text: 'A fixed answer.',
    });
    expect(server.requests[0]?.path).toBe(`${path.replace(/\/$/, '')}/chat/completions`);
  });

  it('speaks what the configuration names', async () => {
    const server = await serve((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.end(file('text.sse'));
    });
    const engine = await engineAt(`${server.origin}/proxy/v1`, { kind: 'gemini' });
    expect(await engine.pipeline.complete(request, never)).toMatchObject({ status: 'complete' });
    expect(server.requests[0]?.path).toMatch(/^\/proxy\/v1\/models\//);
  });
});
