import { resolveAlerts, resolveRestraint } from '../../src/config/resolve-alerts.ts';
import type { OpenAlert } from '../../src/domain/alert.ts';
import type { BudgetStatus } from '../../src/domain/budget.ts';
import type { CompletionEvent, CompletionOutcome } from '../../src/domain/completion-outcome.ts';
import { type CompletionRequest, textOf } from '../../src/domain/completion-request.ts';
import { type Deployment, toDeploymentId } from '../../src/domain/deployment.ts';
import { FareboxError } from '../../src/domain/errors.ts';
import type { CallId, MemoryId } from '../../src/domain/ids.ts';
import { fromUsd, type NanoUsd, nano } from '../../src/domain/money.ts';
import type { Plan } from '../../src/domain/plan.ts';
import { NO_FIGURES } from '../../src/domain/rollout.ts';
import type { MemoryRow } from '../../src/memory/memory.ts';
import type { Engine } from '../../src/pipeline/engine.ts';
import type { Report, ReportLine, ReportQuery } from '../../src/spend/reports.ts';

/** How the fake pipeline answers a request: the outcome's differing parts, after any events, as slowly as it likes. */
export type Script = (
  request: CompletionRequest,
  signal: AbortSignal,
) => AsyncIterable<CompletionEvent | { readonly type: 'outcome'; readonly parts: Partial<CompletionOutcome> }>;

export interface FakeEngine extends Engine {
  readonly requests: CompletionRequest[];
  readonly outcomes: CompletionOutcome[];
  readonly reportQueries: ReportQuery[];
}

export const fakeDeployment: Deployment = {
  id: toDeploymentId('acme', 'small-1'),
  provider: 'acme',
  model: 'small-1',
  upstreamModel: 'small-1',
  price: {
    rates: { input: 150_000_000, output: 600_000_000, cacheRead: null, cacheWrite5m: null, cacheWrite1h: null },
    tiers: [],
    perRequest: nano(0),
    source: 'profile',
    asOf: '2026-11-01',
  },
  capabilities: {
    toolCalling: true,
    jsonMode: true,
    streaming: true,
    multimodal: false,
    contextWindow: 128_000,
    maxOutputTokens: null,
  },
  quality: 80,
  specialization: [],
  rateLimits: null,
  local: false,
  regions: [],
  simulated: false,
};

export function fakePlan(request: CompletionRequest): Plan {
  return {
    profile: request.constraints.profile ?? 'balanced',
    strategy: 'balanced',
    task: {
      task: request.constraints.task ?? 'general',
      complexity: request.constraints.complexity ?? 'simple',
      complexityScore: 0.2,
      complexityLevel: 2,
      source: { task: request.constraints.task ? 'given' : 'inferred', complexity: 'inferred' },
      needs: { tools: false, json: request.responseFormat !== undefined, vision: false, inputTokens: 12 },
      reasons: ['short prompt'],
    },
    candidates: [
      {
        deployment: fakeDeployment,
        slot: 'primary',
        reason: 'complexityRouting simple → primary',
        maxOutputTokens: 1000,
        worstCost: nano(601_800),
        expectedCost: nano(120_000),
      },
    ],
    rejections: [
      {
        deployment: toDeploymentId('acme', 'large-1'),
        code: 'over_max_cost',
        detail: 'could cost $0.5, more than $0.1',
      },
    ],
    rule: 'complexityRouting.simple',
    reason: 'small-1 is the cheapest that suits a simple general task.',
    warnings: [],
    baseline: { model: 'claude-x', expectedCost: nano(4_000_000) },
  };
}

/** Answers with the prompt in capitals. */
export const echoScript: Script = async function* (request) {
  yield { type: 'attempt', number: 1, provider: 'acme', model: 'small-1' };
  yield { type: 'outcome', parts: { text: textOf(request.messages.at(-1)?.content ?? '').toUpperCase() } };
};

export const fakeBudget: BudgetStatus = {
  budget: {
    id: 'all/month',
    scope: { kind: 'all', value: null },
    window: 'month',
    limit: fromUsd(10),
    thresholds: { warning: 0.8, critical: 0.9 },
  },
  spent: fromUsd(2),
  held: nano(0),
  left: fromUsd(8),
  level: 'normal',
  projected: fromUsd(5),
  windowStart: '2026-11-01T00:00:00.000Z',
  resetsAt: '2026-12-01T00:00:00.000Z',
};

export interface FakeEngineOptions {
  readonly script?: Script;
  readonly mode?: Engine['mode'];
  readonly budgets?: readonly BudgetStatus[];
  readonly ready?: () => void;
  readonly alerts?: readonly OpenAlert[];
}

