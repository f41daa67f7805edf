import { describe, expect, it } from 'vitest';
import type { BudgetStatus } from '../../src/domain/budget.ts';
import { toDeploymentId } from '../../src/domain/deployment.ts';
import { fromUsd, nano } from '../../src/domain/money.ts';
import type { Plan } from '../../src/domain/plan.ts';
import type { Report, ReportLine } from '../../src/spend/reports.ts';
import { createFakeEngine, fakeBudget, fakeDeployment } from '../support/fake-engine.ts';
import { runFarebox } from '../support/run-cli.ts';

const line: ReportLine = {
  group: 'deepseek/deepseek-chat-v3.1',
  calls: 1240,
  attempts: 1260,
  failedAttempts: 20,
  cacheHits: 310,
  inputTokens: 1_234_567,
  cachedInputTokens: 100_000,
  outputTokens: 98_765,
  cost: fromUsd(1.25),
  unknownCostAttempts: 0,
  estimatedAttempts: 0,
  baselineCost: fromUsd(20),
  saved: fromUsd(18.75),
  reported: { attempts: 0, cost: nano(0), computed: nano(0) },
};

function reporting(parts: Partial<Report>) {
  const engine = createFakeEngine();
  const report = engine.reports.report.bind(engine.reports);
  return {
    openEngine: async () => ({
      ...engine,
      reports: { report: async (query: Parameters<typeof report>[0]) => ({ ...(await report(query)), ...parts }) },
    }),
  };
}

/** Every line fits a terminal of a hundred columns. */
function expectNarrow(text: string): void {
  for (const printed of text.split('\n')) expect([...printed].length, printed).toBeLessThanOrEqual(100);
}

describe('route', () => {
  it('shows task, model, candidates and what was left out', async () => {
    expect((await runFarebox(['route', '--flag', 'codingHeavy', '--quality', '90', 'hello'])).code).toBe(0);
    const run = await runFarebox(['route', 'hello']);
    expect(run.code).toBe(0);
    expect(run.stdout).toMatchInlineSnapshot(`
      "task        general
      complexity  simple, 0.20 (2 of 10)
      because     short prompt
      needs       about 12 tokens of context
      profile     balanced
      strategy    balanced
      model       acme/small-1
      why         small-1 is the cheapest that suits a simple general task.
      baseline    claude-x would be expected to cost $0.004

      Candidates, in the order in which they are tried
      #  model         slot     expected    at most  max tokens
      1  acme/small-1  primary  $0.00012  $0.000602       1,000

      Left out
        over max cost: could cost $0.5, more than $0.1
          acme/large-1
      "
    `);
    expectNarrow(run.stdout);
  });

  it('counts the models that were not needed, lists them when asked, and writes signs as words', async () => {
    const engine = createFakeEngine();
    const openEngine = async () => ({
      ...engine,
      pipeline: {
        ...engine.pipeline,
        plan: async (request: Parameters<typeof engine.pipeline.plan>[0]): Promise<Plan> => {
          const plan = await engine.pipeline.plan(request);
          const others = ['a', 'b'].map((model) => ({
            deployment: toDeploymentId('acme', model),
            code: 'not_in_failure_path' as const,
            detail: 'the failure path ends before it',
          }));
          const task = { ...plan.task, reasons: ['sign: refactor + codeNoun', 'breadth (+0.1)'] };
          return { ...plan, task, rejections: [...plan.rejections, ...others] };
        },
      },
    });
    const { stdout } = await runFarebox(['route', 'hello'], { openEngine });
    expect(stdout).toMatch(/^because +sign: refactor and code noun; breadth \(\+0\.1\)$/m);
    expect(stdout).toMatch(/large-1\n\n2 others not needed \(--verbose lists them\)\n$/);
    const verbose = await runFarebox(['route', 'hello', '--verbose'], { openEngine });
    expect(verbose.stdout).toMatch(/not in failure path: the failure path ends before it\n {4}acme\/a, acme\/b\n$/);
    const json = JSON.parse((await runFarebox(['route', 'hello', '--json'], { openEngine })).stdout);
    expect(json.rejections).toHaveLength(3);
  });

  it('prints the plan as one document, and exits 4 where no model can serve it (RTR-05)', async () => {
    const engine = createFakeEngine();
    const openEngine = async () => ({
      ...engine,
      pipeline: {
        ...engine.pipeline,
        plan: async (request: Parameters<typeof engine.pipeline.plan>[0]): Promise<Plan> => ({
          ...(await engine.pipeline.plan(request)),
          candidates: [],
        }),
      },
    });
    const run = await runFarebox(['route', 'hello', '--json'], { openEngine });
    expect(run.code).toBe(4);
    expect(JSON.parse(run.stdout)).toMatchObject({
      task: 'general',
      candidates: [],
      rejections: [{ code: 'over_max_cost' }],
    });
    expect((await runFarebox(['route', 'hello'], { openEngine })).stdout).toContain('No model can serve this request.');
  });
});

