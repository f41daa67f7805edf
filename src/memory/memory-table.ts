import { createHash } from 'node:crypto';
import type { MemoryId } from '../domain/ids.ts';
import type { Database } from '../storage/database.ts';
import type { MemoryFacts } from './check-memory.ts';
import { COLUMNS, LIVE, type StoredMemory } from './memory-rows.ts';
import { segmentsOf } from './unsegmented-script.ts';

/** Where a version of a memory stands in time; epoch ms. */
export interface MemoryPlace {
  readonly id: MemoryId;
  readonly version: number;
  readonly createdAt: number;
  readonly validFrom: number;
  readonly expiresAt: number | null;
}

/** The statements that writers of memories share. To be used inside a transaction. */
export interface MemoryTable {
  insert(facts: MemoryFacts, place: MemoryPlace): void;
  /** The highest version of an id, live or not. */
  latest(id: string): StoredMemory | undefined;
  /** The highest version that a key has here, live or not, perhaps of several ids. */
  latestOfKey(namespace: string, key: string): StoredMemory | undefined;
  /** A live memory of the namespace with this content; with a key: of that key. */
  sameContent(facts: MemoryFacts, now: number): StoredMemory | undefined;
  /** Ends a version at a time, or at its expiry if that was earlier. */
  end(stored: StoredMemory, at: number): void;
  /** Changes tags and expiry in place, without a new version. */
  refresh(stored: StoredMemory, tags: readonly string[], expiresAt: number | null): void;
  /** Removes the versions of a key up to and including one. */
  dropVersions(namespace: string, key: string, upTo: number): void;
}

export function createMemoryTable({ sqlite }: Database): MemoryTable {
  const insert = sqlite.prepare(
    `INSERT INTO memories (id, namespace, key, version, kind, created_at, valid_from, expires_at, source, supersedes,
       content_hash, tags, content, segments)
     VALUES (:id, :namespace, :key, :version, :kind, :createdAt, :validFrom, :expiresAt, :source, :supersedes,
       :hash, :tags, :content, :segments)`,
  );
  const latest = sqlite.prepare<[string], StoredMemory>(
    `SELECT ${COLUMNS} FROM memories WHERE id = ? ORDER BY version DESC LIMIT 1`,
  );
  const latestOfKey = sqlite.prepare<[string, string], StoredMemory>(
    `SELECT ${COLUMNS} FROM memories WHERE namespace = ? AND key = ? ORDER BY version DESC LIMIT 1`,
  );
  const sameContent = sqlite.prepare<[Record<string, unknown>], StoredMemory>(
    `SELECT ${COLUMNS} FROM memories
     WHERE namespace = :namespace AND content_hash = :hash AND ${LIVE} AND (:key IS NULL OR key = :key)
     ORDER BY seq LIMIT 1`,
  );
  const end = sqlite.prepare(
    'UPDATE memories SET valid_to = max(valid_from, min(?, ifnull(expires_at, ?))) WHERE seq = ?',
  );
  const refresh = sqlite.prepare('UPDATE memories SET tags = ?, expires_at = ? WHERE seq = ?');
  const refreshExpiry = sqlite.prepare('UPDATE memories SET expires_at = ? WHERE seq = ?');
  const dropVersions = sqlite.prepare('DELETE FROM memories WHERE namespace = ? AND key = ? AND version <= ?');

  return {
    insert: (facts, place) => {
      const tags = JSON.stringify(facts.tags);
      insert.run({ ...facts, ...place, tags, hash: hashOf(facts.content), segments: segmentsOfFacts(facts) });
    },
    latest: (id) => latest.get(id),
    latestOfKey: (namespace, key) => latestOfKey.get(namespace, key),
    sameContent: ({ namespace, key, content }, now) => sameContent.get({ namespace, key, hash: hashOf(content), now }),
    end: (stored, at) => void end.run(at, at, stored.seq),
    refresh: (stored, tags, expiresAt) => {
      const json = JSON.stringify(tags);
      // Writing tags rewrites the row's words in the index; a longer life does not.
      if (json !== stored.tags) refresh.run(json, expiresAt, stored.seq);
      else if (expiresAt !== stored.expires_at) refreshExpiry.run(expiresAt, stored.seq);
    },
    dropVersions: (namespace, key, upTo) => {
      if (upTo > 0) dropVersions.run(namespace, key, upTo);
    },
  };
}

function segmentsOfFacts({ key, tags, content }: MemoryFacts): string {
  return segmentsOf([content, key ?? '', ...tags].join('\n'));
}

function hashOf(content: string): Buffer {
  return createHash('sha256').update(content).digest();
}
