import { checkId, checkKey, checkKind, checkNamespace, checkTags, invalid } from './check-memory.ts';
import type { MemoryKind, MemoryQuery, MemoryTarget } from './memory.ts';
import { MEMORY_LIMITS } from './memory-limits.ts';
import { parseTime } from './parse-time.ts';
import { searchWords } from './search-words.ts';

export interface MemoryFilter {
  /** Empty: any. */
  readonly namespaces: readonly string[];
  readonly kinds: readonly MemoryKind[];
  /** All of them. */
  readonly tags: readonly string[];
  /** Epoch ms; null for now. */
  readonly asOf: number | null;
}

export type CheckedQuery = { readonly filter: MemoryFilter; readonly limit: number } & (
  | { readonly mode: 'keyword'; readonly words: readonly string[] }
  | { readonly mode: 'ids'; readonly ids: readonly string[] }
  | { readonly mode: 'recent' }
);

/** What is asked for. A blank query is none. Throws `invalid_request`. */
export function checkQuery(query: MemoryQuery): CheckedQuery {
  const { limit } = query;
  if (!Number.isInteger(limit) || limit < 1 || limit > MEMORY_LIMITS.rows) {
    throw invalid(`The limit is ${limit}.`, `Give a whole number from 1 to ${MEMORY_LIMITS.rows}.`);
  }
  const base = { filter: checkFilter(query), limit };
  const text = checkText(query.query);
  if (text !== '' && query.ids?.length) throw invalid('Both a query and ids were given.', 'Give one of the two.');
  if (text !== '') return { ...base, mode: 'keyword', words: searchWords(text) };
  if (query.ids) return { ...base, mode: 'ids', ids: checkIds(query.ids, MEMORY_LIMITS.rows) };
  return { ...base, mode: 'recent' };
}

export type CheckedTarget =
  | { readonly by: 'ids'; readonly ids: readonly string[]; readonly namespace: string | null }
  | { readonly by: 'key'; readonly key: string; readonly namespace: string }
  | { readonly by: 'namespace'; readonly namespace: string };

/** Which memories are to be forgotten. Never guesses: an empty list of ids is an error, not a whole namespace. */
export function checkTarget(target: MemoryTarget): CheckedTarget {
  const namespace = target.namespace === undefined ? null : checkNamespace(target.namespace);
  if (target.ids !== undefined && target.key !== undefined) {
    throw invalid('Both ids and a key were given.', 'Forget one of the two at a time.');
  }
  if (target.ids !== undefined) {
    if (target.ids.length === 0) throw invalid('The list of ids is empty.', 'Name at least one id.');
    return { by: 'ids', ids: checkIds(target.ids, MEMORY_LIMITS.forgottenIds), namespace };
  }
  if (target.key !== undefined) {
    if (namespace === null) throw invalid('A key was given without its namespace.', 'Name the namespace too.');
    return { by: 'key', key: checkKey(target.key), namespace };
  }
  if (namespace === null) throw invalid('Nothing to forget was named.', 'Give ids, a key, or a namespace.');
  return { by: 'namespace', namespace };
}

export function checkNamespaces(namespaces: readonly string[] = []): readonly string[] {
  return checkCount('namespaces', namespaces).map(checkNamespace);
}

function checkFilter(query: MemoryQuery): MemoryFilter {
  return {
    namespaces: checkNamespaces(query.namespaces),
    kinds: checkCount('kinds', query.kinds ?? []).map(checkKind),
    tags: checkTags(query.tags ?? []),
    asOf: query.asOf === undefined ? null : parseTime(query.asOf, 'as_of'),
  };
}

function checkText(text = ''): string {
  if (text.length > MEMORY_LIMITS.query) {
    throw invalid(
      `The query has ${text.length} characters; at most ${MEMORY_LIMITS.query} are possible.`,
      'Search for the few words that matter.',
    );
  }
  return text.trim();
}

function checkIds(ids: readonly string[], most: number): string[] {
  if (ids.length > most) {
    throw invalid(`There are ${ids.length} ids; at most ${most} at a time are possible.`, 'Ask in parts.');
  }
  return [...new Set(ids.map((id) => checkId(id)))];
}

function checkCount<T>(field: string, values: readonly T[]): readonly T[] {
  if (values.length <= MEMORY_LIMITS.filter) return values;
  throw invalid(`There are ${values.length} ${field}; at most ${MEMORY_LIMITS.filter} are possible.`, 'Use fewer.');
}
