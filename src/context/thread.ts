import type { Attribution, Message } from '../domain/completion-request.ts';
import type { CallId } from '../domain/ids.ts';

/** Who a thread belongs to: nobody else can read it, whatever id they guess. */
export interface ThreadOwner {
  /** The key that a tenant called with; null: the owner of this machine. */
  readonly key: string | null;
  readonly project: string | null;
}

export function threadOwner({ key, project }: Attribution): ThreadOwner {
  return { key: key ?? null, project: project ?? null };
}

/** What every request of a thread must keep to, since an earlier one demanded it. */
export interface ThreadBounds {
  readonly private: boolean;
  readonly region: string | null;
}

/** One exchange: the messages of the caller, and the answer. */
export interface Turn {
  /** In the order in which the calls were completed, from 1. */
  readonly number: number;
  readonly messages: readonly Message[];
}

/** A conversation as it is kept. */
export interface Thread extends ThreadBounds {
  /** Stands for this thread as long as it is kept; never used for another one. */
  readonly seq: number;
  readonly turns: readonly Turn[];
}

/** A thread for lists. Times are epoch ms. */
export interface ThreadSummary extends ThreadBounds {
  readonly id: string;
  readonly project: string | null;
  readonly key: string | null;
  readonly simulated: boolean;
  readonly createdAt: number;
  readonly usedAt: number;
  readonly turns: number;
  /** Of the messages, as they are kept. */
  readonly bytes: number;
}

/**
 * What became of a turn that was to be kept. `forgotten`: the thread was erased while the call was on its way. `full`: it
 * has no room under the cap.
 */
export type Kept = 'kept' | 'forgotten' | 'full';

/** Conversations by id, shared by all processes on the same data. Every method throws `storage_unavailable`. */
export interface Threads {
  /** null: there is none, or it is too old. */
  read(owner: ThreadOwner, id: string): Thread | null;
  /**
   * Makes bounds hold for this thread from now on, before anything is sent under them; they only ever get tighter.
   * Returns the thread, which it begins where there is none.
   */
  bind(owner: ThreadOwner, id: string, bounds: ThreadBounds): Thread;
  /** Adds a turn at the end. `seq`: of the thread as it was read; null where there was none. */
  append(owner: ThreadOwner, id: string, seq: number | null, turn: NewTurn): Kept;
  /** Erases it; nothing of it remains in the file. False where there is none. */
  forget(owner: ThreadOwner, id: string): boolean;
  /** Of all owners, the latest used first. */
  list(): readonly ThreadSummary[];
  /** What a model made of some turns; null: nothing yet. */
  readSummary(owner: ThreadOwner, id: string, hash: string): string | null;
  /** Does nothing where the thread is not there (yet). */
  keepSummary(owner: ThreadOwner, id: string, hash: string, summary: string): void;
  /** Removes what is older than the cap. Returns how many. */
  sweep(): number;
}

export interface NewTurn extends ThreadBounds {
  readonly callId: CallId;
  readonly messages: readonly Message[];
}
