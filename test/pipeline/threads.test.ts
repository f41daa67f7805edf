import { describe, expect, it, onTestFinished } from 'vitest';
import type { CompletionRequest } from '../../src/domain/completion-request.ts';
import type { Engine } from '../../src/pipeline/engine.ts';
import { startHoldingServer } from '../support/holding-server.ts';
import { ask, openTestEngine } from '../support/open-test-engine.ts';
import { type PlainServer, respondJson, startPlainServer } from '../support/plain-server.ts';
import { tempFolder } from '../support/temp-folder.ts';

const never = new AbortController().signal;
const CONFIG = { extends: 'balanced', policy: { discoverOllama: false } };
const LOCAL = (url: string) => ({
  ...CONFIG,
  providers: { gpu: { kind: 'openai-compatible', baseUrl: url, local: true, region: 'eu' } },
  catalogue: [
    { provider: 'gpu', model: 'local-1', pricing: { input: 0, output: 0 }, capabilities: { contextWindow: 64_000 } },
  ],
});

type Sent = { readonly messages: readonly { readonly role: string; readonly content: unknown }[] };
const sentTo = ({ requests }: PlainServer) =>
  requests.flatMap(({ body }) =>
    typeof body === 'object' && body !== null && 'messages' in body ? [body as Sent] : [],
  );
const texts = (sent: Sent | undefined) => sent?.messages.map(({ content }) => content);

async function answering(): Promise<PlainServer> {
  let number = 0;
  const server = await startPlainServer((request, response) => {
    number += 1;
    respondJson(response, {
      id: 'x',
      object: 'chat.completion',
      created: 1,
      model: (request.body as { model?: string } | undefined)?.model,
      choices: [{ index: 0, message: { role: 'assistant', content: `answer ${number}` }, finish_reason: 'stop' }],
      usage: { prompt_tokens: 100, completion_tokens: 10, total_tokens: 110 },
    });
  });
  onTestFinished(() => server.close());
  return server;
}

const turn = (engine: Engine, prompt: string, more: Partial<CompletionRequest> = {}) =>
  engine.pipeline.complete(ask(prompt, { threadId: 't', ...more }), never);

