import type { Clock } from '../lib/clock.ts';
import { newId, type Random } from '../lib/random.ts';

const MINTED = /^([A-Za-z0-9_-]{1,40})\.session_[0-9a-z]{26}$/;

/**
 * The session id of a legacy client over HTTP. Nothing is stored for it: it is a handle that carries the client's name
 * and lets a later `notifications/cancelled`, which comes as a request of its own, find the call that it means.
 */
export function mintSession(client: string | undefined, clock: Clock, random: Random): string {
  const name = (client ?? '').replace(/[^A-Za-z0-9_-]/g, '-').slice(0, 40) || 'client';
  return `${name}.${newId('session', clock.now(), random)}`;
}

/** A session id that we minted, so that nobody makes budgets by session grow without bounds; undefined for anything else. */
export function ownSession(sessionId: string | null): string | undefined {
  return sessionId !== null && MINTED.test(sessionId) ? sessionId : undefined;
}

/** The client's name in a session id of ours; undefined for anything else. */
export function clientOfSession(sessionId: string | null): string | undefined {
  const name = sessionId?.match(MINTED)?.[1];
  return name === 'client' ? undefined : name;
}
