/**
 * The words that rows of the ledger hold as small numbers: the index of a word here. Words are only ever added at the
 * end; the views of the schema translate them back.
 */
export const CALL_STATUSES = ['complete', 'incomplete', 'failed', 'refused', 'cancelled'] as const;
export const COST_SOURCES = ['provider', 'computed', 'estimated', 'unknown'] as const;
export const CACHE_RESULTS = ['hit', 'shared', 'miss', 'off'] as const;
export const ATTEMPT_RESULTS = ['answered', 'cached', 'incomplete', 'failed', 'cancelled', 'aborted'] as const;

/** The code of an answer from the cache. */
export const CACHED = ATTEMPT_RESULTS.indexOf('cached');

/** An attempt's row is found at its call's number × this + its own number, so that it needs neither columns nor an index. */
export const ATTEMPTS_PER_CALL = 1024;

/** The number of a word; −1 for one that is not in the list, which the database then refuses. */
export function codeOf<Word extends string>(words: readonly Word[], word: Word): number {
  return words.indexOf(word);
}

/** The name by which a call is marked whose process died. */
export const ABORTED = 1;
