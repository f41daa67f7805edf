import type { Migration } from '../migrate.ts';
import { ledger } from './0001-ledger.ts';
import { memory } from './0002-memory.ts';
import { bodies } from './0003-bodies.ts';
import { limits } from './0004-limits.ts';
import { adequacy } from './0005-adequacy.ts';
import { threads } from './0006-threads.ts';
import { effects } from './0007-effects.ts';
import { prices } from './0008-prices.ts';
import { rollouts } from './0009-rollouts.ts';
import { alerts } from './0010-alerts.ts';

/** Every step of the schema, in order. Steps are only ever added at the end; a released one is never changed. */
export const MIGRATIONS: readonly Migration[] = [
  ledger,
  memory,
  bodies,
  limits,
  adequacy,
  threads,
  effects,
  prices,
  rollouts,
  alerts,
];
