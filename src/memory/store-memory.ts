import { FareboxError } from '../domain/errors.ts';
import type { MemoryId } from '../domain/ids.ts';
import { newId, type Random } from '../lib/random.ts';
import type { MemoryFacts } from './check-memory.ts';
import type { Memory } from './memory.ts';
import { MEMORY_LIMITS } from './memory-limits.ts';
import { isLive, type StoredMemory, tagsOf } from './memory-rows.ts';
import type { MemoryTable } from './memory-table.ts';

export interface StoreContext {
  readonly table: MemoryTable;
  readonly random: Random;
  /** Epoch ms. */
  readonly now: number;
  /** Versions of a key that are kept, the newest included. */
  readonly maxVersions: number;
}

/** Stores one memory. Must run inside a write transaction: what it reads decides what it writes. */
export function storeMemory(
  facts: MemoryFacts,
  ttlMs: number | null,
  context: StoreContext,
): ReturnType<Memory['store']> {
  const { table, now } = context;
  const superseded = findSuperseded(facts.supersedes, context);
  const named = { ...facts, key: facts.key ?? inheritedKey(facts, superseded) };
  const expiresAt = ttlMs === null ? null : now + ttlMs;
  const same = table.sameContent(named, now);
  if (same) {
    table.refresh(same, union(tagsOf(same), facts.tags), later(same.expires_at, expiresAt));
    if (superseded && superseded.id !== same.id) table.end(superseded, now);
    return { id: same.id, status: 'duplicate', version: same.version };
  }
  return insertVersion(named, expiresAt, superseded, context);
}

function insertVersion(
  facts: MemoryFacts,
  expiresAt: number | null,
  superseded: StoredMemory | undefined,
  { table, random, now, maxVersions }: StoreContext,
): ReturnType<Memory['store']> {
  const last = facts.key === null ? superseded : table.latestOfKey(facts.namespace, facts.key);
  const updated = facts.key !== null && last && isLive(last, now) ? last : undefined;
  // A clock that was set back must not make a version begin before the one that it replaces.
  const validFrom = Math.max(now, updated?.valid_from ?? 0);
  if (last?.valid_to === null) table.end(last, validFrom);
  if (superseded && superseded.id !== last?.id) table.end(superseded, validFrom);
  const id: MemoryId = updated?.id ?? (newId('mem', now, random) as MemoryId);
  const version = 1 + (last?.version ?? 0);
  const supersedes = facts.supersedes === id ? null : facts.supersedes;
  table.insert({ ...facts, supersedes }, { id, version, createdAt: updated?.created_at ?? now, validFrom, expiresAt });
  if (facts.key !== null) table.dropVersions(facts.namespace, facts.key, version - maxVersions);
  return { id, status: updated || superseded ? 'updated' : 'created', version };
}

/** The live memory that is to be replaced. One that is no longer live is nothing to replace, but no error either. */
function findSuperseded(id: string | null, { table, now }: StoreContext): StoredMemory | undefined {
  if (id === null) return undefined;
  const stored = table.latest(id);
  if (!stored) {
    throw new FareboxError('not_found', `There is no memory ${id} to supersede.`, {
      remedy: 'Use an id that memory_search returned, or leave supersedes out.',
    });
  }
  return isLive(stored, now) ? stored : undefined;
}

/** What replaces a keyed memory without naming a key is the next version of that key; else the key would be lost. */
function inheritedKey(facts: MemoryFacts, superseded: StoredMemory | undefined): string | null {
  return superseded?.namespace === facts.namespace ? superseded.key : null;
}

function union(tags: readonly string[], more: readonly string[]): string[] {
  return [...new Set([...tags, ...more])].slice(0, MEMORY_LIMITS.tags);
}

/** null is never, the latest of all. */
function later(a: number | null, b: number | null): number | null {
  return a === null || b === null ? null : Math.max(a, b);
}
