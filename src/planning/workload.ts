import { FareboxError } from '../domain/errors.ts';
import { DAYS_PER_MONTH } from './amounts.ts';

/** What is sent and received in a month. Whole numbers. */
export interface Workload {
  readonly name: string;
  /** Tokens a month. */
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** Requests a month, where they are known: what prices by request, by GPU second or with daily quotas need. */
  readonly requests: number | null;
}

/** Quadrillions of tokens are a typing error, and keep the sums within whole numbers that are exact. */
const MOST_TOKENS = 1e15;

/** A workload of so many tokens a month. Throws `invalid_request` for what is not a whole number from 0 to 10^15. */
export function monthlyWorkload(name: string, inputTokens: number, outputTokens: number): Workload {
  checkTokens('input tokens', inputTokens);
  checkTokens('output tokens', outputTokens);
  if (inputTokens + outputTokens === 0) {
    throw new FareboxError('invalid_request', 'The workload has no tokens.', {
      remedy: 'Give input or output tokens.',
    });
  }
  return { name, inputTokens, outputTokens, requests: null };
}

/** A workload of so many requests a day, each with so many tokens, over a month of 30 days. Throws `invalid_request`. */
export function requestWorkload(
  name: string,
  perDay: number,
  each: { readonly inputTokens: number; readonly outputTokens: number },
): Workload {
  checkTokens('requests a day', perDay);
  if (perDay === 0) throw new FareboxError('invalid_request', 'The workload has no requests.');
  const requests = perDay * DAYS_PER_MONTH;
  const workload = monthlyWorkload(name, each.inputTokens * requests, each.outputTokens * requests);
  return { ...workload, requests };
}

function checkTokens(what: string, value: number): void {
  if (Number.isSafeInteger(value) && value >= 0 && value <= MOST_TOKENS) return;
  throw new FareboxError('invalid_request', `${value} ${what} cannot be planned with.`, {
    remedy: 'Give a whole number from 0 to a quadrillion, for example 10M.',
  });
}

/** The workloads that the design documents plan with, all five tokens in to one out. */
export const WORKLOADS: readonly Workload[] = [
  monthlyWorkload('unit_1M_0.2M', 1_000_000, 200_000),
  monthlyWorkload('dev_0.5M_0.1M', 500_000, 100_000),
  monthlyWorkload('small_5M_1M', 5_000_000, 1_000_000),
  monthlyWorkload('small_10M_2M', 10_000_000, 2_000_000),
  monthlyWorkload('startup_15M_3M', 15_000_000, 3_000_000),
  monthlyWorkload('medium_50M_10M', 50_000_000, 10_000_000),
  monthlyWorkload('smallbiz_75M_15M', 75_000_000, 15_000_000),
  monthlyWorkload('enterprise_500M_100M', 500_000_000, 100_000_000),
];
