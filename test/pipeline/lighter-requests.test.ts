import { describe, expect, it, onTestFinished } from 'vitest';
import type { Message } from '../../src/domain/completion-request.ts';
import { nano } from '../../src/domain/money.ts';
import { conversation } from '../context/conversations.ts';
import { ask, openTestEngine } from '../support/open-test-engine.ts';
import { type PlainServer, respondJson, startPlainServer } from '../support/plain-server.ts';

const never = new AbortController().signal;
const MODEL = 'meta-llama/llama-3.3-70b-instruct';
const NO_LIMITS = { rateLimits: { requestsPerMinute: 10_000, tokensPerMinute: 100_000_000 } };
const config = (profile: string, promptOptimization?: object) => ({
  extends: profile,
  policy: { discoverOllama: false },
  ...(promptOptimization && { optimization: { promptOptimization } }),
  models: { secondary: { provider: 'openrouter', model: MODEL, ...NO_LIMITS } },
});

type Sent = { readonly messages: readonly { readonly role: string; readonly content: string | null }[] };
const sentTo = ({ requests }: PlainServer) =>
  requests.flatMap(({ body }) =>
    typeof body === 'object' && body !== null && 'messages' in body ? [body as Sent] : [],
  );
const isSummary = (sent: Sent | undefined) => sent?.messages.at(-1)?.content?.includes('<conversation>') ?? false;

async function answering(): Promise<PlainServer> {
  const server = await startPlainServer((request, response) => {
    const content = isSummary(request.body as Sent) ? 'The user wants OPS-4471 done.' : 'Done.';
    respondJson(response, {
      id: 'x',
      object: 'chat.completion',
      created: 1,
      model: MODEL,
      choices: [{ index: 0, message: { role: 'assistant', content }, finish_reason: 'stop' }],
      usage: { prompt_tokens: 3_000, completion_tokens: 20, total_tokens: 3_020 },
    });
  });
  onTestFinished(() => server.close());
  return server;
}

const chat = (turns: number, more: Parameters<typeof ask>[1] = {}) =>
  ask('', {
    messages: conversation(turns, ['The ticket for it is OPS-4471.'], 'english nonsense'),
    constraints: { sensitivity: 'normal', model: MODEL },
    ...more,
  });

