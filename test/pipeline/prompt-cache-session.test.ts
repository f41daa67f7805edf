import { describe, expect, it, onTestFinished } from 'vitest';
import type { CompletionOutcome } from '../../src/domain/completion-outcome.ts';
import type { Message, ToolDefinition } from '../../src/domain/completion-request.ts';
import type { Engine } from '../../src/pipeline/engine.ts';
import type { LoggedRequest } from '../../src/sandbox/request-log.ts';
import { ask, openTestEngine } from '../support/open-test-engine.ts';
import { startTestSandbox } from '../support/start-sandbox.ts';

const never = new AbortController().signal;

/** Three models of the same quality and nearly the same price, so that every kind of work has one of its own. */
const RATES = {
  'acme/coder': { input: 1, cacheRead: 0.1, output: 4 },
  'acme/writer': { input: 1.1, cacheRead: 0.11, output: 4 },
  'acme/quick': { input: 0.9, cacheRead: 0.09, output: 3 },
} as const;
const slot = (model: keyof typeof RATES) => ({
  provider: 'openrouter',
  model,
  pricing: RATES[model],
  qualityScore: 93,
  capabilities: { toolCalling: true, jsonMode: true, streaming: true, contextWindow: 200_000 },
});
const CONFIG = {
  extends: 'balanced',
  models: { primary: slot('acme/writer'), secondary: slot('acme/coder'), fallback: slot('acme/quick') },
};

const TOOLS: readonly ToolDefinition[] = ['read_file', 'edit_file', 'run_tests'].map((name) => ({
  name,
  description: `${name} in the workspace.`,
  parameters: { type: 'object', properties: { path: { type: 'string', description: 'Absolute path' } } },
}));
const SYSTEM = 'You are a coding agent. Follow the rules of the house. '.repeat(120);
/** What a human says in the course of a session: to the classifier, work of quite different kinds. */
const ASKS = [
  'Fix the bug in src/parser.ts: the function parseDate throws on leap years.',
  'ok, go on',
  'Why does this happen? Explain the reasoning behind the calendar rules.',
  'Refactor the function and add unit tests in TypeScript.',
  'thanks',
];
const CALL = { name: 'read_file', arguments: { path: '/src/parser.ts' } };
const ANSWER = 'I changed the line.';

interface Turn {
  readonly outcome: CompletionOutcome;
  readonly messages: readonly Message[];
}

/** Twenty turns: each human ask is followed by three in which the agent reads a file, which makes the prompt grow. */
async function session(engine: Engine): Promise<readonly Turn[]> {
  const turns: Turn[] = [];
  let messages: readonly Message[] = [{ role: 'system', content: SYSTEM }];
  for (let turn = 0; turn < 20; turn++) {
    const human = turn % 4 === 0;
    if (human) messages = [...messages, { role: 'user', content: ASKS[(turn / 4) % ASKS.length] ?? '' }];
    // Every turn comes with objects of its own, as over the wire.
    const request = ask('', { messages: structuredClone(messages), tools: TOOLS, maxOutputTokens: 500 });
    const outcome = await engine.pipeline.complete(request, never);
    expect(outcome.status).toBe('complete');
    turns.push({ outcome, messages });
    const { toolCalls } = outcome;
    messages = [
      ...messages,
      { role: 'assistant', content: outcome.text || null, toolCalls },
      ...toolCalls.map(({ id }): Message => {
        return { role: 'tool', toolCallId: id, content: `file of turn ${turn}: `.padEnd(1_200, 'const x = 1; ') };
      }),
    ];
  }
  return turns;
}

/** The sandbox's own count, written anew: a token is four characters, a message takes four more, a tool eight. */
const tokens = (text: string) => Math.ceil(text.length / 4);
function promptTokens(messages: readonly Message[]): number {
  const tools = TOOLS.reduce((sum, { name, parameters }) => sum + tokens(name + JSON.stringify(parameters)) + 8, 0);
  return messages.reduce((sum, message) => {
    const calls = message.role === 'assistant' ? (message.toolCalls ?? []) : [];
    const wire = calls.map((call) => ({
      id: call.id,
      type: 'function',
      function: { name: call.name, arguments: call.arguments },
    }));
    return sum + tokens(`${message.content ?? ''}${wire.length > 0 ? JSON.stringify(wire) : ''}`) + 4;
  }, tools);
}

