import { describe, expect, it, onTestFinished } from 'vitest';
import { ask, openTestEngine } from '../support/open-test-engine.ts';
import { fixedCompletion, type PlainRequest, respondJson, startPlainServer } from '../support/plain-server.ts';

const ANSWER = 'The quick brown fox jumps over the lazy dog.';
const PROMPT = 'Say the pangram with the fox, please, and nothing else.';

/** An upstream that tells its usage, or does not, as told per request. */
async function upstream(usageOf: (request: PlainRequest) => object | undefined) {
  const server = await startPlainServer((request, response) => {
    const { usage: _usage, ...rest } = fixedCompletion({ ...(request.body as object), stream: false }) as Record<
      string,
      unknown
    >;
    const [choice] = rest['choices'] as Record<string, unknown>[];
    const usage = usageOf(request);
    const choices = [{ ...choice, message: { role: 'assistant', content: ANSWER } }];
    respondJson(response, { ...rest, choices, ...(usage && { usage }) });
  });
  onTestFinished(() => server.close());
  return server;
}

async function engineFor(url: string, model: string) {
  return openTestEngine({
    config: {
      extends: 'balanced',
      providers: { mine: { baseUrl: url, apiKey: 'k' } },
      catalogue: [{ provider: 'mine', model, pricing: { input: 1, output: 2 } }],
    },
  });
}

describe('usage that no provider told (UPS-07)', () => {
  it('is counted with the tokenizer of the model where it is known, and flagged', async () => {
    const { url } = await upstream(() => undefined);
    const engine = await engineFor(url, 'gpt-4o');
    const outcome = await engine.pipeline.complete(
      ask(PROMPT, { constraints: { sensitivity: 'normal', model: 'mine/gpt-4o' } }),
      new AbortController().signal,
    );
    expect(outcome).toMatchObject({ status: 'complete', text: ANSWER, cost: { source: 'estimated' } });
    // 14 tokens of text and 7 of the template around one message; 10 of the answer.
    expect(outcome.usage).toMatchObject({ inputTokens: 21, outputTokens: 10, uncachedInputTokens: 21 });
    expect(outcome.cost.amount).toBe(21 * 1_000 + 10 * 2_000);
    expect(engine.books.verify().problems).toEqual([]);
  });

  it('is estimated for other models, by what they told before', async () => {
    let told = true;
    const { url } = await upstream(() =>
      told ? { prompt_tokens: 36, completion_tokens: 22, total_tokens: 58 } : undefined,
    );
    const engine = await engineFor(url, 'somebody-1');
    const call = () =>
      engine.pipeline.complete(
        ask(PROMPT, { constraints: { sensitivity: 'normal', model: 'mine/somebody-1' } }),
        new AbortController().signal,
      );
    for (let i = 0; i < 5; i++) expect((await call()).cost.source).toBe('computed');
    told = false;
    const outcome = await call();
    expect(outcome.cost.source).toBe('estimated');
    expect(outcome.usage).toMatchObject({ inputTokens: 36, outputTokens: 22 });
  });

  it('is clipped and counted in reports where it contradicts itself', async () => {
    const details = {
      prompt_tokens_details: { cached_tokens: 4 },
      completion_tokens_details: { reasoning_tokens: 90 },
    };
    const { url } = await upstream(() => ({ prompt_tokens: 10, completion_tokens: 5, total_tokens: 15, ...details }));
    const engine = await engineFor(url, 'somebody-1');
    const outcome = await engine.pipeline.complete(
      ask(PROMPT, { constraints: { sensitivity: 'normal', model: 'mine/somebody-1' } }),
      new AbortController().signal,
    );
    expect(outcome.usage).toMatchObject({ outputTokens: 5, reasoningTokens: 5, uncachedInputTokens: 6 });
    const report = await engine.reports.report({
      since: 0,
      until: Date.UTC(2100, 0, 1),
      groupBy: 'model',
      simulated: false,
    });
    expect(report.usageFaults).toEqual([
      { provider: 'mine', model: 'somebody-1', fault: 'reasoning_beyond_output', attempts: 1 },
    ]);
    expect(report.totals.cost).toBe(10 * 1_000 + 5 * 2_000);
  });
});
