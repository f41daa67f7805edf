import type { Alert } from '../domain/alert.ts';
import { formatUsd } from '../domain/money.ts';
import type { ModelDay } from './alert-facts.ts';

/** Models that were called today although nobody knows their price. Pure. */
export function unknownPriceAlerts(
  models: readonly ModelDay[],
  hasPrice: (provider: string, model: string) => boolean,
  period: number,
): readonly Alert[] {
  // Attempts whose process died are of unknown cost, too; that says nothing about the price.
  return models
    .filter(({ provider, model, unknown }) => unknown > 0 && !hasPrice(provider, model))
    .map(({ provider, model, unknown }) => ({
      kind: 'unknown_price',
      subject: `${provider}/${model}`,
      period,
      level: 'warning',
      message:
        `${provider}/${model} has no known price: ${unknown} ${unknown === 1 ? 'attempt' : 'attempts'} of today ` +
        'cost something that is in no sum; give its price in the configuration.',
    }));
}

/** Fewer attempts than this say nothing about a price. */
const LEAST_ATTEMPTS = 3;

/** Models whose provider charged something else today than usage × price, by more than a share of it. Pure. */
export function priceDriftAlerts(models: readonly ModelDay[], tolerance: number, period: number): readonly Alert[] {
  return models.flatMap(({ provider, model, reported: { attempts, cost, computed } }) => {
    const isOff = Math.abs(cost - computed) > Math.max(computed, 1) * tolerance;
    if (attempts < LEAST_ATTEMPTS || !isOff) return [];
    const off = computed === 0 ? 'although our price says free' : `${shareOff(cost, computed)} than our price says`;
    return [
      {
        kind: 'price_drift',
        subject: `${provider}/${model}`,
        period,
        level: 'warning',
        message:
          `${provider} reported ${formatUsd(cost)} for ${attempts} attempts at ${model} today, ${off} ` +
          `(${formatUsd(computed)}): one of the two prices is out of date.`,
      },
    ];
  });
}

function shareOff(cost: number, computed: number): string {
  const percent = Math.round((Math.abs(cost - computed) / computed) * 100);
  return `${percent} % ${cost > computed ? 'more' : 'less'}`;
}
