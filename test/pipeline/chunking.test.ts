import { describe, expect, it, onTestFinished } from 'vitest';
import { carefulTokens } from '../../src/context/careful-tokens.ts';
import type { CompletionEvent } from '../../src/domain/completion-outcome.ts';
import type { CompletionRequest } from '../../src/domain/completion-request.ts';
import { nano } from '../../src/domain/money.ts';
import type { Engine } from '../../src/pipeline/engine.ts';
import { ask, openTestEngine } from '../support/open-test-engine.ts';
import { type PlainRequest, type PlainServer, respondJson, startPlainServer } from '../support/plain-server.ts';

const never = new AbortController().signal;
const WINDOW = 128_000;
/** One model, of 128,000 tokens of context, that nobody has to wait for. */
const CONFIG = {
  extends: 'budget',
  policy: { discoverOllama: false },
  models: {
    primary: {
      provider: 'openrouter',
      model: 'deepseek/deepseek-chat',
      rateLimits: { requestsPerMinute: 10_000, tokensPerMinute: 100_000_000 },
    },
  },
};
const MODEL = { sensitivity: 'normal', model: 'openrouter/deepseek/deepseek-chat' } as const;

const FACTS = Array.from(
  { length: 40 },
  (_, index) => `The locker ${1000 + index * 7} belongs to Tenant-${index * 13}.`,
);
/** About 300,000 tokens at four characters each, with the facts spread over all of it. */
const BOOK = FACTS.map(
  (fact) => `${'A paragraph of a long report, in which nothing much happens at all. '.repeat(440)}${fact}\n\n`,
).join('');

type Body = { readonly max_tokens?: number; readonly messages: readonly { readonly content: string }[] };
const bodies = ({ requests }: PlainServer): readonly Body[] =>
  requests.flatMap(({ body }) =>
    typeof body === 'object' && body !== null && 'messages' in body ? [body as Body] : [],
  );
const promptOf = (body: Body) => body.messages.map(({ content }) => content).join('\n');
const isMap = (body: Body) => promptOf(body).includes('<part>');

/** Answers a part with the facts that stand in it, as a good reader would, and the rest with what it was given. */
async function reader(respond?: (request: PlainRequest, body: Body) => object | null): Promise<PlainServer> {
  const server = await startPlainServer((request, response) => {
    const body = request.body as Body;
    const special = respond?.(request, body);
    if (special) return respondJson(response, special, 'error' in special ? 400 : 200);
    const found = promptOf(body).match(/The locker \d+ belongs to Tenant-\d+\./g) ?? [];
    respondJson(response, completion(found.join('\n') || 'nothing', Math.ceil(promptOf(body).length / 4)));
  });
  onTestFinished(() => server.close());
  return server;
}

function completion(content: string, promptTokens: number, finish = 'stop') {
  return {
    id: 'x',
    object: 'chat.completion',
    created: 1,
    model: 'deepseek/deepseek-chat',
    choices: [{ index: 0, message: { role: 'assistant', content }, finish_reason: finish }],
    usage: { prompt_tokens: promptTokens, completion_tokens: 100, total_tokens: promptTokens + 100 },
  };
}

const open = (server: PlainServer) => openTestEngine({ upstream: server.url, config: CONFIG });
const question = (text = BOOK, more: Partial<CompletionRequest> = {}) =>
  ask(`Which locker belongs to whom? List all of them.\n\n${text}`, { constraints: MODEL, ...more });

async function run(engine: Engine, request: CompletionRequest) {
  const events: CompletionEvent[] = [];
  for await (const event of engine.pipeline.run(request, never)) events.push(event);
  const last = events.at(-1);
  if (last?.type !== 'done') throw new Error('the last event should be done');
  return { events, outcome: last.outcome };
}

