import type { Migration } from '../migrate.ts';

/** Conversations that callers carry on by id: the only prompts and answers that are kept without being asked to. */
export const threads: Migration = {
  name: 'threads',
  up: () => {},
};
