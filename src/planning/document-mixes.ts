import { fromUsd, type NanoUsd } from '../domain/money.ts';
import { requireOffer } from './document-prices.ts';
import { type Mix, toMix } from './mix.ts';
import type { Offer } from './offer.ts';
import { toRatio } from './ratio.ts';

type Shares = Readonly<Record<string, number>>;

const DEEPSEEK = 'deepseek/deepseek-chat';
const LLAMA = 'meta-llama/llama-3.3-70b-instruct';
const QWEN = 'qwen/qwen-2.5-coder-32b-instruct';
const MISTRAL = 'mistralai/mistral-small-3.1';
const GLM = 'thudm/glm-4-9b:free';

/** The shares of the three profiles as the design documents give them; the shipped profiles say the same. */
export const DOCUMENT_BREAKDOWNS = {
  budget: { [DEEPSEEK]: 1 },
  balanced: { [LLAMA]: 0.4, [QWEN]: 0.45, [DEEPSEEK]: 0.15 },
  premium: { [QWEN]: 0.35, [LLAMA]: 0.35, [MISTRAL]: 0.2, [DEEPSEEK]: 0.1 },
} as const satisfies Readonly<Record<string, Shares>>;

/** The mixes of the examples and scenarios of the design documents. */
export const DOCUMENT_MIXES = {
  calculator_example: { [QWEN]: 0.4, [LLAMA]: 0.35, [DEEPSEEK]: 0.2, [MISTRAL]: 0.05 },
  readme_example: { [QWEN]: 0.4, [LLAMA]: 0.4, [DEEPSEEK]: 0.2 },
  scenario2: { [DEEPSEEK]: 0.6, [QWEN]: 0.3, [LLAMA]: 0.1 },
  scenario3: { [QWEN]: 0.4, [LLAMA]: 0.4, [DEEPSEEK]: 0.2 },
  scenario4: { [DEEPSEEK]: 0.5, [QWEN]: 0.3, [LLAMA]: 0.2 },
  template_startup: { [DEEPSEEK]: 0.7, [GLM]: 0.2, [LLAMA]: 0.1 },
  template_smallbiz: { [QWEN]: 0.4, [DEEPSEEK]: 0.4, [LLAMA]: 0.2 },
  template_enterprise: { [QWEN]: 0.35, [LLAMA]: 0.35, [DEEPSEEK]: 0.2, [MISTRAL]: 0.1 },
} as const satisfies Readonly<Record<string, Shares>>;
export type DocumentMixName = keyof typeof DOCUMENT_MIXES;

/** A mix of the documents at given prices. Throws `unknown_model` where one of its models has none. */
export function mixOf(name: string, shares: Shares, offers: ReadonlyMap<string, Offer>): Mix {
  const parts = Object.entries(shares).map(([model, share]) => ({
    offer: requireOffer(offers, model),
    share: toRatio(share),
  }));
  return toMix(name, parts);
}

/** A size of company: what it sends, who serves it, what it may spend, and the profile that suits it. */
export interface Template {
  readonly name: string;
  readonly workload: string;
  readonly mix: DocumentMixName;
  readonly monthlyBudget: NanoUsd;
  readonly profile: string;
}

export const TEMPLATES: readonly Template[] = [
  {
    name: 'startup',
    workload: 'startup_15M_3M',
    mix: 'template_startup',
    monthlyBudget: fromUsd(50),
    profile: 'budget',
  },
  {
    name: 'small-business',
    workload: 'smallbiz_75M_15M',
    mix: 'template_smallbiz',
    monthlyBudget: fromUsd(200),
    profile: 'balanced',
  },
  {
    name: 'enterprise',
    workload: 'enterprise_500M_100M',
    mix: 'template_enterprise',
    monthlyBudget: fromUsd(1000),
    profile: 'premium',
  },
];
