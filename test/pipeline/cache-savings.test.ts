import { describe, expect, it, onTestFinished } from 'vitest';
import type { CompletionRequest } from '../../src/domain/completion-request.ts';
import { normalizeUsage } from '../../src/domain/usage.ts';
import type { Engine } from '../../src/pipeline/engine.ts';
import { ask, openTestEngine } from '../support/open-test-engine.ts';
import { respondJson, startPlainServer } from '../support/plain-server.ts';
import { createSeededRandom } from '../support/seeded-random.ts';

const never = new AbortController().signal;
const EVER = { since: 0, until: Date.UTC(2100, 0, 1), groupBy: 'optimisation', simulated: false } as const;

interface ChatBody {
  readonly messages: readonly { readonly role: string; readonly content: string }[];
}

/** An upstream whose answer says what it was asked, and charges by its length. */
async function open(config: Readonly<Record<string, unknown>> = { extends: 'balanced' }) {
  const server = await startPlainServer((request, response) => {
    const prompt = (request.body as ChatBody).messages.map(({ content }) => content).join('\n');
    const text = `You asked: ${prompt}`;
    respondJson(response, {
      choices: [{ index: 0, message: { role: 'assistant', content: text }, finish_reason: 'stop' }],
      usage: { prompt_tokens: prompt.length * 10, completion_tokens: text.length * 10 },
    });
  });
  onTestFinished(() => server.close());
  return { server, engine: await openTestEngine({ upstream: server.url, config }) };
}

async function spent(engine: Engine): Promise<number> {
  return (await engine.reports.report(EVER)).totals.cost;
}

const question = (prompt: string, more: Partial<CompletionRequest> = {}) =>
  ask(prompt, {
    cache: 'use',
    maxOutputTokens: 500,
    ...more,
    constraints: { sensitivity: 'normal', model: 'deepseek/deepseek-chat' },
  });

describe('the response cache on repetitive load', () => {
  it('saves at least 30 % of the cost of a trace with 50 % repeats, with no wrong answer (OPT-02)', async () => {
    // Fewer calls than the model's limit of a minute.
    const random = createSeededRandom(2);
    const first = Array.from({ length: 25 }, (_, i) => `Question ${i}: what is ${i} plus ${i * 7}?`);
    const trace = [...first, ...Array.from({ length: 25 }, () => first[Math.floor(random.next() * 25)] ?? '')];
    for (let i = trace.length - 1; i > 0; i--) {
      const j = Math.floor(random.next() * (i + 1));
      [trace[i], trace[j]] = [trace[j] ?? '', trace[i] ?? ''];
    }
    const cached = await open();
    const uncached = await open();
    for (const prompt of trace) {
      const [a, b] = await Promise.all([
        cached.engine.pipeline.complete(question(prompt), never),
        uncached.engine.pipeline.complete(question(prompt, { cache: 'off' }), never),
      ]);
      expect(a).toMatchObject({ status: 'complete', text: `You asked: ${prompt}` });
      expect(b.text).toBe(a.text);
    }
    const [withCache, without] = [await spent(cached.engine), await spent(uncached.engine)];
    expect(1 - withCache / without).toBeGreaterThanOrEqual(0.3);
    // What the report says was avoided is the difference, to the nano-dollar.
    const { effects } = await cached.engine.reports.report(EVER);
    expect(effects).toMatchObject([
      { optimisation: 'response_cache', calls: 25, costAvoided: without - withCache, unknownCalls: 0, ownCost: 0 },
    ]);
    expect(cached.engine.books.verify().problems).toEqual([]);
  });

  it('tells what a shared flight avoided, for each who shared it', async () => {
    const { engine, server } = await open();
    const all = await Promise.all(
      Array.from({ length: 10 }, () => engine.pipeline.complete(question('Say something long'), never)),
    );
    expect(server.requests).toHaveLength(1);
    const paid = all.find(({ cache }) => cache === 'miss');
    const usage = paid?.usage ?? normalizeUsage({ inputTokens: 0, outputTokens: 0 });
    expect(paid?.effects).toBeUndefined();
    for (const outcome of all.filter(({ cache }) => cache === 'shared')) {
      expect(outcome.effects).toEqual([
        {
          optimisation: 'shared_flight',
          tokensAvoided: usage.inputTokens + usage.outputTokens,
          costAvoided: paid?.cost.amount,
          ownCost: 0,
        },
      ]);
    }
    expect((await engine.reports.report(EVER)).effects).toMatchObject([{ optimisation: 'shared_flight', calls: 9 }]);
  });
});

