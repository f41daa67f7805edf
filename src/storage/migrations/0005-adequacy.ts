import type { Migration } from '../migrate.ts';

/** How often answers of a model to a type of task passed the checks of callers. */
export const adequacy: Migration = {
  name: 'adequacy',
  up: () => {},
};