describe('report', () => {
  it('shows groups with their share, totals, savings with method, caveats and budgets', async () => {
    const groups: readonly ReportLine[] = [
      line,
      {
        ...line,
        group: 'a-model-with-a-rather-long-name/of-a-provider:free',
        calls: 3,
        cost: nano(1234),
        unknownCostAttempts: 2,
      },
      { ...line, group: null, calls: 1, cost: fromUsd(0.42), saved: nano(-200_000_000), estimatedAttempts: 1 },
    ];
    const totals = {
      ...line,
      group: null,
      calls: 1244,
      cost: fromUsd(1.67),
      unknownCostAttempts: 2,
      estimatedAttempts: 1,
    };
    const run = await runFarebox(['report'], reporting({ groups, totals, otherKindCalls: 3 }));
    expect(run.stdout).toMatchInlineSnapshot(`
      "Cost by model, 2026-10-22 12:00 to 2026-11-21 12:00 UTC

      model                    calls  failed  cached     in    out             cost   saved  share of cost
      deepseek/deepseek-chat-  1,240      20     310  1.23M  98.8k            $1.25  $18.75  ██████    75%
      v3.1
      a-model-with-a-rather-       3      20     310  1.23M  98.8k  $0.00000123 + ?  $18.75  ▏         <1%
      long-name/of-a-
      provider:free
      (none)                       1      20     310  1.23M  98.8k            $0.42  -$0.20  ██        25%
      total                    1,244      20     310  1.23M  98.8k        $1.67 + ?  $18.75

      Saved $0.000212 (95.7%) against claude-x over 2 calls.
      Same tokens at the price of the baseline; an estimate.

      budget      limit  spent  held   left  used             projected  resets (UTC)
      all/month  $10.00  $2.00    $0  $8.00  ██          20%      $5.00  2026-12-01 00:00
      "
    `);
    expect(run.stderr).toMatchInlineSnapshot(`
      "note The cost of 2 attempts is unknown: they are not in the sums, and not free. farebox models shows which models have no price.
      note 1 attempt came without usage; the cost is estimated.
      note 3 simulated calls of this period left out; see --simulated.
      "
    `);
    expectNarrow(run.stdout);
  });

  it('says so where nothing was booked', async () => {
    const totals = { ...line, group: null, calls: 0 };
    const run = await runFarebox(['report', '--period', 'today'], reporting({ groups: [], totals, budgets: [] }));
    expect(run.stdout).toBe(
      'Cost by model, 2026-11-21 00:00 to 2026-11-21 12:00 UTC\n\nNothing was booked in this period.\n',
    );
  });

  it('asks the ledger for what the options say', async () => {
    const engine = createFakeEngine();
    const openEngine = async () => engine;
    await runFarebox(['report', '--since', '2026-11-01', '--until', '2026-11-02T12:00', '--by', 'day'], { openEngine });
    await runFarebox(['report', '--period', 'all', '--run', 'run_1', '--simulated', '--baseline', 'claude-x'], {
      openEngine,
    });
    expect(engine.reportQueries).toEqual([
      { since: Date.UTC(2026, 10, 1), until: Date.UTC(2026, 10, 2, 12), groupBy: 'day', simulated: false },
      {
        since: 0,
        until: Date.UTC(2026, 10, 21, 12) + 1,
        groupBy: 'model',
        simulated: true,
        runId: 'run_1',
        baseline: { model: 'claude-x', inputRate: 150_000_000, outputRate: 600_000_000 },
      },
    ]);
  });

  it.each([
    [['--by', 'modle'], 'Did you mean "model"?'],
    [['--period', 'week'], 'Choose one of: today, 7d, 30d, month, all.'],
    [['--since', 'yesterday'], 'Write it like 2026-11-01'],
    [['--csv', '--json'], 'Leave one out.'],
    [['--live', '--simulated'], 'Leave one out.'],
  ])('refuses %j and says how to mend it', async (options, remedy) => {
    const run = await runFarebox(['report', ...options]);
    expect([run.code, run.stderr.includes(remedy)]).toEqual([2, true]);
  });

  it('writes comma-separated values that no spreadsheet takes for a formula', async () => {
    const groups = [line, { ...line, group: '=cmd|"x",y' }];
    const { stdout } = await runFarebox(['report', '--csv'], reporting({ groups }));
    expect(stdout.split('\n').map((row) => row.split(',').slice(0, 2))).toEqual([
      ['model', 'calls'],
      ['deepseek/deepseek-chat-v3.1', '1240'],
      [`"'=cmd|""x""`, 'y"'],
      [''],
    ]);
  });
});

