import type { Alert } from '../domain/alert.ts';
import { formatUsd, type NanoUsd, nano, sumUsd } from '../domain/money.ts';
import type { FixedCostLine } from './reports.ts';

/** When an hour is called a spike. */
export interface SpikeRule {
  /** So many times what an hour usually costs. */
  readonly factor: number;
  /** And at least so much. */
  readonly least: NanoUsd;
}

/** Fewer hours in which anything was spent do not make a custom. */
const LEAST_HOURS = 6;

/**
 * Whether the present hour costs many times what an hour of work usually does: the mean of those, among the hours
 * before it, in which anything was spent, so that nights and weekends do not make every morning a spike. Pure.
 */
export function spendSpikeAlerts(
  earlier: Iterable<NanoUsd>,
  thisHour: NanoUsd,
  { factor, least }: SpikeRule,
  period: number,
): readonly Alert[] {
  const hours = [...earlier].filter((cost) => cost > 0);
  if (hours.length < LEAST_HOURS || thisHour < least) return [];
  const usual = Math.round(sumUsd(hours) / hours.length);
  if (thisHour < usual * factor) return [];
  const times = (thisHour / Math.max(1, usual)).toFixed(1);
  return [
    {
      kind: 'spend_spike',
      subject: 'all',
      period,
      level: 'warning',
      message: `${formatUsd(thisHour)} were spent this hour, ${times} times what an hour of work usually costs (${formatUsd(nano(usual))}).`,
    },
  ];
}

/** Whether what is paid whatever is used has passed its threshold this month. Pure. */
export function hostingAlerts(
  lines: readonly Pick<FixedCostLine, 'account' | 'amount'>[],
  threshold: NanoUsd,
  period: number,
): readonly Alert[] {
  const total = sumUsd(lines.map(({ amount }) => amount));
  if (threshold === 0 || total <= threshold) return [];
  const accounts = [...lines]
    .sort((a, b) => b.amount - a.amount)
    .map(({ account, amount }) => `${account} ${formatUsd(amount)}`);
  return [
    {
      kind: 'hosting_cost',
      subject: 'all',
      period,
      level: 'warning',
      message: `Subscriptions and machines have cost ${formatUsd(total)} this month, more than ${formatUsd(threshold)}: ${accounts.slice(0, 4).join(', ')}.`,
    },
  ];
}
