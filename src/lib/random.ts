import { randomBytes } from 'node:crypto';

/** The only source of randomness in farebox; tests hand in their own. */
export interface Random {
  /** A float in [0, 1). */
  next(): number;
  bytes(count: number): Uint8Array;
}

export const systemRandom: Random = {
  next: () => Math.random(),
  bytes: (count) => randomBytes(count),
};

const CROCKFORD = '0123456789abcdefghjkmnpqrstvwxyz';

/**
 * A new sortable id such as `call_01hq…`: 48 bits of time and 80 random bits in Crockford's base 32 (the layout of
 * ULID, in lower case), so that ids of one process or of many sort by time and never meet.
 */
export function newId(prefix: string, now: number, random: Random): string {
  let tail = '';
  for (const byte of random.bytes(16)) tail += CROCKFORD[byte % 32];
  return idsFrom(prefix, now) + tail;
}

/** Sorts before every id that `newId` makes at this time (epoch ms) or later, and after those of earlier times. */
export function idsFrom(prefix: string, time: number): string {
  let digits = '';
  for (let rest = time, i = 0; i < 10; i++) {
    digits = CROCKFORD[rest % 32] + digits;
    rest = Math.floor(rest / 32);
  }
  return `${prefix}_${digits}`;
}
