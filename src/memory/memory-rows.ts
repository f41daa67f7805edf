import type { MemoryId } from '../domain/ids.ts';
import { isoTime } from '../lib/clock.ts';
import type { MemoryKind, MemoryRow } from './memory.ts';

/** A row of the table `memories` as SQLite gives it: times in epoch ms, tags as JSON. */
export interface StoredMemory {
  readonly seq: number;
  readonly id: MemoryId;
  readonly namespace: string;
  readonly key: string | null;
  readonly version: number;
  readonly kind: MemoryKind;
  readonly created_at: number;
  readonly valid_from: number;
  readonly valid_to: number | null;
  readonly expires_at: number | null;
  readonly source: string;
  readonly supersedes: string | null;
  readonly tags: string;
  readonly content: string;
}

export const COLUMNS = [
  'seq, id, namespace, key, version, kind, created_at, valid_from, valid_to, expires_at',
  'source, supersedes, tags, content',
].join(', ');

/** Live: neither replaced nor forgotten, and not expired at `:now`. */
export const LIVE = '(valid_to IS NULL AND (expires_at IS NULL OR expires_at > :now))';

/** Live at `:now`, a time in the past. */
export const LIVE_THEN =
  '(valid_from <= :now AND (valid_to IS NULL OR valid_to > :now) AND (expires_at IS NULL OR expires_at > :now))';

export function toMemoryRow(stored: StoredMemory): MemoryRow {
  return {
    id: stored.id,
    key: stored.key,
    namespace: stored.namespace,
    kind: stored.kind,
    tags: tagsOf(stored),
    content: stored.content,
    source: stored.source,
    supersedes: stored.supersedes,
    createdAt: isoTime(stored.created_at),
    updatedAt: isoTime(stored.valid_from),
    expiresAt: stored.expires_at === null ? null : isoTime(stored.expires_at),
    version: stored.version,
  };
}

export function tagsOf(stored: StoredMemory): readonly string[] {
  return JSON.parse(stored.tags) as string[];
}

/** Neither replaced nor forgotten, nor expired at `now` (epoch ms). */
export function isLive(stored: StoredMemory, now: number): boolean {
  return stored.valid_to === null && (stored.expires_at === null || stored.expires_at > now);
}
