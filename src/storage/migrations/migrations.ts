import type { Migration } from '../migrate.ts';
import { ledger } from './0001-ledger.ts';
import { memory } from './0002-memory.ts';
import { bodies } from './0003-bodies.ts';
import { limits } from './0004-limits.ts';

/** Every step of the schema, in order. Steps are only ever added at the end; a released one is never changed. */
export const MIGRATIONS: readonly Migration[] = [ledger, memory, bodies, limits];
