import { describe, expect, it } from 'vitest';
import type { Catalogue } from '../../src/catalogue/catalogue.ts';
import { tokenPrice } from '../../src/planning/offer.ts';
import { createFakeEngine } from '../support/fake-engine.ts';
import { loadTestConfig, type TestConfigInput } from '../support/load-test-config.ts';
import { runFarebox } from '../support/run-cli.ts';

/** `farebox` with the shipped profiles; the engine may be opened only where a price list has to be asked. */
async function plan(argv: readonly string[], input: TestConfigInput = {}, prices?: Catalogue['baseline']) {
  let opened = 0;
  const config = loadTestConfig(input);
  const run = await runFarebox(argv, {
    loadConfig: async () => config,
    openEngine: async () => {
      opened += 1;
      const engine = createFakeEngine();
      const baseline = prices ?? ((model: string) => ({ model, price: null }));
      return { ...engine, config, catalogue: { ...engine.catalogue, baseline } };
    },
  });
  return { ...run, opened };
}

async function planJson(argv: readonly string[]) {
  const run = await plan([...argv, '--json']);
  expect([run.code, run.stderr]).toEqual([0, '']);
  return JSON.parse(run.stdout);
}

/** Every line fits a terminal of a hundred columns. */
function expectNarrow(text: string): void {
  for (const printed of text.split('\n')) expect([...printed].length, printed).toBeLessThanOrEqual(100);
}

