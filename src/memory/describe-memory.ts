import type { MemoryHit, MemoryKind, MemoryRow } from './memory.ts';

/** A memory as programs see it, and as a line of `memory export`. */
export interface MemoryRecord {
  readonly id: string;
  readonly key: string | null;
  readonly namespace: string;
  readonly kind: MemoryKind;
  readonly tags: readonly string[];
  readonly content: string;
  readonly source: string;
  readonly supersedes: string | null;
  readonly created_at: string;
  readonly updated_at: string;
  readonly expires_at: string | null;
  readonly version: number;
}

export function describeMemory(row: MemoryRow): MemoryRecord {
  return {
    id: row.id,
    key: row.key,
    namespace: row.namespace,
    kind: row.kind,
    tags: row.tags,
    content: row.content,
    source: row.source,
    supersedes: row.supersedes,
    created_at: row.createdAt,
    updated_at: row.updatedAt,
    expires_at: row.expiresAt,
    version: row.version,
  };
}

export function describeHit({ row, snippet, matched, score, ageSeconds }: MemoryHit) {
  return { ...describeMemory(row), snippet, matched, score, age_seconds: Math.round(ageSeconds) };
}