describe('a prompt of 300,000 tokens for a model of 128,000', () => {
  it('is read in parts that fit, all facts reach the answer, and the costs add up (MEM-08)', async () => {
    const server = await reader();
    const engine = await open(server);
    const { events, outcome } = await run(engine, question());
    expect(outcome.status).toBe('complete');
    for (const fact of FACTS) expect(outcome.text).toContain(fact);

    const sent = bodies(server);
    const maps = sent.filter(isMap);
    expect(maps.length).toBeGreaterThanOrEqual(3);
    for (const body of sent) {
      expect(carefulTokens(promptOf(body)) + (body.max_tokens ?? 0)).toBeLessThan(WINDOW);
      expect(body.max_tokens).toBeGreaterThan(0);
    }
    const read = maps.map(promptOf).join('\n');
    for (const fact of FACTS) expect(read).toContain(fact);

    expect(outcome.attempts).toHaveLength(sent.length);
    const spent = outcome.attempts.reduce((sum, { cost }) => sum + (cost.amount ?? 0), 0);
    expect(outcome.cost.amount).toBe(spent);
    expect(outcome.warnings.join()).toContain(`read in ${maps.length} parts`);
    expect(outcome.effects?.at(-1)).toMatchObject({ optimisation: 'chunking', costAvoided: null });
    expect(events.filter(({ type }) => type === 'progress').length).toBeGreaterThanOrEqual(maps.length);

    const report = await engine.reports.report({
      since: 0,
      until: Date.now() + 1_000,
      groupBy: 'model',
      simulated: false,
    });
    expect(report.overhead.purposes).toMatchObject([{ purpose: 'map', calls: maps.length }]);
    expect(engine.ledger.budgets()[0]?.spent).toBe(spent);
  });

  it('is refused, unsent, where the task works over the whole text', async () => {
    const server = await reader();
    const engine = await open(server);
    const { outcome } = await run(engine, ask(`Translate this into French:\n\n${BOOK}`, { constraints: MODEL }));
    expect(outcome.error?.code).toBe('context_length_exceeded');
    expect(outcome.error?.remedy).toContain('in parts');
    expect(bodies(server)).toEqual([]);
  });

  it('tells in a plan that it would be read in parts, and sends nothing', async () => {
    const server = await reader();
    const plan = await (await open(server)).pipeline.plan(question());
    expect(plan.warnings.join()).toContain('read in parts');
    expect(bodies(server)).toEqual([]);
  });

  it('never spends more than its cap, and nothing where the cap is too small for one part', async () => {
    const server = await reader();
    const engine = await open(server);
    const capped = await run(engine, question(BOOK, { constraints: { ...MODEL, maxCost: nano(1_000) } }));
    expect(capped.outcome).toMatchObject({ status: 'refused', error: { code: 'budget_exceeded' } });
    expect(bodies(server)).toEqual([]);
    const paid = await run(engine, question(BOOK, { constraints: { ...MODEL, maxCost: nano(1_500_000_000) } }));
    expect(paid.outcome.status).toBe('complete');
    expect(paid.outcome.cost.amount).toBeLessThanOrEqual(1_500_000_000);
  });

  it('divides a part again that the provider finds too long after all', async () => {
    let refused = 0;
    const server = await reader((_, body) => {
      if (!isMap(body) || promptOf(body).length < 300_000) return null;
      refused += 1;
      return { error: { message: 'maximum context length is 64000 tokens', code: 'context_length_exceeded' } };
    });
    const { outcome } = await run(await open(server), question());
    expect(refused).toBeGreaterThan(0);
    expect(outcome.status).toBe('complete');
    for (const fact of FACTS) expect(outcome.text).toContain(fact);
  });

  it('merges notes that are too long themselves', async () => {
    const padded = 'Some more words that a talkative reader writes. '.repeat(150);
    const server = await reader((_, body) => {
      const found = promptOf(body).match(/The locker \d+ belongs to Tenant-\d+\./g) ?? [];
      return isMap(body) ? completion(`${found.join(`\n${padded}\n`)}\n${padded.repeat(12)}`, 1_000) : null;
    });
    const { outcome } = await run(await open(server), question());
    expect(outcome.status).toBe('complete');
    for (const fact of FACTS) expect(outcome.text).toContain(fact);
    for (const body of bodies(server)) expect(carefulTokens(promptOf(body))).toBeLessThan(WINDOW);
  });

  it('fails as its part failed, once, and cancels the others', async () => {
    const server = await reader((_, body) => (isMap(body) ? { error: { message: 'no such thing' } } : null));
    const { outcome } = await run(await open(server), question());
    expect(outcome.status).toBe('failed');
    expect(outcome.error?.code).toBe('all_candidates_failed');
    expect(bodies(server).every(isMap)).toBe(true);
  });

  it('is cancelled as a whole when the caller leaves', async () => {
    const leave = new AbortController();
    const server = await reader((_, body) => {
      if (isMap(body)) leave.abort();
      return null;
    });
    const engine = await open(server);
    const outcome = await engine.pipeline.complete(question(), leave.signal);
    expect(outcome.status).toBe('cancelled');
    expect(engine.ledger.budgets()[0]?.held).toBe(0);
  });
});

describe('a prompt of 100,000 tokens', () => {
  it('is sent whole, and leaves room for the answer (MEM-09)', async () => {
    const server = await reader();
    const engine = await open(server);
    const text = BOOK.slice(0, 380_000);
    const { outcome } = await run(engine, question(text));
    expect(outcome.status).toBe('complete');
    const [only, ...others] = bodies(server);
    expect(others).toEqual([]);
    expect(only && promptOf(only)).toContain(text.trim().slice(-5_000));
    expect((only?.max_tokens ?? 0) + Math.ceil((only ? promptOf(only) : '').length / 4)).toBeLessThan(WINDOW);
  });
});