describe('calc', () => {
  it('shows the eight workloads on each profile, without opening anything (CST-08)', async () => {
    const run = await plan(['calc']);
    expect([run.code, run.opened]).toEqual([0, 0]);
    expectNarrow(run.stdout);
    expect(run.stdout).toMatchInlineSnapshot(`
      "What a month costs, against anthropic/claude-3.5-sonnet

      workload a month       baseline  budget  balanced  premium   hybrid
      unit_1M_0.2M              $6.00   $0.18   $0.2232  $0.2496    $0.00
      dev_0.5M_0.1M             $3.00   $0.09   $0.1116  $0.1248    $0.00
      small_5M_1M              $30.00   $0.90    $1.116   $1.248    $0.00
      small_10M_2M             $60.00   $1.80    $2.232   $2.496    $0.00
      startup_15M_3M           $90.00   $2.70    $3.348   $3.744    $0.00
      medium_50M_10M          $300.00   $9.00    $11.16   $12.48    $0.00
      smallbiz_75M_15M        $450.00  $13.50    $16.74   $18.72    $0.00
      enterprise_500M_100M  $3,000.00  $90.00   $111.60  $124.80    $0.00
      saved                            97.00%    96.28%   95.84%  100.00%

      farebox calc WORKLOAD shows every mix and model of one; farebox calc --help says how to plan a
      workload of your own.
      "
    `);
    expect(run.stderr).toContain('note hybrid: its file has no estimatedCosts.breakdown');
  });

  it('shows one workload with every mix and model', async () => {
    const run = await plan(['calc', 'medium_50M_10M']);
    expectNarrow(run.stdout);
    expect(run.stdout).toMatchInlineSnapshot(`
      "medium_50M_10M: 50,000,000 tokens in, 10,000,000 out a month
      baseline anthropic/claude-3.5-sonnet: $300.00 a month

      who serves it                        a month    saved     a year  cheaper   $/point
      profiles
        budget                               $9.00   97.00%  $3,492.00    33.3×   $0.0017  ████
        balanced                            $11.16   96.28%  $3,466.08    26.9×  $0.00205  █████
        premium                             $12.48   95.84%  $3,450.24    24.0×  $0.00228  █████▌
        hybrid                               $0.00  100.00%  $3,600.00                 $0
      mixes of the design documents
        calculator_example                  $11.37   96.21%  $3,463.56    26.4×  $0.00209  █████
        readme_example                      $10.92   96.36%  $3,468.96    27.5×  $0.00201  ████▉
        scenario2                           $10.44   96.52%  $3,474.72    28.7×  $0.00195  ████▋
        scenario3                           $10.92   96.36%  $3,468.96    27.5×  $0.00201  ████▉
        scenario4                           $10.44   96.52%  $3,474.72    28.7×  $0.00194  ████▋
        template_startup                     $7.20   97.60%  $3,513.60    41.7×   $0.0014  ███▎
        template_smallbiz                   $10.92   96.36%  $3,468.96    27.5×  $0.00202  ████▉
        template_enterprise                 $11.58   96.14%  $3,461.04    25.9×  $0.00213  █████▏
      models alone
        deepseek/deepseek-chat               $9.00   97.00%  $3,492.00    33.3×   $0.0017  ████
        meta-llama/llama-3.3-70b-instruct    $9.00   97.00%  $3,492.00    33.3×  $0.00167  ████
        qwen/qwen-2.5-coder-32b-instruct    $13.80   95.40%  $3,434.40    21.7×   $0.0025  ██████▏
        mistralai/mistral-small-3.1         $18.00   94.00%  $3,384.00    16.7×  $0.00323  ████████
        qwen/qwen3-8b                        $0.00  100.00%  $3,600.00                 $0
        thudm/glm-4-9b:free                  $0.00  100.00%  $3,600.00                 $0

      Lowest cost per quality point of the models: meta-llama/llama-3.3-70b-instruct, $0.00167 per million
      tokens and point.
      $/point: blended dollars per million tokens, divided by the quality score; what is free is left out.
      "
    `);
  });

  it('plans a workload of requests with offers of every kind of price (UPS-09)', async () => {
    const offers = ['copilot=flat:20', 'llama-4=gpu:3.50/255h', 'groq=quota:1000req+0.462/0.462', 'tiny=quota:1000req'];
    const run = await plan([
      ...['calc', '--requests-per-day', '1,500', '--input', '2k', '--output', '300'],
      ...offers.flatMap((offer) => ['--offer', offer]),
      ...['--mix', 'mine: deepseek-chat=0.6,copilot=40%'],
    ]);
    expectNarrow(run.stdout);
    expect(run.code).toBe(0);
    expect(run.stdout).toContain('90,000,000 tokens in, 13,500,000 out, 45,000 requests a month');
    expect(run.stdout).toMatch(/llama-4 +\$892\.50 +-\d+\.\d\d%/);
    expect(run.stdout).toMatch(/copilot +\$20\.00 +\$0 +\$0\.000444/);
    expect(run.stdout).toMatch(/tiny +unknown/);
    expect(run.stdout).toContain('unknown: tiny serves 1000 requests a day for nothing, and this is more');
  });

  it('gives exact amounts as JSON', async () => {
    const { workloads } = await planJson(['calc', '--input-tokens', '10M', '--output-tokens', '2M']);
    expect(workloads).toHaveLength(1);
    expect(workloads[0]).toMatchObject({
      workload: 'own workload',
      input_tokens: 10_000_000,
      output_tokens: 2_000_000,
      baseline: { model: 'anthropic/claude-3.5-sonnet', cost_usd: 60, cost_nano_usd: 60_000_000_000 },
    });
    expect(workloads[0].lines.find(({ name }: { name: string }) => name === 'balanced')).toMatchObject({
      kind: 'profile',
      shares: { 'meta-llama/llama-3.3-70b-instruct': 0.4 },
      cost_usd: 2.232,
      cost_nano_usd: 2_232_000_000,
      saved_percent: 96.28,
      annual_savings_usd: 693.216,
      quality: 90.6,
    });
  });

  it('asks the price list only for what the configuration does not know', async () => {
    const prices: Catalogue['baseline'] = (model) => ({
      model,
      price: model === 'openai/gpt-9' ? tokenPrice(10, 20) : null,
    });
    const run = await plan(['calc', 'unit_1M_0.2M', '--mix', 'openai/gpt-9=1', '--json'], {}, prices);
    expect(run.opened).toBe(1);
    const own = JSON.parse(run.stdout).workloads[0].lines.find(({ kind }: { kind: string }) => kind === 'own');
    expect([own.cost_usd, own.saved_percent]).toEqual([14, -400 / 3]);
  });

  it('prices the user’s own profile by the breakdown in the file', async () => {
    const files = {
      'config.json': {
        extends: 'balanced',
        name: 'mine',
        estimatedCosts: { breakdown: { primary: 1, secondary: 0, fallback: 0 } },
      },
    };
    const run = await plan(['calc', 'unit_1M_0.2M', '--json'], { files });
    const lines = JSON.parse(run.stdout).workloads[0].lines as { name: string; kind: string; cost_usd: number }[];
    expect(lines.filter(({ kind }) => kind === 'profile').map(({ name, cost_usd }) => [name, cost_usd])).toContainEqual(
      ['mine', 0.18],
    );
  });

  it('shows the templates with what is left of their budgets (CST-11)', async () => {
    const run = await plan(['calc', '--templates']);
    expectNarrow(run.stdout);
    expect(run.stdout).toMatch(/startup +15M\/3M +\$2\.16 +\$50\.00 +\$47\.84 +97\.60%/);
    expect(run.stdout).toMatch(/small-business +75M\/15M +\$16\.38/);
    expect(run.stdout).toMatch(/enterprise +500M\/100M +\$115\.80/);
    const { templates } = await planJson(['calc', '--templates']);
    expect(templates.map(({ cost_usd }: { cost_usd: number }) => cost_usd)).toEqual([2.16, 16.38, 115.8]);
  });

  it('shows the three options with their seven flows (CST-14)', async () => {
    const run = await plan(['calc', '--options']);
    expectNarrow(run.stdout);
    expect(run.stdout).toMatchInlineSnapshot(`
      "Options, against $450.00 a month; $20.00 are invested

      option                a month    saved  saved %     a year  pays back in
      1 budget multi-agent   $42.00  $408.00    90.7%  $4,896.00     1.47 days
      2 local brain          $78.00  $372.00    82.7%  $4,464.00     1.61 days
      3 hybrid               $84.00  $366.00    81.3%  $4,392.00     1.64 days

      1 budget multi-agent  free tiers of Cerebras, OpenRouter and Groq; Gemini Flash for the workspace
      2 local brain         one fine-tuned model with all knowledge in its context
      3 hybrid              Gemini for the workspace, the local brain for everything else

      flow                          seconds    a query  tools
      knowledge                         1–2         $0  none
      business logic and knowledge      2–3         $0  kbli.lookup, pricing.official (in memory)
      workspace                         3–4     $0.003  calendar.list ∥ gmail.send
      local search                      3–5     $0.015  maps.places
      several channels                  4–5      $0.02  calendar.list → whatsapp.send
      memory and context                2–3  $0–$0.001  memory.search.hybrid
      complex, four tools and more      5–6      $0.03  in parallel

      mix of flows   a query  a month, 1,000 a day  a month, 1,500 a day  shares, %
      diary         $0.00162                $48.60                $72.90  70/20/8/2
      handover      $0.00185                $55.50                $83.25  70/20/5/5

      The monthly costs of the options are those of the design documents. 255 GPU hours at $3.50 would
      alone be $892.50 a month.
      "
    `);
    const { options, flows } = await planJson(['calc', '--options', '--requests-per-day', '2000']);
    expect([options.length, flows.length]).toEqual([3, 7]);
  });

  it('shows every claim of the design documents with a verdict (CST-10)', async () => {
    const run = await plan(['calc', '--claims']);
    expectNarrow(run.stdout);
    expect(run.stdout).toMatch(/small, balanced: a month .*\$2\.50 +\$2\.232 +wrong/);
    expect(run.stdout).toMatch(/255 GPU hours at \$3\.50: a month .*\$30 +\$892\.50 +wrong/);
    expect(run.stdout).toMatch(/\d+ claims: \d+ wrong/);
    const { claims } = await planJson(['calc', '--claims']);
    expect(claims[0]).toEqual({
      source: 'cost analysis',
      subject: 'DeepSeek, five tokens in to one out: saved',
      unit: 'percent',
      claimed: 97,
      recomputed: 97,
      verdict: 'same',
      why: null,
    });
  });

  it.each([
    [['calc', 'medium'], 'There is no workload "medium".', 'Did you mean "medium_50M_10M"?'],
    [['calc', '--input-tokens', '-5'], '"-5" is not a number of tokens.', '2.5M'],
    [['calc', '--input-tokens', 'NaN'], '"NaN" is not a number of tokens.', '2.5M'],
    [['calc', '--input-tokens', '0.5'], '"0.5" is not a number of tokens.', 'whole number'],
    [['calc', '--input-tokens', '1e30'], '"1e30" is not a number of tokens.', 'quadrillion'],
    [['calc', '--input-tokens', '1000001G'], 'is not a number of tokens', 'quadrillion'],
    [
      ['calc', '--input-tokens', '1000000M', '--output-tokens', '0'],
      'is more than 9 million dollars',
      'a part of the workload',
    ],
    [['calc', '--input-tokens', '0', '--output-tokens', '0'], 'The workload has no tokens.', 'input or output'],
    [['calc', '--input-tokens', '12'], 'its input tokens and its output tokens', '--output-tokens; 0 for'],
    [['calc', '--requests-per-day', '5', '--input', '1'], 'its output tokens', 'Give --input and --output'],
    [['calc', '--requests-per-day', '5'], 'needs their number and their tokens', '--output'],
    [['calc', 'medium_50M_10M', '--input-tokens', '5'], 'more than one workload', 'Give a name'],
    [
      ['calc', '--mix', 'deepseek-chat=0.6,qwen-2.5-coder-32b-instruct=0.3'],
      'own mix add up to 0.9, not to 1',
      '0.6 and 0.4',
    ],
    [['calc', '--mix', 'deepseek-chat=60,qwen-2.5-coder-32b-instruct=40'], 'add up to 100, not to 1', '0.6 and 0.4'],
    [
      ['calc', '--mix', 'deepsek-chat=1'],
      'No price is known of "deepsek-chat".',
      'Did you mean "deepseek/deepseek-chat"?',
    ],
    [['calc', '--mix', 'scenario22'], 'There is no mix "scenario22".', 'Did you mean "scenario2"?'],
    [['calc', '--mix', 'deepseek-chat=-1'], 'is not a part of a mix', 'MODEL=SHARE'],
    [['calc', '--mix', 'deepseek-chat=NaN'], 'is not a part of a mix', 'MODEL=SHARE'],
    [['calc', '--offer', 'x=flat:-3'], '"-3" is not an amount of dollars', 'from 0'],
    [['calc', '--offer', 'x=tokens:1'], '"x=tokens:1" is not an offer.', 'flat:USD'],
    [['calc', '--offer', 'x=gpu:3.50/800h'], 'A month has no 800 hours.', '744'],
    [['calc', '--offer', 'x=request:0.0000000001'], 'a fraction of a nano-dollar', 'nine places'],
    [['calc', '--baseline', 'claude-9'], 'No price is known of "claude-9".', '--offer'],
    [['calc', '--claims', '--options'], "Option '--options' cannot be used with option '--claims'", '--help'],
    [['calc', 'medium_50M_10M', '--claims'], '--claims has figures of its own', 'Leave out'],
    [['calc', '--templates', '--mix', 'scenario2'], '--templates has figures of its own', 'Leave out'],
    [['roi', '--investment', '-5', '--monthly-savings', '1'], '"-5" is not an amount', 'from 0'],
    [['roi', '--investment', 'NaN', '--monthly-savings', '1'], '"NaN" is not an amount', 'from 0'],
    [['roi', '--investment', '10000000', '--monthly-savings', '1'], 'is not an amount', '9,000,000'],
    [['roi', '--investment', '5'], 'is not clear', '--before together with --after'],
    [['roi', '--investment', '5', '--before', '1'], 'is not clear', '--before together with --after'],
    [['roi', '--investment', '5', '--before', '1', '--after', '1', '--monthly-savings', '1'], 'is not clear', 'Give'],
    [['roi', '--investment', '5', '--monthly-savings', '1,00'], '"1,00" is not an amount', '289.08'],
  ])('refuses %j, and says how to mend it', async (argv, message, remedy) => {
    const run = await plan(argv);
    expect([run.code, run.stdout]).toEqual([2, '']);
    expect(run.stderr.replace(/\s+/g, ' ')).toContain(message);
    expect(run.stderr.replace(/\s+/g, ' ')).toContain(remedy);
  });
});

