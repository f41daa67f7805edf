import type { Migration } from '../migrate.ts';

/** Prices as they were found, with the day from which they hold. */
export const prices: Migration = {
  name: 'prices',
  up: () => {},
};
