import { compare, divide, greatest, multiply, type Ratio, ratio, subtract, sum } from '../ratio.ts';
import { WORKLOADS } from '../workload.ts';
import type { Claim, ClaimWorld, Compute } from './claim.ts';
import {
  blendedPerThousand,
  costIn,
  type MixName,
  perThousand,
  qualityOf,
  savings,
  savingsRange,
  yearOf,
} from './figures.ts';
import { because, figureClaims, given } from './make-claim.ts';

const CLAUDE = 'anthropic/claude-3.5-sonnet';
const DEEPSEEK = 'deepseek/deepseek-chat';
const LLAMA = 'meta-llama/llama-3.3-70b-instruct';
const QWEN = 'qwen/qwen-2.5-coder-32b-instruct';
const MISTRAL = 'mistralai/mistral-small-3.1';

const MODELS = [DEEPSEEK, LLAMA, QWEN, MISTRAL] as const;
const SMALL = 'small_10M_2M';

const source = 'cost analysis' as const;
const figure = figureClaims(source);

const PROFILES = ['budget', 'balanced', 'premium'] as const;
const profileSavings: readonly Claim[] = PROFILES.map((name, index) => ({
  source,
  subject: `${name}: saved (over every proportion of input to output)`,
  claimed: ['97', '95', '88'][index] ?? '',
  unit: 'percent',
  check: { kind: 'range', range: savingsRange(name), figure: savings(name, SMALL), otherwise: 'cannot follow' },
}));

/** The baseline that a monthly cost and a saving imply, less that cost, over a year. */
const impliedAnnual = (monthly: Ratio, savedPercent: Ratio): Ratio => {
  const rest = subtract(ratio(100), savedPercent);
  const base = divide(multiply(monthly, ratio(100)), rest) ?? ratio(0);
  return yearOf(subtract(base, monthly));
};

const typical: readonly Claim[] = [
  {
    ...figure('premium: saved a year, at its typical $75 and 88%', '2160', 'usd', () =>
      impliedAnnual(given('75'), given('88')),
    ),
    check: { kind: 'any', figures: () => [impliedAnnual(given('75'), given('88'))], otherwise: 'inconsistent' },
  },
  ...PROFILES.map(
    (name, index): Claim => ({
      source,
      subject: `${name}: a typical month (nearest of the eight workloads)`,
      claimed: ['2.5', '15', '75'][index] ?? '',
      unit: 'usd',
      check: {
        kind: 'any',
        figures: (world) => WORKLOADS.map((workload) => costIn(name, workload, world)),
        otherwise: 'inconsistent',
      },
    }),
  ),
  {
    source,
    subject: "plan: a balanced month costs less than this; the profile's typical month",
    claimed: '10',
    unit: 'usd',
    check: { kind: 'bound', side: 'below', figure: () => given('15'), otherwise: 'inconsistent' },
  },
];

const sumOfPrices =
  (name: MixName): Compute =>
  (world) => {
    const { input, output } = perThousand(name, world);
    return sum([input, output]);
  };
const asSum = (name: MixName) =>
  because('mixed units', 'it is the input price and the output price added up', sumOfPrices(name));

/** The model of the lowest price per point of quality, at the table's own prices: a sum where the table has a sum. */
function winner(world: ClaimWorld): string {
  const ranked = MODELS.map((name) => {
    const price = name === LLAMA ? sumOfPrices(name)(world) : perThousand(name, world).input;
    return { name, perPoint: divide(price, qualityOf(name, world)) ?? ratio(0) };
  });
  return ranked.reduce((best, next) => (compare(next.perPoint, best.perPoint) < 0 ? next : best)).name;
}

const perToken: readonly Claim[] = [
  ...(
    [
      ['Claude', CLAUDE, '0.018'],
      ['Llama', LLAMA, '0.0005'],
      ['Qwen', QWEN, '0.00023'],
      ['DeepSeek', DEEPSEEK, '0.00015'],
    ] as const
  ).map(([name, model, claimed]) =>
    figure(`cost table, ${name}: per 1k tokens`, claimed, 'usd', blendedPerThousand(model), [asSum(model)]),
  ),
  ...([QWEN, MISTRAL] as const).map(
    (model): Claim => ({
      source,
      subject: "lowest cost per point of quality, by the table's own prices",
      claimed: model,
      unit: 'name',
      check: { kind: 'name', name: winner },
    }),
  ),
  ...PROFILES.map(
    (name, index): Claim => ({
      source,
      subject: `rubric, ${name}: most per 1k tokens (dearest proportion)`,
      claimed: ['0.001', '0.002', '0.003'][index] ?? '',
      unit: 'usd',
      check: {
        kind: 'bound',
        side: 'below',
        figure: (world) => {
          const { input, output } = perThousand(name, world);
          return greatest(input, output);
        },
        otherwise: 'wrong',
        trivialFrom: 5,
      },
    }),
  ),
  {
    source,
    subject: 'budget: a simple request (against what 200 tokens cost, prompt and answer)',
    claimed: '0.00001',
    unit: 'usd',
    check: {
      kind: 'bound',
      side: 'below',
      figure: (world) => multiply(perThousand(DEEPSEEK, world).input, ratio(200, 1000)),
      otherwise: 'implausible',
    },
  },
];

const ability: readonly Claim[] = [
  {
    source,
    subject: 'all models have a context of 128k (the smallest)',
    claimed: '128000',
    unit: 'tokens',
    remark: 'the free fallback of the budget profile has less',
    check: {
      kind: 'figure',
      figure: ({ capabilities }) => ratio(Math.min(...[...capabilities.values()].map((c) => c.contextWindow))),
    },
  },
  ...(
    [
      ['answer in JSON', 'jsonMode'],
      ['call tools', 'toolCalling'],
    ] as const
  ).map(
    ([what, key]): Claim => ({
      source,
      subject: `all five models ${what} (how many do)`,
      claimed: '5',
      unit: 'count',
      check: {
        kind: 'figure',
        figure: ({ capabilities }) => ratio([...capabilities.values()].filter((c) => c[key]).length),
      },
      ...(key === 'toolCalling' && { remark: 'by the profiles; another file of the documents says that GLM has none' }),
    }),
  ),
];

/** What the cost documents say of single prices, typical months and what the models can do. */
export const PRICE_CLAIMS: readonly Claim[] = [...profileSavings, ...typical, ...perToken, ...ability];