async function open(config: Readonly<Record<string, unknown>> = CONFIG) {
  const upstream = await startTestSandbox({
    script: {
      promptCache: true,
      steps: [{ match: { lastRole: 'user' }, do: { toolCalls: [CALL] } }, { do: { toolCalls: [CALL], text: ANSWER } }],
    },
  });
  onTestFinished(() => upstream.close());
  return { upstream, engine: await openTestEngine({ upstream: upstream.url, config }) };
}

/** The log shows the last four characters of each. */
function keysUsed(requests: readonly LoggedRequest[]): readonly string[] {
  return [...new Set(requests.map(({ headers }) => headers['authorization'] ?? ''))];
}

async function totalCost(engine: Engine) {
  const report = await engine.reports.report({
    since: 0,
    until: Date.now() + 1_000,
    groupBy: 'model',
    simulated: false,
  });
  return report.totals.cost;
}

describe('a coding session of twenty turns (OPT-11)', () => {
  it('stays where its cache is warm, reads nearly all of its prefix there, and costs what it must', async () => {
    const { engine } = await open();
    const turns = await session(engine);
    expect(new Set(turns.map(({ outcome }) => outcome.model))).toEqual(new Set(['acme/coder']));

    // By hand: all of the turn before is read from the cache, the rest is new; every answer is paid in full.
    const [input, cacheRead, output] = [1_000, 100, 4_000]; // nano-dollars a token
    let total = 0;
    let before = 0;
    for (const { outcome, messages } of turns) {
      const prompt = promptTokens(messages);
      const written = outcome.text ? 6 : 0; // I, chan, ged, the, line and the full stop
      const answer = written + tokens(CALL.name + JSON.stringify(CALL.arguments)) + 4;
      expect(outcome.usage).toMatchObject({ inputTokens: prompt, cacheReadTokens: before, outputTokens: answer });
      total += (prompt - before) * input + before * cacheRead + answer * output;
      before = prompt;
    }
    expect(await totalCost(engine)).toBe(total);

    const later = turns.slice(1).map(({ outcome }) => outcome.usage);
    const read = later.reduce((sum, usage) => sum + (usage?.cacheReadTokens ?? 0), 0);
    const all = later.reduce((sum, usage) => sum + (usage?.inputTokens ?? 0), 0);
    expect(read / all).toBeGreaterThan(0.9);
  });

  it('says in its reason what the cache was worth where the rules would have switched', async () => {
    const { engine } = await open();
    const turns = await session(engine);
    const stays = turns.map(({ outcome }) => outcome.reason).filter((reason) => reason.includes('stays with'));
    expect(stays.length).toBeGreaterThan(3);
    for (const reason of stays) {
      expect(reason).toMatch(
        /stays with openrouter\/acme\/coder: the warm prompt cache there \([\d,]+ tokens\) is worth \$[\d.]+ over this turn and the next, switching to openrouter\/acme\/\w+ would (save|cost) \$[\d.]+/,
      );
    }
  });

  it('stays with its key while others take turns', async () => {
    const { engine, upstream } = await open({
      ...CONFIG,
      providers: { openrouter: { apiKeys: ['test-key-number-0002', 'test-key-number-0003'] } },
      deployment: { redundancy: { enabled: true, replicationFactor: 3 } },
      optimization: { loadBalancing: { enabled: true, strategy: 'round-robin' } },
    });
    await session(engine);
    expect(keysUsed(upstream.requests())).toHaveLength(1);
    for (let i = 0; i < 6; i++) await engine.pipeline.complete(ask(`Another conversation, number ${i}.`), never);
    expect(keysUsed(upstream.requests())).toHaveLength(3);
  });

  it('wanders from model to model where affinity is switched off, and costs more', async () => {
    const { engine } = await open();
    await session(engine);
    const off = await open({ ...CONFIG, policy: { promptCacheAffinity: false } });
    const turns = await session(off.engine);
    expect(new Set(turns.map(({ outcome }) => outcome.model)).size).toBeGreaterThan(1);
    const [on, without] = [await totalCost(engine), await totalCost(off.engine)];
    expect(without ?? 0).toBeGreaterThan(1.3 * (on ?? 0));
  });
});
