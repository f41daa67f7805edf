/** What one memory may be. Lengths are in characters, except for the content. */
export const MEMORY_LIMITS = {
  /** UTF-8. */
  contentBytes: 65_536,
  namespace: 128,
  key: 256,
  tag: 64,
  tags: 32,
  source: 128,
  id: 64,
  query: 10_000,
  /** Rows of one answer, ids of one search. */
  rows: 100,
  forgottenIds: 1000,
  /** Names in one filter. */
  filter: 100,
  ttlDays: 36_500,
} as const;
