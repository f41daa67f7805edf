import { describe, expect, it } from 'vitest';
import { fromUsd, nano } from '../../src/domain/money.ts';
import { createFakeEngine, echoScript, fakeBudget, type Script } from '../support/fake-engine.ts';
import { textOfResult } from '../support/mcp-peers.ts';
import { runTool } from '../support/run-tool.ts';
import { scriptedAnswers } from '../support/scripted-answers.ts';

const ask = (args: Record<string, unknown>, options: Parameters<typeof createFakeEngine>[0] = {}) =>
  runTool(createFakeEngine({ script: scriptedAnswers, ...options }), 'route_completion', args);

const JSON_SCHEMA = { type: 'object', properties: { n: { type: 'number' } }, required: ['n'] };

describe('route_completion', () => {
  it('passes every argument on to the pipeline (MCP-03)', async () => {
    const engine = createFakeEngine();
    await runTool(engine, 'route_completion', {
      prompt: 'p',
      system: 's',
      task: 'coding',
      complexity: 'expert',
      profile: 'premium',
      model: 'acme/small-1',
      max_cost_usd: 0.25,
      max_output_tokens: 99,
      sensitivity: 'private',
      region: 'eu',
      cache: 'refresh',
    });
    expect(engine.requests).toEqual([
      {
        messages: [
          { role: 'system', content: 's' },
          { role: 'user', content: 'p' },
        ],
        maxOutputTokens: 99,
        cache: 'refresh',
        delivery: 'whole',
        constraints: {
          model: 'acme/small-1',
          profile: 'premium',
          task: 'coding',
          complexity: 'expert',
          maxCost: nano(250_000_000),
          region: 'eu',
          sensitivity: 'private',
        },
        attribution: { surface: 'mcp', client: 'tester' },
      },
    ]);
  });

  it('leaves to the router what is auto or absent', async () => {
    const engine = createFakeEngine();
    await runTool(engine, 'route_completion', { prompt: 'p', task: 'auto', complexity: 'auto' });
    expect(engine.requests[0]?.constraints).toEqual({ sensitivity: 'normal' });
  });

  it('answers with the text, a footer line, and the facts in _meta (MCP-03)', async () => {
    const result = await ask({ prompt: 'hello' });
    expect(textOfResult(result)).toBe(
      'HELLO\n\n— small-1 via acme · $0.0000048 · saved $0.000106 (95.6%) against claude-x · 12 in, 5 out tokens · call_1',
    );
    expect(result.structuredContent).toBeUndefined();
    expect(result._meta?.['farebox/call']).toMatchObject({
      call_id: 'call_1',
      status: 'complete',
      model: 'small-1',
      provider: 'acme',
      cost_usd: 0.0000048,
      cost_nano_usd: 4800,
      cost_source: 'computed',
      baseline: { model: 'claude-x', cost_usd: 0.000111 },
      saved_usd: 0.0001062,
      usage: { input_tokens: 12, output_tokens: 5, cached_input_tokens: 0, reasoning_tokens: 0 },
      simulated: false,
      duration_ms: 12,
    });
    expect(result._meta?.['farebox/call']).not.toHaveProperty('answer');
  });

  it('says in every answer that the sandbox made it up', async () => {
    expect(textOfResult(await ask({ prompt: 'x' }, { mode: 'sandbox' }))).toContain(' · simulated · call_1');
  });

  it('never shows an unknown cost as 0', async () => {
    const script: Script = async function* () {
      yield { type: 'outcome', parts: { text: 'a', cost: { amount: null, source: 'unknown' }, saved: null } };
    };
    const result = await ask({ prompt: 'x' }, { script });
    expect(textOfResult(result)).toContain('· cost unknown ·');
    expect(result._meta?.['farebox/call']).toMatchObject({
      cost_usd: null,
      cost_nano_usd: null,
      cost_source: 'unknown',
    });
  });

  it('refuses an empty prompt before anything is built', async () => {
    await expect(ask({ prompt: ' \n' })).rejects.toThrow('The prompt is empty');
  });

  describe('with json_schema', () => {
    it('answers with the object and the same JSON as text', async () => {
      const result = await ask({ prompt: 'json {"n": 1}', json_schema: JSON_SCHEMA });
      expect(result).toMatchObject({ structuredContent: { n: 1 }, content: [{ type: 'text', text: '{"n":1}' }] });
      expect(result.isError).toBeUndefined();
    });

    it('takes JSON out of a code block', async () => {
      expect(
        (await ask({ prompt: 'json ```json\n{"n": 1}\n```', json_schema: JSON_SCHEMA })).structuredContent,
      ).toEqual({ n: 1 });
    });

    it.each([
      ['json not really', 'it is not valid JSON'],
      ['json {"m": 1}', 'it does not fit json_schema: (root): the property "n" is missing.'],
    ])('reports %s as an error with what came (MCP-10)', async (prompt, why) => {
      const result = await ask({ prompt, json_schema: JSON_SCHEMA });
      expect(result.isError).toBe(true);
      expect(result.structuredContent).toBeUndefined();
      expect(textOfResult(result)).toContain(why);
      expect(textOfResult(result)).toContain(prompt.slice(5));
    });

    it.each([
      ['an invalid one', { type: 'no such type' }],
      ['one that is too large', { description: 'x'.repeat(70_000) }],
      ['one that is too deep', JSON.parse(`${'{"properties":'.repeat(40)}{}${'}'.repeat(40)}`)],
    ])('refuses %s before anything is sent (SEC-11)', async (_name, schema) => {
      const engine = createFakeEngine();
      await expect(runTool(engine, 'route_completion', { prompt: 'x', json_schema: schema })).rejects.toThrow(
        /json_schema is/,
      );
      expect(engine.requests).toEqual([]);
    });

    it('does not mix up two schemas with the same $id', async () => {
      const withId = (schema: object) => ({ $id: 'https://example.test/schema', ...schema });
      await ask({ prompt: 'json {"n": 1}', json_schema: withId(JSON_SCHEMA) });
      const other = await ask({ prompt: 'json "text"', json_schema: withId({ type: 'string' }) });
      expect(other.isError).toBeUndefined();
    });
  });

  it('shows the decision of a dry run and sends nothing (MCP-04)', async () => {
    const engine = createFakeEngine();
    const result = await runTool(engine, 'route_completion', { prompt: 'x', dry_run: true });
    expect(engine.requests).toEqual([]);
    expect(textOfResult(result)).toContain(
      '1. acme/small-1: at most $0.000602, expected $0.00012, up to 1000 output tokens',
    );
    expect(textOfResult(result)).toContain('- acme/large-1: could cost $0.5, more than $0.1 (over_max_cost)');
    expect(result.structuredContent).toMatchObject({
      task: 'general',
      worst_cost_nano_usd: 601_800,
      candidates: [{ deployment: 'acme/small-1' }],
      rejections: [{ deployment: 'acme/large-1', code: 'over_max_cost' }],
    });
  });

  describe('never reports a success that was none (MCP-10)', () => {
    it('marks a broken answer and shows what came', async () => {
      const result = await ask({ prompt: 'break' });
      expect(result.isError).toBe(true);
      expect(textOfResult(result)).toMatch(
        /^INCOMPLETE ANSWER: The connection broke after 11 characters\. What came before it broke off:\n\nhalf an ans\n\n— .*incomplete: internal/,
      );
    });

    it('says which budget refused, what is left, when it resets and what would fit', async () => {
      const tight = { ...fakeBudget, left: fromUsd(0.0001), spent: fromUsd(9.9999) };
      const result = await ask({ prompt: 'refuse' }, { budgets: [tight] });
      expect(result.isError).toBe(true);
      expect(textOfResult(result).split('\n')).toEqual([
        'Budget all/month is too small for this call. Raise it or wait.',
        'Budget all/month: limit $10.00, spent $10.00, held by running calls $0, left $0.0001, resets 2026-12-01T00:00:00.000Z.',
        'left out acme/large-1: could cost $0.5, more than $0.1',
        'Nothing was sent and nothing was spent; dry_run shows what would fit.',
        'call call_1',
      ]);
    });

    it('does not say that nothing was spent when a refusal came after a paid attempt', async () => {
      const script: Script = async function* (request, signal) {
        for await (const event of scriptedAnswers(
          { ...request, messages: [{ role: 'user', content: 'fail' }] },
          signal,
        )) {
          yield event.type === 'outcome' ? { ...event, parts: { ...event.parts, status: 'refused' } } : event;
        }
      };
      const text = textOfResult(await ask({ prompt: 'x' }, { script }));
      expect(text).toContain('Spent: $0.001.');
      expect(text).not.toContain('nothing was spent');
    });

    it('tells each failed attempt, what was spent and what to do', async () => {
      const result = await ask({ prompt: 'fail' });
      expect(result.isError).toBe(true);
      expect(textOfResult(result).split('\n')).toEqual([
        'All candidates failed.',
        'attempt 1, acme/small-1: server_error: overloaded ($0.001, 1.2 s)',
        'Spent: $0.001.',
        'Try again later, or name another model; dry_run shows the candidates.',
        'call call_1',
      ]);
    });

    it('fails when the pipeline ends without an outcome', async () => {
      const engine = createFakeEngine();
      const broken = { ...engine, pipeline: { ...engine.pipeline, run: async function* () {} } };
      await expect(runTool(broken, 'route_completion', { prompt: 'x' })).rejects.toThrow('without an outcome');
    });
  });

  it('tells characters received, at most once a second', async () => {
    const { createFakeClock } = await import('../support/fake-clock.ts');
    const clock = createFakeClock();
    const script: Script = async function* (request, signal) {
      yield { type: 'attempt', number: 1, provider: 'acme', model: 'small-1' };
      yield { type: 'progress', characters: 10 };
      clock.advance(1000);
      yield { type: 'progress', characters: 20 };
      yield { type: 'progress', characters: 30 };
      yield { type: 'attempt_failed', provider: 'acme', model: 'small-1', failure: 'stream_broken' };
      yield* echoScript(request, signal);
    };
    const said: string[] = [];
    await runTool(
      createFakeEngine({ script }),
      'route_completion',
      { prompt: 'x' },
      { clock, progress: (message) => said.push(message) },
    );
    expect(said).toEqual([
      'asking acme/small-1',
      '20 characters received',
      'acme/small-1 failed: stream_broken',
      'asking acme/small-1',
    ]);
  });
});