describe('budget', () => {
  it('shows each budget with a bar, and warns of those in need', async () => {
    const budgets: readonly BudgetStatus[] = [
      { ...fakeBudget, held: fromUsd(1), left: fromUsd(7), projected: fromUsd(12) },
      {
        ...fakeBudget,
        budget: { ...fakeBudget.budget, id: 'role:qa-lead/total', window: 'total' },
        spent: fromUsd(10),
        left: nano(0),
        level: 'exhausted',
        projected: null,
        resetsAt: null,
      },
    ];
    const run = await runFarebox(['budget'], { openEngine: async () => createFakeEngine({ budgets }) });
    expect(run.stdout).toMatchInlineSnapshot(`
      "budget               limit   spent   held   left  used             projected  resets (UTC)
      all/month           $10.00   $2.00  $1.00  $7.00  ███         30%     $12.00  2026-12-01 00:00
      role:qa-lead/total  $10.00  $10.00     $0     $0  ██████████ 100%             never
      "
    `);
    expect(run.stderr).toMatchInlineSnapshot(`
      "note all/month is heading for $12.00 at this pace, beyond its limit of $10.00.
      note role:qa-lead/total is used up: calls that it applies to are refused.
      "
    `);
    expectNarrow(run.stdout);
  });

  it('says how to set one where there is none', async () => {
    const openEngine = async () => createFakeEngine({ budgets: [] });
    expect((await runFarebox(['budget'], { openEngine })).stdout).toContain('MAX_MONTHLY_BUDGET');
    expect(JSON.parse((await runFarebox(['budget', '--json'], { openEngine })).stdout)).toEqual({
      budgets: [],
      simulated: false,
    });
  });
});

describe('models', () => {
  const engine = createFakeEngine();
  const openEngine = async () => ({
    ...engine,
    catalogue: {
      ...engine.catalogue,
      deployments: [
        fakeDeployment,
        {
          ...fakeDeployment,
          id: toDeploymentId('openrouter', 'an-organisation/a-model-of-a-very-long-name-indeed-v3.1:free'),
          price: null,
          quality: null,
        },
        {
          ...fakeDeployment,
          id: toDeploymentId('ollama', 'qwen'),
          local: true,
          price: fakeDeployment.price && {
            ...fakeDeployment.price,
            rates: { ...fakeDeployment.price.rates, input: 0, output: 0 },
          },
        },
      ],
    },
    health: () => new Map([[fakeDeployment.id, { state: 'unhealthy', until: 0, reason: 'refused our key' } as const]]),
  });

  it('shows a model once, however many keys there are, and how many of them serve', async () => {
    const keys = ['1', '2'].map((key) => ({ ...fakeDeployment, key, id: toDeploymentId('acme', 'small-1', key) }));
    const run = await runFarebox(['models'], {
      openEngine: async () => ({
        ...engine,
        catalogue: { ...engine.catalogue, deployments: keys },
        health: () =>
          new Map([[toDeploymentId('acme', 'small-1', '2'), { state: 'unhealthy', until: 0, reason: 'no' } as const]]),
      }),
    });
    expect(run.stdout).toMatch(/^acme\/small-1 .* ok, 1 of 2 keys$/m);
    expect(run.stdout.match(/small-1/g)).toHaveLength(1);
  });

  it('shows price, context, capabilities and state, and why others are not available', async () => {
    const run = await runFarebox(['models'], { openEngine });
    expect(run.stdout).toMatchInlineSnapshot(`
      "model                                        $ in/M  $ out/M  context  can  quality  state
      acme/small-1                                   0.15     0.60     128k  TJ·       80  refused our key
      openrouter/an-organisation/a-model-of-a-    unknown  unknown     128k  TJ·           ok
      very-long-name-indeed-v3.1:free
      ollama/qwen                                    free     free     128k  TJ·       80  ok, local

      can: T use tools, J answer in JSON, V see images · prices per million tokens

      1 more model not available (--all lists them):
        1 model: set GROQ_API_KEY
      "
    `);
    expectNarrow(run.stdout);
    expect((await runFarebox(['models', '--all'], { openEngine })).stdout).toContain('groq/llama     set GROQ_API_KEY');
  });

  it('prints the same as one document', async () => {
    const { models, unavailable } = JSON.parse(
      (await runFarebox(['models', '--all', '--json'], { openEngine })).stdout,
    );
    expect(models[0]).toMatchObject({
      id: 'acme/small-1',
      health: 'unhealthy',
      unhealthy_because: 'refused our key',
      price_usd_per_million: { input: 0.15, output: 0.6 },
    });
    expect(models[1]).toMatchObject({ price_usd_per_million: null, quality: null });
    expect(unavailable).toEqual([{ provider: 'groq', model: 'llama', reason: 'set GROQ_API_KEY' }]);
  });
});
