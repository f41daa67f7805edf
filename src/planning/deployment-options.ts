import { fromUsd, type NanoUsd } from '../domain/money.ts';
import { MONTHS_PER_YEAR, times } from './amounts.ts';
import { type Ratio, ratio } from './ratio.ts';
import { type ReturnOnInvestment, returnOnInvestment } from './return-on-investment.ts';

/** An architecture that the design documents weigh, at the monthly cost that they state. */
export interface DeploymentOption {
  readonly name: string;
  readonly monthly: NanoUsd;
  readonly served: string;
}

export const DEPLOYMENT_OPTIONS: readonly DeploymentOption[] = [
  {
    name: '1 budget multi-agent',
    monthly: fromUsd(42),
    served: 'free tiers of Cerebras, OpenRouter and Groq; Gemini Flash for the workspace',
  },
  { name: '2 local brain', monthly: fromUsd(78), served: 'one fine-tuned model with all knowledge in its context' },
  { name: '3 hybrid', monthly: fromUsd(84), served: 'Gemini for the workspace, the local brain for everything else' },
];

/** What is paid a month before, and once for the change, in the documents. */
export const CURRENT_MONTHLY = fromUsd(450);
export const TRAINING_INVESTMENT = fromUsd(20);
/** The GPU of the local brain, as the documents plan it: hours a month, dollars an hour. */
export const BRAIN_GPU = { hours: 255, hourly: fromUsd(3.5) } as const;

export interface OptionReport {
  readonly option: DeploymentOption;
  readonly saved: NanoUsd;
  readonly savedShare: Ratio;
  readonly annualSavings: NanoUsd;
  readonly roi: ReturnOnInvestment;
}

/** An option against what is paid today (above 0), and how soon its investment is back. */
export function reportOption(option: DeploymentOption, current: NanoUsd, investment: NanoUsd): OptionReport {
  const saved = (current - option.monthly) as NanoUsd;
  return {
    option,
    saved,
    savedShare: ratio(saved, current),
    annualSavings: times(saved, MONTHS_PER_YEAR, 'saving of a year'),
    roi: returnOnInvestment(investment, saved),
  };
}
