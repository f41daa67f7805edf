import { afterEach, describe, expect, it } from 'vitest';
import { dialectFixture } from '../../../support/dialect-fixture.ts';
import { ask, openTestEngine } from '../../../support/open-test-engine.ts';
import { fixedCompletion, type PlainServer, respondJson, startPlainServer } from '../../../support/plain-server.ts';

let server: PlainServer;
afterEach(() => server?.close());

const MODEL = 'anthropic/claude-haiku-4.5';
const never = new AbortController().signal;
const complete = async (
  environment: Record<string, string>,
  more: Parameters<typeof ask>[1] = {},
  config: Record<string, unknown> = {},
) => {
  const engine = await openTestEngine({ environment, config });
  return engine.pipeline.complete(
    ask('Hello.', { ...more, constraints: { sensitivity: 'normal', model: MODEL } }),
    never,
  );
};

describe('the built-in provider anthropic (UPS-01)', () => {
  it.each(['', '/v1'])('is asked in its own dialect at ANTHROPIC_BASE_URL with "%s" behind it', async (ending) => {
    server = await startPlainServer((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.end(dialectFixture('anthropic/cached-usage.sse'));
    });
    const outcome = await complete({
      ANTHROPIC_API_KEY: 'sk-ant-test',
      ANTHROPIC_BASE_URL: `${new URL(server.url).origin}${ending}`,
    });
    expect(outcome).toMatchObject({ status: 'complete', text: 'Done.', provider: 'anthropic' });
    expect(outcome.usage).toMatchObject({ inputTokens: 21_540, cacheWrite1hTokens: 1_000, outputTokens: 330 });
    // Haiku 4.5: 1, 0.10, 1.25, 2 and 5 dollars a million for input, cache read, writes of 5 minutes and an hour, output.
    expect(outcome.cost).toEqual({ amount: 40_000 + 2_000_000 + 625_000 + 2_000_000 + 1_650_000, source: 'computed' });
    expect(server.requests.map(({ path }) => path)).toEqual(['/v1/messages']);
  });

  it('is asked in the dialect of OpenAI where the configuration says so', async () => {
    server = await startPlainServer((request, response) => respondJson(response, fixedCompletion(request.body)));
    const environment = { ANTHROPIC_API_KEY: 'sk-ant-test' };
    const anthropic = { kind: 'openai-compatible', baseUrl: server.url };
    const outcome = await complete(environment, {}, { providers: { anthropic } });
    expect(outcome).toMatchObject({ status: 'complete', text: 'A fixed answer.' });
    expect(server.requests[0]).toMatchObject({
      path: '/v1/chat/completions',
      headers: { authorization: 'Bearer sk-ant-test' },
    });
  });

  it('costs nothing where the dialect cannot say what was asked, and the outcome says why', async () => {
    server = await startPlainServer();
    const environment = { ANTHROPIC_API_KEY: 'sk-ant-test', ANTHROPIC_BASE_URL: server.url };
    const outcome = await complete(environment, { logprobs: { top: 2 } });
    expect(outcome).toMatchObject({ status: 'failed', cost: { amount: 0, source: 'computed' } });
    expect(outcome.error?.message).toContain('Anthropic tells no log probabilities');
    expect(server.requests).toEqual([]);
  });

  it('goes on to the next candidate where the dialect cannot say what was asked', async () => {
    server = await startPlainServer((request, response) => respondJson(response, fixedCompletion(request.body)));
    const environment = { ANTHROPIC_API_KEY: 'sk-ant-test', ANTHROPIC_BASE_URL: server.url };
    const capabilities = { multimodal: true };
    const bitmap = { type: 'image', url: 'data:image/bmp;base64,Qk0=' } as const;
    const engine = await openTestEngine({
      environment: { ...environment, OPENROUTER_API_KEY: 'sk-or-test', OPENROUTER_BASE_URL: server.url },
      config: { providers: { anthropic: { capabilities }, openrouter: { capabilities } } },
    });
    const outcome = await engine.pipeline.complete(
      {
        ...ask('', { constraints: { sensitivity: 'normal', model: MODEL } }),
        messages: [{ role: 'user', content: [bitmap] }],
      },
      never,
    );
    expect(outcome).toMatchObject({ status: 'complete', text: 'A fixed answer.', provider: 'openrouter' });
    expect(outcome.attempts.map(({ provider }) => provider)).toEqual(['anthropic', 'openrouter']);
    expect(server.requests.map(({ path }) => path)).toEqual(['/v1/chat/completions']);
  });

  it('is paid for what it wrote where its answer breaks off, although its only report is from the beginning', async () => {
    server = await startPlainServer((_request, response) => {
      const begun = dialectFixture('anthropic/cached-usage.sse').toString().split('event: content_block_stop')[0] ?? '';
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.end(begun.replace('Done.', 'word '.repeat(80)));
    });
    const environment = { ANTHROPIC_API_KEY: 'sk-ant-test', ANTHROPIC_BASE_URL: server.url };
    const outcome = await complete(environment, { delivery: 'stream' });
    expect(outcome).toMatchObject({ status: 'incomplete', cost: { source: 'estimated' } });
    expect(outcome.cost.amount).toBe(40_000 + 2_000_000 + 625_000 + 2_000_000 + 100 * 5_000);
  });
});