describe('roi', () => {
  it('breaks even after 24.21 months in the example of the documents (CST-09)', async () => {
    const run = await runFarebox(['roi', '--investment', '$7,000', '--monthly-savings', '289.08']);
    expect(run.code).toBe(0);
    expect(run.stdout).toMatchInlineSnapshot(`
      "$7,000.00 invested, saves $289.08 a month
      breaks even after 24.21 months (726.44 days)

          after         net   return
       6 months  -$5,265.52  -75.22%  ████████████████████
      12 months  -$3,531.04  -50.44%  █████████████▍
      24 months     -$62.08   -0.89%  ▎
      36 months   $3,406.88   48.67%  █████████████
      "
    `);
  });

  it('says never where nothing is saved, also as JSON', async () => {
    const run = await runFarebox(['roi', '--investment', '100', '--monthly-savings', '-0.5']);
    expect(run.stdout).toContain('never breaks even: it costs more than it saves');
    const json = await runFarebox(['roi', '--investment', '100', '--before', '5', '--after', '5', '--json']);
    expect(JSON.parse(json.stdout)).toMatchObject({ breaks_even: false, break_even_months: null, payback_days: null });
  });

  it('says of a loss what it costs, without a bar that grows', async () => {
    const run = await runFarebox(['roi', '--investment', '20', '--before', '84', '--after', '450']);
    expect(run.stdout).toBe(
      [
        '$20.00 invested, costs $366.00 more a month',
        'never breaks even: it costs more than it saves',
        '',
        '    after          net   return',
        ' 6 months   -$2,216.00  < -100%',
        '12 months   -$4,412.00  < -100%',
        '24 months   -$8,804.00  < -100%',
        '36 months  -$13,196.00  < -100%',
        '',
      ].join('\n'),
    );
    const gain = await runFarebox(['roi', '--investment', '20', '--before', '450', '--after', '84']);
    expect(gain.stdout).toMatch(/^ 6 months +\$2,176\.00 +10,880% /m);
  });

  it('counts fractions of a cent (CST-09)', async () => {
    const run = await runFarebox(['roi', '--investment', '0.001', '--monthly-savings', '0.000000001', '--json']);
    expect(JSON.parse(run.stdout)).toMatchObject({
      investment_nano_usd: 1_000_000,
      monthly_savings_nano_usd: 1,
      break_even_months: 1_000_000,
      horizons: [{ months: 6, net_nano_usd: -999_994 }, {}, {}, {}],
    });
  });
});
