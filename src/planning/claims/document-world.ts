import { NANO_PER_USD } from '../../domain/money.ts';
import { CURRENT_MONTHLY, DEPLOYMENT_OPTIONS, TRAINING_INVESTMENT } from '../deployment-options.ts';
import { DOCUMENT_BREAKDOWNS } from '../document-mixes.ts';
import { DOCUMENT_OFFERS } from '../document-prices.ts';
import { ratio } from '../ratio.ts';
import type { ClaimWorld } from './claim.ts';

const able = { contextWindow: 128_000, jsonMode: true, toolCalling: true };

/** What the documents themselves plan with: the list prices, the profiles' shares, the options. */
export function documentWorld(): ClaimWorld {
  const dollars = (index: number) => ratio(DEPLOYMENT_OPTIONS[index]?.monthly ?? 0, NANO_PER_USD);
  return {
    offers: DOCUMENT_OFFERS,
    breakdowns: DOCUMENT_BREAKDOWNS,
    capabilities: new Map([
      ['deepseek/deepseek-chat', able],
      ['meta-llama/llama-3.3-70b-instruct', able],
      ['qwen/qwen-2.5-coder-32b-instruct', able],
      ['mistralai/mistral-small-3.1', able],
      ['thudm/glm-4-9b:free', { contextWindow: 32_000, jsonMode: false, toolCalling: true }],
    ]),
    options: {
      current: ratio(CURRENT_MONTHLY, NANO_PER_USD),
      monthly: [dollars(0), dollars(1), dollars(2)],
      investment: ratio(TRAINING_INVESTMENT, NANO_PER_USD),
    },
  };
}
