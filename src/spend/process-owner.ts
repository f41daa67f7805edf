import { hostname } from 'node:os';
import type { SqliteConnection } from '../storage/database.ts';

/** A process, told apart from any other, also from an earlier one with the same pid. */
export interface Owner {
  readonly host: string;
  readonly pid: number;
  /** When it began, in epoch ms with fractions. The same for all that runs in it. */
  readonly startedAt: number;
}

export interface SeenOwner extends Owner {
  /** Epoch ms. */
  readonly seenAt: number;
}

const HEARTBEAT_MS = 60_000;
/** Longer than any call may take, since a process writes nothing while it waits for an answer. */
const SAME_HOST_SILENCE_MS = 60 * 60_000;
const OTHER_HOST_SILENCE_MS = 10 * 60_000;

/** This process. */
export function processOwner(): Owner {
  return { host: hostname(), pid: process.pid, startedAt: performance.timeOrigin };
}

/**
 * Whether a process is gone. On this host its pid tells, unless another process has it by now; that, and a process on
 * another host, is judged by its silence. The verdict may err for a process that slept long: what it settles later is
 * booked all the same.
 */
export function isGone(owner: SeenOwner, self: Owner, now: number, isAlive = pidIsAlive): boolean {
  const silence = now - owner.seenAt;
  if (owner.host !== self.host) return silence > OTHER_HOST_SILENCE_MS;
  if (owner.pid === self.pid) return owner.startedAt !== self.startedAt;
  return !isAlive(owner.pid) || silence > SAME_HOST_SILENCE_MS;
}

function pidIsAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // EPERM: it lives, and belongs to another user.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/**
 * Writes that a process lives, at most once a minute, and returns the id of its row. Call it before each write, outside
 * of its transaction.
 */
export function createHeartbeat(sqlite: SqliteConnection, owner: Owner): (now: number) => number {
  const insert = sqlite.prepare<[number | null, string, number, number, number], number>(
    `INSERT INTO owners (id, host, pid, started_at, seen_at) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT (host, pid, started_at) DO UPDATE SET seen_at = excluded.seen_at RETURNING id`,
  );
  insert.pluck();
  let row: { readonly id: number; readonly beatAt: number } | undefined;
  return (now) => {
    if (row && Math.abs(now - row.beatAt) < HEARTBEAT_MS) return row.id;
    // The id is kept, should another process have taken this one for dead and removed its row.
    const id = Number(insert.get(row?.id ?? null, owner.host, owner.pid, owner.startedAt, now));
    row = { id, beatAt: now };
    return id;
  };
}