describe('a conversation by id', () => {
  it('keeps every fact of ten turns, across processes and models, and begins each prompt with the one before (MEM-06)', async () => {
    const server = await answering();
    const home = tempFolder();
    const facts = Array.from(
      { length: 10 },
      (_, index) => `Fact ${index}: the box ${index} holds ${index * 37} screws.`,
    );
    let before: unknown[] = [];
    for (const [index, fact] of facts.entries()) {
      // Another engine on the same data, as another process would open it; another model every time.
      const engine = await openTestEngine({ upstream: server.url, home, config: CONFIG });
      const model = index % 2 === 0 ? 'deepseek/deepseek-chat' : 'meta-llama/llama-3.3-70b-instruct';
      const outcome = await turn(engine, fact, { constraints: { sensitivity: 'normal', model } });
      expect(outcome).toMatchObject({ status: 'complete', threadId: 't', warnings: [] });
      const sent = texts(sentTo(server).at(-1)) ?? [];
      expect(sent.slice(0, before.length)).toEqual(before);
      before = sent;
    }
    for (const fact of facts) expect(before).toContain(fact);
    expect(before).toContain('answer 9');
  });

  it('keeps both of two calls at once, in the order in which they were completed', async () => {
    const server = await startHoldingServer();
    const engine = await openTestEngine({ upstream: server.url, config: CONFIG });
    const both = [turn(engine, 'first asked'), turn(engine, 'second asked')];
    await server.arrived(2);
    server.release();
    const outcomes = await Promise.all(both);
    expect(outcomes.map(({ status }) => status)).toEqual(['complete', 'complete']);
    const kept = engine.threads
      .read({ key: null, project: null }, 't')
      ?.turns.map(({ messages }) => messages[0]?.content);
    expect([...(kept ?? [])].sort()).toEqual(['first asked', 'second asked']);
  });

  it('keeps nothing of a call that was not completed', async () => {
    const server = await startPlainServer((_, response) => respondJson(response, { error: { message: 'no' } }, 400));
    onTestFinished(() => server.close());
    const engine = await openTestEngine({ upstream: server.url, config: CONFIG });
    expect((await turn(engine, 'hello')).status).toBe('failed');
    expect(engine.threads.list()).toEqual([]);
  });

  it('stays with local models once a private request was made, even where that one failed', async () => {
    const hosted = await answering();
    const local = await answering();
    const engine = await openTestEngine({ upstream: hosted.url, config: LOCAL(local.url) });
    await turn(engine, 'an open question');
    expect(sentTo(hosted)).toHaveLength(1);
    await turn(engine, 'my illness is a secret', { constraints: { sensitivity: 'private' } });
    await turn(engine, 'and what follows from it?');
    expect(sentTo(hosted)).toHaveLength(1);
    expect(texts(sentTo(local).at(-1))).toContain('my illness is a secret');
    const plan = await engine.pipeline.plan(ask('once more', { threadId: 't' }));
    expect(plan.candidates.every(({ deployment }) => deployment.local)).toBe(true);
    const named = await turn(engine, 'with a hosted model', {
      constraints: { sensitivity: 'normal', model: 'deepseek/deepseek-chat' },
    });
    expect(named.status).not.toBe('complete');
    expect(sentTo(hosted)).toHaveLength(1);

    const alone = await openTestEngine({ upstream: hosted.url, config: CONFIG });
    expect((await turn(alone, 'secret', { constraints: { sensitivity: 'private' } })).status).toBe('failed');
    expect((await turn(alone, 'after it')).error?.code).toBe('no_candidate');
    expect(sentTo(hosted)).toHaveLength(1);
  });

  it('stays in its region, and refuses another one', async () => {
    const hosted = await answering();
    const local = await answering();
    const engine = await openTestEngine({ upstream: hosted.url, config: LOCAL(local.url) });
    await turn(engine, 'data from here', { constraints: { sensitivity: 'normal', region: 'eu' } });
    await turn(engine, 'and more');
    expect(sentTo(hosted)).toHaveLength(0);
    expect(sentTo(local)).toHaveLength(2);
    await expect(
      turn(engine, 'elsewhere', { constraints: { sensitivity: 'normal', region: 'us' } }),
    ).rejects.toMatchObject({
      code: 'invalid_request',
    });
  });

  it('is read by nobody who calls with another key', async () => {
    const server = await answering();
    const engine = await openTestEngine({ upstream: server.url, config: CONFIG });
    await turn(engine, 'tenant one speaks', { attribution: { surface: 'http', key: 'one' } });
    await turn(engine, 'tenant two asks', { attribution: { surface: 'http', key: 'two' } });
    expect(texts(sentTo(server).at(-1))).toEqual(['tenant two asks']);
  });

  it('hands over an answer that has no room in its thread, and says so', async () => {
    const server = await answering();
    const engine = await openTestEngine({
      upstream: server.url,
      config: { ...CONFIG, policy: { discoverOllama: false, threads: { maxMegabytes: 1 } } },
    });
    const outcome = await turn(engine, `Summarize this:\n\n${'Some words of a long text. '.repeat(45_000)}`);
    expect(outcome).toMatchObject({ status: 'complete', threadId: 't' });
    expect(outcome.warnings.join()).toContain('was not kept in thread t');
    const small = await turn(engine, 'small');
    expect(small.warnings).toEqual([]);
  });

  it('leaves requests without a thread alone', async () => {
    const server = await answering();
    const engine = await openTestEngine({ upstream: server.url, config: CONFIG });
    const outcome = await engine.pipeline.complete(ask('hello'), never);
    expect(outcome.threadId).toBeUndefined();
    expect(engine.threads.list()).toEqual([]);
  });
});