describe('a long conversation', () => {
  it('is sent in half of the tokens where the profile says contextCompression, and books what that avoided (MEM-07)', async () => {
    const server = await answering();
    const engine = await openTestEngine({ upstream: server.url, config: config('balanced') });
    const outcome = await engine.pipeline.complete(chat(55), never);
    expect(outcome.status).toBe('complete');
    const sent = sentTo(server)[0]?.messages ?? [];
    expect(JSON.stringify(sent)).toContain('OPS-4471');
    expect(JSON.stringify(sent).length).toBeLessThan(JSON.stringify(chat(55).messages).length / 2);
    expect(sent.at(-1)?.content).toBe(chat(55).messages.at(-1)?.content);
    expect(outcome.warnings.join()).toContain('The older part of the conversation was shortened');
    const [effect] = outcome.effects ?? [];
    expect(effect).toMatchObject({ optimisation: 'context_compression', ownCost: 0 });
    expect(effect?.tokensAvoided).toBeGreaterThan(4_000);
    // $0.10 a million tokens.
    expect(effect?.costAvoided).toBe(Math.round((effect?.tokensAvoided ?? 0) * 100));
  });

  it('is sent whole where the profile does not, as long as it fits', async () => {
    const server = await answering();
    const engine = await openTestEngine({
      upstream: server.url,
      config: config('balanced', { contextCompression: false }),
    });
    const outcome = await engine.pipeline.complete(chat(55), never);
    expect(sentTo(server)[0]?.messages).toHaveLength(chat(55).messages.length);
    expect(outcome.effects).toBeUndefined();
  });

  it('is compressed instead of being refused where it fits nowhere', async () => {
    const server = await answering();
    const engine = await openTestEngine({
      upstream: server.url,
      config: config('balanced', { contextCompression: false }),
    });
    const long = conversation(60, ['The ticket for it is OPS-4471.']).flatMap((message): Message[] =>
      message.role === 'assistant' ? [{ ...message, content: `${message.content} `.repeat(30) }] : [message],
    );
    const outcome = await engine.pipeline.complete(chat(1, { messages: long }), never);
    expect(outcome.status).toBe('complete');
    expect(JSON.stringify(sentTo(server)[0])).toContain('OPS-4471');
  });

  it('is summarised once, by a call of its own, where the profile says semanticCompression', async () => {
    const server = await answering();
    const engine = await openTestEngine({
      upstream: server.url,
      config: config('balanced', { contextCompression: true, semanticCompression: true }),
    });
    const outcome = await engine.pipeline.complete(chat(55), never);
    const [summary, main] = sentTo(server);
    expect(isSummary(summary)).toBe(true);
    expect(JSON.stringify(main)).toContain('The user wants OPS-4471 done.');
    expect(outcome.effects?.[0]?.ownCost).toBeGreaterThan(0);
    // The next question of the same turns finds the summary.
    const messages = [...chat(55).messages.slice(0, -1), { role: 'user', content: 'And then?' } as const];
    await engine.pipeline.complete(chat(55, { messages }), never);
    expect(sentTo(server)).toHaveLength(3);
    const report = await engine.reports.report({
      since: 0,
      until: Date.now() + 1_000,
      groupBy: 'model',
      simulated: false,
    });
    expect(report.overhead.purposes).toMatchObject([{ purpose: 'summary', calls: 1 }]);
  });

  it('pays a summary from the cap of the call, and does without where that is too small', async () => {
    const server = await answering();
    const engine = await openTestEngine({
      upstream: server.url,
      config: config('balanced', { contextCompression: true, semanticCompression: true }),
    });
    const constraints = { sensitivity: 'normal', model: MODEL, maxCost: nano(2_500_000) } as const;
    const outcome = await engine.pipeline.complete(chat(55, { constraints, maxOutputTokens: 50 }), never);
    expect(outcome.status).toBe('complete');
    expect(sentTo(server).filter(isSummary)).toHaveLength(0);
    expect(outcome.cost.amount).toBeLessThanOrEqual(2_500_000);
  });

  it('keeps the summary of a thread for other processes', async () => {
    const server = await answering();
    const options = {
      upstream: server.url,
      config: config('balanced', { contextCompression: true, semanticCompression: true }),
    };
    const first = await openTestEngine(options);
    const thread = { threadId: 't' };
    await first.pipeline.complete(chat(54, thread), never);
    const { config: opened } = first;
    const second = await openTestEngine({ ...options, home: opened.home });
    await second.pipeline.complete(chat(1, { ...thread, messages: [{ role: 'user', content: 'And now?' }] }), never);
    const before = sentTo(server).filter(isSummary).length;
    const third = await openTestEngine({ ...options, home: opened.home });
    await third.pipeline.complete(chat(1, { ...thread, messages: [{ role: 'user', content: 'And later?' }] }), never);
    expect(sentTo(server).filter(isSummary)).toHaveLength(before);
  });
});

describe('a prompt with white space that means nothing', () => {
  it('loses it on the way, and books what that avoided (OPT-05)', async () => {
    const server = await answering();
    const engine = await openTestEngine({ upstream: server.url, config: config('balanced') });
    const code = '```py\ndef f():\n\n\n\n    return 1 \n```';
    const messages = [
      { role: 'system', content: 'Answer in English. \n\n\n\n\n\n\n\nBe brief about it.' },
      { role: 'user', content: `Please look at this. \n\n\n\n\nIt is short.\n\n${code}` },
    ] as const;
    const outcome = await engine.pipeline.complete(chat(1, { messages }), never);
    expect(sentTo(server)[0]?.messages.map(({ content }) => content)).toEqual([
      'Answer in English.\n\nBe brief about it.',
      `Please look at this.\n\nIt is short.\n\n${code}`,
    ]);
    expect(outcome.effects?.[0]).toMatchObject({ optimisation: 'prompt_optimisation', ownCost: 0 });
    const off = await openTestEngine({ upstream: server.url, config: config('balanced', { enabled: false }) });
    await off.pipeline.complete(chat(1, { messages }), never);
    expect(sentTo(server)[1]?.messages.map(({ content }) => content)).toEqual(messages.map(({ content }) => content));
  });
});
