import { formatUsd, nano } from '../../domain/money.ts';
import type { FixedCostLine, Report, UsageFaultLine } from '../../spend/reports.ts';
import { usdPair } from './describe-money.ts';

/** Fixed costs of a period as programs see them. */
export interface FixedCostReport {
  readonly cost_usd: number | null;
  readonly cost_nano_usd: number | null;
  /** With what the calls cost by use. */
  readonly total_with_fixed_usd: number | null;
  readonly total_with_fixed_nano_usd: number | null;
  readonly accounts: readonly {
    readonly account: string;
    readonly kind: 'flat' | 'gpu';
    /** A month's fee, or an hour's price. */
    readonly rate_usd: number | null;
    readonly rate_nano_usd: number | null;
    readonly cost_usd: number | null;
    readonly cost_nano_usd: number | null;
    readonly days: number;
    readonly hours: number;
    readonly models: readonly string[];
    readonly attempts: number;
    /** Shared out over the attempts; null where there were none. */
    readonly per_attempt_usd: number | null;
    readonly per_attempt_nano_usd: number | null;
  }[];
}

export function describeFixed({ fixed, totals }: Report): FixedCostReport | null {
  return (
    fixed && {
      ...usdPair('cost', fixed.amount),
      ...usdPair('total_with_fixed', nano(totals.cost + fixed.amount)),
      accounts: fixed.lines.map(({ account, kind, rate, amount, days, hours, models, attempts, perAttempt }) => ({
        account,
        kind,
        ...usdPair('rate', rate),
        ...usdPair('cost', amount),
        days,
        hours,
        models,
        attempts,
        ...usdPair('per_attempt', perAttempt),
      })),
    }
  );
}

/** What was paid whatever was used, in sentences; none where nothing was. */
export function fixedCostSentences({ fixed, totals }: Report): readonly string[] {
  if (!fixed || fixed.lines.length === 0) return [];
  const whole = formatUsd(nano(totals.cost + fixed.amount));
  return [
    `Fixed costs beside what calls cost: ${formatUsd(fixed.amount)}, together ${whole}. Budgets do not count them.`,
    ...fixed.lines.map((line) => `${line.account}: ${formatUsd(line.amount)}, ${basisOf(line)}${sharedOut(line)}.`),
  ];
}

function basisOf({ kind, rate, days, hours }: FixedCostLine): string {
  return kind === 'flat'
    ? `a subscription of ${formatUsd(rate)} a month for ${days} ${days === 1 ? 'day' : 'days'}`
    : `a machine of ${formatUsd(rate)} an hour for ${hours.toFixed(2)} hours, idle ones included`;
}

function sharedOut({ attempts, perAttempt }: FixedCostLine): string {
  if (perAttempt === null) return '; nothing was sent to it';
  return `; ${formatUsd(perAttempt)} for each of ${attempts} ${attempts === 1 ? 'attempt' : 'attempts'}`;
}

const FAULT_WORDS: Readonly<Record<string, string>> = {
  not_a_count: 'figures that are no whole numbers from 0 up',
  cached_beyond_input: 'more cached tokens than tokens of the prompt',
  reasoning_beyond_output: 'more tokens of reasoning than of output',
  sum_not_total: 'a total that is not the sum of its parts',
};

/** Usage that contradicted itself, in sentences. */
export function usageFaultSentences({ usageFaults }: Pick<Report, 'usageFaults'>): readonly string[] {
  return usageFaults.map(
    ({ provider, model, fault, attempts }: UsageFaultLine) =>
      `${provider}/${model} reported ${FAULT_WORDS[fault] ?? fault} in ${attempts} ${attempts === 1 ? 'attempt' : 'attempts'}; the figures were clipped.`,
  );
}
