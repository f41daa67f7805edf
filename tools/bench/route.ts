import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CompletionRequest, ToolDefinition } from '../../src/domain/completion-request.ts';
import type { Deployment } from '../../src/domain/deployment.ts';
import { fromUsd } from '../../src/domain/money.ts';
import { normalizeUsage } from '../../src/domain/usage.ts';
import { systemClock } from '../../src/lib/clock.ts';
import type { WatchedAttempt } from '../../src/pipeline/watchers/attempt-observer.ts';
import { createWarmCaches } from '../../src/pipeline/watchers/warm-caches.ts';
import { planRoute } from '../../src/routing/plan-route.ts';
import { createRuleClassifier } from '../../src/routing/rule-classifier.ts';
import type { AttemptClosing } from '../../src/spend/ledger.ts';
import { balancedProfile, budgetProfile, premiumProfile } from '../../test/support/profiles.ts';
import {
  makeDeployment,
  makeRequest,
  makeSnapshot,
  shippedDeployments,
  usdPerMillion,
} from '../../test/support/routing-world.ts';
import { type Distribution, distribution, type Row, type Section, us } from './measure.ts';

const DEPLOYMENTS = 50;
const CALLS = 20_000;
/** Targets on usual prompts, in ms. */
const GOAL = { p50: 0.05, p99: 0.2 };

/** How long `route` (classify + plan) takes with 50 deployments, from usual prompts to 10 MB. */
export async function benchRoute(root: string): Promise<Section> {
  const prompts = readFileSync(join(root, 'test', 'fixtures', 'prompts.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => makeRequest((JSON.parse(line) as { prompt: string }).prompt));
  const huge = makeRequest(`Fix the bug. ${Buffer.from('lorem ipsum '.repeat(833_334)).toString()}`);
  const usual = await measure(prompts, CALLS, route());
  return {
    title: 'Routing',
    method: `Classify and plan, ${DEPLOYMENTS} deployments, the three shipped profiles in turn, ${prompts.length} labelled prompts in turn.`,
    rows: [
      { name: 'usual prompts, p50', value: us(usual.p50), goal: '≤ 50 µs', met: usual.p50 <= GOAL.p50 },
      { name: 'usual prompts, p99', value: us(usual.p99), goal: '≤ 200 µs', met: usual.p99 <= GOAL.p99 },
      row('classification alone', await measure(prompts, CALLS, classifyOnly())),
      row('under a budget and a cap', await measure(prompts.map(capped), CALLS, route())),
      row("a coding agent's turn: 20 tools, 61 messages", await measure([agentTurn()], CALLS / 10, route())),
      row('the same: finding its warm prompt cache, every message seen for the first time', await warmCacheRow()),
      row('a prompt of 10 MB', await measure([huge], 20, route())),
    ],
  };
}

function row(name: string, { p50, p99 }: Distribution): Row {
  return { name: `${name}, p50 and p99`, value: `${us(p50)}, ${us(p99)}` };
}

function measure(
  requests: readonly CompletionRequest[],
  calls: number,
  run: (request: CompletionRequest, i: number) => unknown,
): Promise<Distribution> {
  return distribution(calls, (i) => run(requests[i % requests.length] ?? makeRequest(''), i));
}

function route(): (request: CompletionRequest, i: number) => unknown {
  const classifier = createRuleClassifier();
  const snapshot = makeSnapshot({ deployments: fiftyDeployments() });
  const profiles = [budgetProfile, balancedProfile, premiumProfile] as const;
  const baseline = { model: 'claude-3.5-sonnet', price: usdPerMillion(3, 15) };
  const policy = { unpricedCallCeiling: null };
  return (request, i) =>
    planRoute({
      request,
      task: classifier.classify(request),
      profile: profiles[i % 3] ?? balancedProfile,
      snapshot: request.constraints.maxCost ? { ...snapshot, budgetLeft: request.constraints.maxCost } : snapshot,
      requested: null,
      baseline,
      policy,
    });
}

function classifyOnly(): (request: CompletionRequest) => unknown {
  const classifier = createRuleClassifier();
  return (request) => classifier.classify(request);
}

/** The turn's messages are new objects each time, as they come over the wire. */
function warmCacheRow(): Promise<Distribution> {
  const deployments = fiftyDeployments();
  const caches = createWarmCaches(systemClock, deployments);
  const deployment = deployments[0] ?? makeDeployment('openrouter', 'none');
  const usage = normalizeUsage({ inputTokens: 33_000, cacheReadTokens: 30_000, outputTokens: 500 });
  const watched = { call: { request: agentTurn() }, candidate: { deployment } } as WatchedAttempt;
  const closing = { usage, rawUsage: '{}', durationMs: 1 } as AttemptClosing;
  caches.ended?.(watched, { type: 'answered' }, closing);
  const json = JSON.stringify(agentTurn());
  const turns = Array.from({ length: 600 }, () => JSON.parse(json) as CompletionRequest);
  return distribution(500, (i) => caches.snapshot(turns[i] ?? agentTurn()));
}

function fiftyDeployments(): readonly Deployment[] {
  const others = Array.from({ length: DEPLOYMENTS - shippedDeployments.length }, (_, i) =>
    makeDeployment(`provider-${i % 5}`, `vendor/model-${i}`, {
      price: i % 9 === 0 ? null : usdPerMillion(0.05 * (i + 1), 0.1 * (i + 1)),
      quality: i % 7 === 0 ? null : 60 + (i % 38),
      regions: i % 3 === 0 ? ['eu'] : [],
    }),
  );
  return [...shippedDeployments, ...others];
}

function capped(request: CompletionRequest): CompletionRequest {
  return { ...request, constraints: { ...request.constraints, maxCost: fromUsd(0.002) } };
}

function agentTurn(): CompletionRequest {
  const tools: ToolDefinition[] = Array.from({ length: 20 }, (_, i) => ({
    name: `tool_${i}`,
    description: 'Reads a file from the workspace and returns its lines with numbers. '.repeat(5),
    parameters: {
      type: 'object',
      properties: { path: { type: 'string', description: 'Absolute path' }, limit: { type: 'integer' } },
      required: ['path'],
    },
  }));
  const history = Array.from({ length: 30 }, (_, i) => [
    { role: 'user', content: `<system-reminder>${'note '.repeat(400)}</system-reminder> step ${i}` } as const,
    { role: 'assistant', content: 'I read the file and changed it. '.repeat(60) } as const,
  ]).flat();
  const messages = [...history, { role: 'user', content: 'now add a test for the failing case' } as const];
  return makeRequest('', { messages, tools });
}
