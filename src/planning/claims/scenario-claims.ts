import { NANO_PER_USD } from '../../domain/money.ts';
import { TEMPLATES } from '../document-mixes.ts';
import { ratio, subtract, sum, toFixed } from '../ratio.ts';
import type { Claim, Compute } from './claim.ts';
import {
  annualSavings,
  annualSavingsAt,
  baseline,
  cost,
  costIn,
  inputOnlySavings,
  type MixName,
  savings,
  savingsAt,
  workloadNamed,
} from './figures.ts';
import { because, figureClaims, given } from './make-claim.ts';

const DEEPSEEK = 'deepseek/deepseek-chat';
const LLAMA = 'meta-llama/llama-3.3-70b-instruct';
const QWEN = 'qwen/qwen-2.5-coder-32b-instruct';
const MISTRAL = 'mistralai/mistral-small-3.1';
const MODELS = [DEEPSEEK, LLAMA, QWEN, MISTRAL] as const;
const SMALL = 'small_10M_2M';
const MEDIUM = 'medium_50M_10M';
const LARGE = 'enterprise_500M_100M';

const source = 'cost analysis' as const;
const figure = figureClaims(source);
const ownWrong = (compute: Compute) => because('wrong', "it follows from the document's own wrong cost", compute);

const singles: readonly Claim[] = [
  figure('DeepSeek, five tokens in to one out: saved', '97', 'percent', savings(DEEPSEEK, SMALL)),
  figure('Mistral, five tokens in to one out: saved', '92', 'percent', savings(MISTRAL, SMALL)),
  ...['95', '93', '92'].map(
    (claimed): Claim => ({
      source,
      subject: `plan: a cheap model saves ${claimed}% (the facts do not say which)`,
      claimed,
      unit: 'percent',
      check: {
        kind: 'any',
        figures: (world) => MODELS.map((name) => savings(name, SMALL)(world)),
        otherwise: 'cannot follow',
        explanations: [
          because('mixed units', 'it is the saving of DeepSeek on input alone', inputOnlySavings(DEEPSEEK)),
          because('mixed units', 'it is the saving of Qwen on input alone', inputOnlySavings(QWEN)),
        ],
      },
    }),
  ),
];

const baselines: readonly Claim[] = [
  figure('baseline, 10M in and 2M out: a month', '60', 'usd', baseline(SMALL)),
  figure('baseline, 50M in and 10M out: a month', '300', 'usd', baseline(MEDIUM)),
  figure('baseline, 500M in and 100M out: a month', '3000', 'usd', baseline(LARGE)),
];

const calculator = because(
  'mix conflict',
  'it is what the calculator gives for its own inputs',
  cost('calculator_example', SMALL),
);
const isPremium = (compute: Compute) => because('wrong', 'it is the figure of the premium mix', compute);

const small: readonly Claim[] = [
  {
    ...figure('small, budget: a month', '2.14', 'usd', cost('budget', SMALL), [calculator]),
    remark: "the calculator's sample output, which its own inputs do not give either",
  },
  figure('calculator sample, its own inputs: a month', '2.14', 'usd', cost('calculator_example', SMALL)),
  figure("calculator sample, with the README's mix: a month", '2.14', 'usd', cost('readme_example', SMALL)),
  figure('small, budget: saved', '96.4', 'percent', savings('budget', SMALL), [
    ownWrong(savingsAt(given('2.14'), SMALL)),
  ]),
  figure('small, budget: saved a year', '694.32', 'usd', annualSavings('budget', SMALL), [
    ownWrong(annualSavingsAt(given('2.14'), SMALL)),
  ]),
  figure('small, balanced: a month', '2.50', 'usd', cost('balanced', SMALL), [isPremium(cost('premium', SMALL))]),
  figure('small, balanced: saved', '95.8', 'percent', savings('balanced', SMALL), [
    isPremium(savings('premium', SMALL)),
  ]),
  figure('small, premium: a month', '3.80', 'usd', cost('premium', SMALL)),
  figure('small, premium: saved', '93.7', 'percent', savings('premium', SMALL), [
    ownWrong(savingsAt(given('3.80'), SMALL)),
  ]),
  figure('small, premium: saved a year', '673.60', 'usd', annualSavings('premium', SMALL), [
    ownWrong(annualSavingsAt(given('3.80'), SMALL)),
  ]),
  figure('small, premium: saved a year at its own 3.80', '673.60', 'usd', annualSavingsAt(given('3.80'), SMALL)),
];

