import type { MemoryId } from '../domain/ids.ts';

export const MEMORY_KINDS = ['fact', 'decision', 'preference', 'procedure', 'result', 'note'] as const;
export type MemoryKind = (typeof MEMORY_KINDS)[number];

export interface MemoryInput {
  readonly content: string;
  readonly key?: string;
  readonly namespace: string;
  readonly kind: MemoryKind;
  readonly tags: readonly string[];
  readonly ttlDays?: number;
  /** Id of a memory that this one replaces. */
  readonly supersedes?: string;
  /** Where it came from: client or surface, never a secret. */
  readonly source: string;
}

export interface MemoryRow {
  readonly id: MemoryId;
  readonly key: string | null;
  readonly namespace: string;
  readonly kind: MemoryKind;
  readonly tags: readonly string[];
  readonly content: string;
  readonly source: string;
  /** Id of the memory that this one replaced. */
  readonly supersedes: string | null;
  /** ISO times. `createdAt`: of the memory; `updatedAt`: of this version of it. */
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly expiresAt: string | null;
  /** 1, 2 … of a key. */
  readonly version: number;
}

export interface MemoryHit {
  readonly row: MemoryRow;
  /** The part that matched, with matches between « and ». */
  readonly snippet: string;
  readonly matched: readonly string[];
  /** Higher is better; only comparable within one answer. */
  readonly score: number;
  readonly ageSeconds: number;
}

export interface MemoryQuery {
  readonly query?: string;
  readonly ids?: readonly string[];
  readonly namespaces?: readonly string[];
  readonly kinds?: readonly MemoryKind[];
  readonly tags?: readonly string[];
  /** ISO time: what was known then. */
  readonly asOf?: string;
  readonly limit: number;
}

export interface MemorySearchResult {
  /** Only keyword search exists so far. */
  readonly mode: 'keyword' | 'ids' | 'recent';
  readonly hits: readonly MemoryHit[];
  /** Words of the query that were searched for, after stop words. */
  readonly words: readonly string[];
}

export interface MemoryTarget {
  readonly ids?: readonly string[];
  readonly key?: string;
  readonly namespace?: string;
  /** Remove rows and history instead of hiding them. */
  readonly hard: boolean;
}

/** What agents remember together. Synchronous: SQLite in this process. */
export interface Memory {
  /**
   * Storing a live key again makes a new version with the same id. The same content again (in the namespace, and under
   * the key where one is given) is a `duplicate`: it adds its tags and lasts as long as the longer-lived of the two.
   * Throws `invalid_request`, or `not_found` where `supersedes` names nothing that was ever stored.
   */
  store(input: MemoryInput): {
    readonly id: MemoryId;
    readonly status: 'created' | 'updated' | 'duplicate';
    readonly version: number;
  };
  /**
   * By words, by ids (whole rows in the order asked for, whatever the limit), or the newest where neither is given.
   * Throws `invalid_request`.
   */
  search(query: MemoryQuery): MemorySearchResult;
  /** Returns how many memories were forgotten. Throws `invalid_request` where no target is named. */
  forget(target: MemoryTarget): number;
  /** Every live row of the namespaces (all where none is named), oldest first, for export. */
  export(namespaces?: readonly string[]): Iterable<MemoryRow>;
  /**
   * Adds rows of an export as they are: ids, times and versions stay. What is here already (same id, live key or
   * content) and what has expired is skipped, so that importing twice does no harm. Throws `invalid_request` at a row
   * that breaks a rule; rows before it may have been added.
   */
  import(rows: Iterable<MemoryRow>): { readonly added: number; readonly skipped: number };
  /**
   * Removes what has expired and history that is too old, for a bounded time; call it again while it returns more than
   * 0 to get all. Returns how many rows.
   */
  sweep(): number;
}