describe('the semantic cache (OPT-03)', () => {
  const intelligent = { extends: 'balanced', optimization: { caching: { intelligentCaching: true } } };
  const FRANCE = 'What is the capital of France?';
  const OTHER_WORDING = 'Could you tell me what the capital of France is?';
  const complete = (engine: Engine, prompt: string, more: Partial<CompletionRequest> = {}) =>
    engine.pipeline.complete(question(prompt, more), never);

  it('answers another wording of a question from the cache, says so, and books what that avoided', async () => {
    const { engine, server } = await open(intelligent);
    const first = await complete(engine, FRANCE);
    const second = await complete(engine, OTHER_WORDING);
    expect(second).toMatchObject({
      status: 'complete',
      text: first.text,
      cache: 'hit',
      cost: { amount: 0 },
      reason: expect.stringContaining('semantic_cache'),
      effects: [{ optimisation: 'semantic_cache', costAvoided: first.cost.amount, ownCost: 0 }],
    });
    expect(second.warnings.at(-1)).toContain('another wording');
    expect(server.requests).toHaveLength(1);
    // The same words are an ordinary hit.
    expect(await complete(engine, FRANCE)).toMatchObject({ effects: [{ optimisation: 'response_cache' }] });
    expect(
      (await engine.reports.report(EVER)).effects?.map(({ optimisation, calls }) => [optimisation, calls]),
    ).toEqual(
      expect.arrayContaining([
        ['semantic_cache', 1],
        ['response_cache', 1],
      ]),
    );
  });

  it('is off unless it is switched on', async () => {
    const { engine, server } = await open();
    await complete(engine, FRANCE);
    expect(await complete(engine, OTHER_WORDING)).toMatchObject({ cache: 'miss', text: `You asked: ${OTHER_WORDING}` });
    expect(server.requests).toHaveLength(2);
  });

  const system = (content: string) => ({ role: 'system', content }) as const;
  const user = (content: string) => ({ role: 'user', content }) as const;
  it.each([
    ['a system prompt', { messages: [system('Answer in French.'), user(OTHER_WORDING)] }],
    ['a conversation', { messages: [user('Hi'), { role: 'assistant', content: 'Hi!' }, user(OTHER_WORDING)] }],
    ['another tenant', { attribution: { surface: 'http', key: 'tenant-2' } }],
    ['another project', { attribution: { surface: 'cli', project: 'p2' } }],
    ['a tool', { tools: [{ name: 't', parameters: {} }] }],
    ['another cap', { maxOutputTokens: 7 }],
    ['a temperature', { temperature: 0.7 }],
    ['a reasoning effort', { reasoning: { effort: 'high' } }],
    ['a schema', { responseFormat: { type: 'json_object' } }],
    ['an image', { messages: [{ role: 'user', content: [{ type: 'image', url: 'data:image/png;base64,AA==' }] }] }],
    ['a changed number', { messages: [user('What is the capital of France in 1940?')] }],
    ['a negation', { messages: [user('What is not the capital of France?')] }],
    ['another name', { messages: [user("What's the capital of Spain?")] }],
    ['a refresh', { cache: 'refresh' }],
    ['no cache', { cache: 'off' }],
  ] as readonly (readonly [string, Partial<CompletionRequest>])[])(
    'does not answer where %s differs',
    async (_, more) => {
      const { engine } = await open(intelligent);
      await complete(engine, FRANCE);
      const outcome = await complete(engine, OTHER_WORDING, more);
      expect(outcome.cache).not.toBe('hit');
      expect(outcome.effects).toBeUndefined();
    },
  );
});
