import type { Migration } from '../migrate.ts';

/** What each optimisation did for a call, and its sums by day. */
export const effects: Migration = {
  name: 'effects',
  up: () => {},
};