/** A ledger in which nothing was ever moved, and nothing can be. */
const noRollouts: Engine['rollouts'] = {
  running: () => null,
  latest: () => null,
  start: () => {
    throw new Error('The fake engine moves nothing.');
  },
  step: () => false,
  end: () => false,
  add: () => {},
  figures: () => ({ profile: NO_FIGURES, baseline: NO_FIGURES }),
};

/** An engine without providers and storage: small, but its memory, report and pipeline really do what they say. */
export function createFakeEngine({
  script = echoScript,
  mode = 'live',
  budgets = [fakeBudget],
  ready = () => {},
  alerts = [],
}: FakeEngineOptions = {}): FakeEngine {
  const requests: CompletionRequest[] = [];
  const outcomes: CompletionOutcome[] = [];
  const reportQueries: ReportQuery[] = [];
  let calls = 0;

  async function* run(request: CompletionRequest, signal: AbortSignal): AsyncGenerator<CompletionEvent> {
    requests.push(request);
    calls += 1;
    const callId = `call_${calls}` as CallId;
    const plan = fakePlan(request);
    yield { type: 'planned', callId, plan };
    const base = fakeOutcome(callId, plan, mode === 'sandbox');
    let outcome: CompletionOutcome | undefined;
    try {
      for await (const event of script(request, signal)) {
        if (event.type === 'outcome') outcome = { ...base, ...event.parts };
        else yield event;
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    }
    outcome ??= {
      ...base,
      status: 'cancelled',
      text: '',
      error: new FareboxError('cancelled', 'The call was cancelled.'),
    };
    outcomes.push(outcome);
    yield { type: 'done', outcome };
  }

  return {
    requests,
    outcomes,
    reportQueries,
    mode,
    notices: [],
    health: () => new Map(),
    queues: () => ({ calls: [], deployments: [] }),
    ready,
    rollouts: noRollouts,
    alerts: {
      open: () => alerts,
      standing: () => alerts,
      latest: (limit) => alerts.slice(0, limit).map((alert) => ({ ...alert, clearedAt: null })),
      test: async () => [],
      waiting: () => [],
    },
    close: async () => {},
    catalogue: {
      deployments: [fakeDeployment],
      embedders: { deployments: [], resolve: () => [] },
      unavailable: [{ provider: 'groq', model: 'llama', reason: 'set GROQ_API_KEY' }],
      resolve: () => [fakeDeployment],
      baseline: (model) => ({ model, price: model === 'claude-x' ? fakeDeployment.price : null }),
    },
    embeddings: {
      embed: () => Promise.reject(new Error('this fake engine has no embeddings')),
      close: async () => {},
    },
    pipeline: {
      run,
      plan: async (request) => fakePlan(request),
      complete: async (request, signal) => {
        for await (const event of run(request, signal)) if (event.type === 'done') return event.outcome;
        throw new Error('unreachable');
      },
    },
    ledger: {
      reserve: () => null,
      settle: () => [],
      bookCached: () => {},
      finish: () => {},
      keepBody: () => {},
      recover: () => 0,
      budgets: () => budgets,
      budgetState: () => ({ left: null, level: 'normal' }),
    },
    books: {
      verify: () => ({ calls: 0, attempts: 0, prices: 0, hours: 0, days: 0, windows: 0, problems: [] }),
      export: () => [],
      import: () => ({ added: 0, skipped: 0 }),
      reprice: () => [],
      maintain: () => ({ calls: 0, decisions: 0, more: false }),
      compact: () => {},
    },
    prices: { see: () => {}, periods: () => [] },
    reports: {
      report: async (query) => {
        reportQueries.push(query);
        return fakeReport(query, budgets);
      },
    },
    memory: createFakeMemory(),
    threads: {
      read: () => null,
      bind: () => ({ seq: 1, private: false, region: null, turns: [] }),
      append: () => 'kept',
      forget: () => false,
      list: () => [],
      readSummary: () => null,
      keepSummary: () => {},
      sweep: () => 0,
    },
    adequacy: { rows: () => [] },
    config: {
      home: '/home/someone/.farebox',
      databasePath: '/home/someone/.farebox/farebox.db',
      file: null,
      profiles: new Map(),
      defaultProfile: 'balanced',
      providers: [],
      models: [],
      aliases: {},
      budgets: [],
      policy: {
        threads: { maxAgeDays: 30, maxBytes: 256 * 1024 * 1024 },
        unknownModels: 'auto',
        deadlineMs: 600_000,
        unpricedCallCeiling: null,
        timeZone: 'UTC',
        retention: { rows: null, decisions: null },
        storeBodies: false,
        embeddingModel: null,
        baselineModel: 'claude-x',
        sandbox: 'auto',
        discoverOllama: false,
        allowInsecureHttp: false,
        promptCacheAffinity: true,
        ...resolveRestraint({}),
        alerts: resolveAlerts({}),
        hedge: null,
        verify: { maxAttempts: 4 },
        toolEmulation: 'auto',
      },
      checks: new Map(),
      logLevel: 'warn',
      provenance: [
        { path: 'providers.acme.apiKey', value: 'canary-secret-value', source: 'environment', origin: 'ACME_API_KEY' },
      ],
      notApplied: [],
      warnings: [],
      secrets: ['canary-secret-value'],
    },
  };
}

export function fakeOutcome(callId: CallId, plan: Plan, simulated: boolean): CompletionOutcome {
  return {
    callId,
    status: 'complete',
    text: '',
    reasoning: '',
    toolCalls: [],
    finishReason: 'stop',
    deployment: fakeDeployment.id,
    provider: 'acme',
    model: 'small-1',
    plan,
    usage: {
      inputTokens: 12,
      uncachedInputTokens: 12,
      cacheReadTokens: 0,
      cacheWrite5mTokens: 0,
      cacheWrite1hTokens: 0,
      outputTokens: 5,
      reasoningTokens: 0,
    },
    cost: { amount: nano(4_800), source: 'computed' },
    baseline: { model: 'claude-x', cost: nano(111_000) },
    saved: nano(106_200),
    cache: 'miss',
    attempts: [],
    reason: plan.reason,
    warnings: [],
    simulated,
    durationMs: 12.4,
    firstTokenMs: 8.2,
    error: null,
  };
}

function fakeReport(query: ReportQuery, budgets: readonly BudgetStatus[]): Report {
  const line: ReportLine = {
    group: 'small-1',
    calls: 2,
    attempts: 3,
    failedAttempts: 1,
    cacheHits: 0,
    inputTokens: 24,
    cachedInputTokens: 0,
    outputTokens: 10,
    cost: nano(9_600),
    unknownCostAttempts: 1,
    estimatedAttempts: 0,
    baselineCost: nano(222_000),
    saved: nano(212_400),
    reported: { attempts: 0, cost: nano(0), computed: nano(0) },
  };
  return {
    since: new Date(query.since).toISOString(),
    until: new Date(query.until).toISOString(),
    simulated: query.simulated,
    groupBy: query.groupBy,
    totals: { ...line, group: null },
    groups: [line],
    savings: {
      baselineModel: query.baseline?.model ?? 'claude-x',
      saved: nano(212_400) as NanoUsd,
      overhead: nano(0),
      fixed: nano(0),
      share: 0.957,
      comparedCalls: 2,
      notComparedCalls: 0,
      method: 'Same tokens at the price of the baseline; an estimate.',
    },
    overhead: { calls: 0, cost: nano(0), purposes: [] },
    fixed: { amount: nano(0), lines: [] },
    usageFaults: [],
    daily: [{ day: '2026-11-20', calls: 2, cost: nano(9_600) }],
    trend: null,
    budgets,
    otherKindCalls: 0,
  };
}

function createFakeMemory(): Engine['memory'] {
  const rows = new Map<string, MemoryRow>();
  return {
    store(input) {
      const id = `memory_${rows.size + 1}` as MemoryId;
      const at = '2026-11-20T00:00:00.000Z';
      rows.set(id, {
        ...input,
        id,
        key: input.key ?? null,
        supersedes: null,
        createdAt: at,
        updatedAt: at,
        expiresAt: null,
        version: 1,
      });
      return { id, status: 'created', version: 1 };
    },
    search(query) {
      const words = (query.query ?? '').toLowerCase().split(/\W+/).filter(Boolean);
      const found = [...rows.values()]
        .filter((row) => !query.ids || query.ids.includes(row.id))
        .filter((row) => !query.namespaces || query.namespaces.includes(row.namespace))
        .filter((row) => words.length === 0 || words.some((word) => row.content.toLowerCase().includes(word)))
        .slice(0, query.limit);
      return {
        mode: query.ids ? 'ids' : words.length > 0 ? 'keyword' : 'recent',
        words,
        hits: found.map((row) => ({
          row,
          snippet: row.content.slice(0, 40),
          matched: words,
          score: 1,
          ageSeconds: 7200,
        })),
      };
    },
    forget(target) {
      if (!target.ids && target.key === undefined && target.namespace === undefined) {
        throw new FareboxError('invalid_request', 'Nothing to forget was named.', {
          remedy: 'Name ids, a key or a namespace.',
        });
      }
      const doomed = [...rows.values()].filter(
        (row) =>
          (!target.ids || target.ids.includes(row.id)) &&
          (target.key === undefined || row.key === target.key) &&
          (target.namespace === undefined || row.namespace === target.namespace),
      );
      for (const row of doomed) rows.delete(row.id);
      return doomed.length;
    },
    export: () => rows.values(),
    import(imported) {
      let added = 0;
      for (const row of imported) {
        rows.set(row.id, row);
        added += 1;
      }
      return { added, skipped: 0 };
    },
    sweep: () => 0,
  };
}
