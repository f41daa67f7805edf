/**
 * What a roll-up adds up, of attempts and of calls. Money is nano-dollars. An attempt counts in the hour and on the day
 * in which its call began, under its own provider and model; a call under those of its last attempt.
 */
export const ATTEMPT_SUMS = [
  'attempts',
  /** Failed or aborted. */
  'failed',
  /** Answered from the cache. */
  'cached',
  /** Whose cost is unknown: not in `cost`. */
  'unknown',
  'estimated',
  /** Tokens that a provider has processed. */
  'input',
  'cached_input',
  'output',
  'cost',
  /** What budgets were charged: the cost, or the whole hold where that is unknown. */
  'charged',
  /** Attempts whose provider told its own cost, that cost, and what usage × price says of the same attempts. */
  'reported',
  'reported_cost',
  'reported_computed',
] as const;

export const CALL_SUMS = [
  'calls',
  /** Calls whose saving is known, their baseline and their own cost. */
  'compared',
  'baseline_cost',
  'compared_cost',
  /** Calls that can be priced again on another baseline: answered, of known cost and usage; with the answer's tokens. */
  'repriceable',
  'repriceable_input',
  'repriceable_output',
  'repriceable_cost',
] as const;

export const SUMS = [...ATTEMPT_SUMS, ...CALL_SUMS] as const;

export type AttemptSum = (typeof ATTEMPT_SUMS)[number];
export type CallSum = (typeof CALL_SUMS)[number];
export type Sum = AttemptSum | CallSum;

/** What a group of a report is made of; the columns of `report_groups` and of the views of facts. */
export const DIMENSIONS = [
  'purpose',
  'provider',
  'model',
  'task',
  'role',
  'project',
  'client',
  'key',
  /** JSON list; a report by tag counts a call with several tags in each. */
  'tags',
  'baseline_model',
] as const;
export type Dimension = (typeof DIMENSIONS)[number];

/** Months since January 1970 (UTC), of a day since the epoch. */
export function monthOfDay(day: number): number {
  const date = new Date(day * DAY_MS);
  return (date.getUTCFullYear() - 1970) * 12 + date.getUTCMonth();
}

/** The first day, since the epoch, of a month since January 1970. */
export function firstDayOfMonth(month: number): number {
  return Date.UTC(1970, month, 1) / DAY_MS;
}

export const HOUR_MS = 3_600_000;
export const DAY_MS = 86_400_000;
