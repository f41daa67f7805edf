import type { Migration } from '../migrate.ts';

/** Shares of traffic that move to farebox step by step. */
export const rollouts: Migration = {
  name: 'rollouts',
  up: () => {},
};