const scenario3 = (compute: Compute) =>
  because('label conflict', 'it is Qwen 40, Llama 40, DeepSeek 20, which another table calls premium', compute);
const allQwen = (compute: Compute) => because('mix conflict', 'it is Qwen alone', compute);
const scenario4 = (compute: Compute) => because('mix conflict', 'it is DeepSeek 50, Qwen 30, Llama 20', compute);

const larger: readonly Claim[] = [
  figure('medium, budget: a month', '9.00', 'usd', cost('budget', MEDIUM)),
  figure('medium, budget: saved a year', '3,492', 'usd', annualSavings('budget', MEDIUM)),
  figure('medium, balanced: a month', '10.92', 'usd', cost('balanced', MEDIUM), [scenario3(cost('scenario3', MEDIUM))]),
  figure('medium, balanced: saved a year', '3,469', 'usd', annualSavings('balanced', MEDIUM), [
    scenario3(annualSavings('scenario3', MEDIUM)),
  ]),
  figure('medium, premium: a month', '13.80', 'usd', cost('premium', MEDIUM), [allQwen(cost(QWEN, MEDIUM))]),
  figure('medium, premium: saved a year', '3,434', 'usd', annualSavings('premium', MEDIUM), [
    allQwen(annualSavings(QWEN, MEDIUM)),
  ]),
  figure('enterprise, balanced: a month', '104.40', 'usd', cost('balanced', LARGE), [
    scenario4(cost('scenario4', LARGE)),
  ]),
  figure('enterprise, balanced: saved a year', '34,747.20', 'usd', annualSavings('balanced', LARGE), [
    scenario4(annualSavings('scenario4', LARGE)),
  ]),
  figure('enterprise, balanced: saved', '97', 'percent', savings('balanced', LARGE), [
    scenario4(savings('scenario4', LARGE)),
  ]),
  figure('enterprise, premium: a month', '107.50', 'usd', cost('premium', LARGE)),
  figure('enterprise, premium, its template mix: a month', '107.50', 'usd', cost('template_enterprise', LARGE)),
];

const startup = TEMPLATES.find(({ name }) => name === 'startup');
const headroom =
  (spent: Compute): Compute =>
  (world) =>
    subtract(ratio(startup?.monthlyBudget ?? 0, NANO_PER_USD), spent(world));

/** Each addend rounded to cents before it is added, as the document does. */
const centsFirst =
  (name: MixName, workload: string): Compute =>
  (world) => {
    const { inputTokens, outputTokens } = workloadNamed(workload);
    const cents = (tokens: { inputTokens: number; outputTokens: number }) =>
      given(toFixed(costIn(name, { name: workload, requests: null, ...tokens }, world), 2));
    return sum([cents({ inputTokens, outputTokens: 0 }), cents({ inputTokens: 0, outputTokens })]);
  };

const templates: readonly Claim[] = [
  figure('startup template: a month', '2.73', 'usd', cost('template_startup', 'startup_15M_3M')),
  figure('startup template: left of its budget', '47.27', 'usd', headroom(cost('template_startup', 'startup_15M_3M')), [
    ownWrong(headroom(() => given('2.73'))),
  ]),
  figure('small-business template: a month', '14.25', 'usd', cost('template_smallbiz', 'smallbiz_75M_15M')),
  figure('scenario 1, DeepSeek: a month', '0.10', 'usd', cost(DEEPSEEK, 'dev_0.5M_0.1M'), [
    because(
      'rounding',
      'input and output were rounded to cents before they were added',
      centsFirst(DEEPSEEK, 'dev_0.5M_0.1M'),
    ),
  ]),
];

/** What the scenarios and templates of the cost documents say they cost and save. */
export const SCENARIO_CLAIMS: readonly Claim[] = [...singles, ...baselines, ...small, ...larger, ...templates];
