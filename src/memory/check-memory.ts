import { FareboxError } from '../domain/errors.ts';
import { nearest } from '../lib/nearest.ts';
import { MEMORY_KINDS, type MemoryInput, type MemoryKind } from './memory.ts';
import { MEMORY_LIMITS } from './memory-limits.ts';

const DAY_MS = 86_400_000;
const CONTROL = /\p{Cc}/u;
const LONE_SURROGATE = /\p{Surrogate}/u;

/** What is about a memory apart from its place in time. */
export interface MemoryFacts {
  readonly namespace: string;
  readonly key: string | null;
  readonly kind: MemoryKind;
  /** Lower case, each once. */
  readonly tags: readonly string[];
  readonly content: string;
  readonly source: string;
  readonly supersedes: string | null;
}

/** The facts of an input or of a row to be imported. Throws `invalid_request` naming the field and the rule it breaks. */
export function checkFacts(
  input: Omit<MemoryInput, 'key' | 'supersedes' | 'ttlDays'> & {
    readonly key?: string | null;
    readonly supersedes?: string | null;
  },
): MemoryFacts {
  return {
    namespace: checkNamespace(input.namespace),
    key: input.key == null ? null : checkKey(input.key),
    kind: checkKind(input.kind),
    tags: checkTags(input.tags),
    content: checkContent(input.content),
    source: checkName('source', input.source, MEMORY_LIMITS.source),
    supersedes: input.supersedes == null ? null : checkId(input.supersedes, 'supersedes'),
  };
}

/** Ms until a memory ends; null for never. */
export function checkTtl(ttlDays: number | undefined): number | null {
  if (ttlDays === undefined) return null;
  if (!(ttlDays > 0 && ttlDays <= MEMORY_LIMITS.ttlDays)) {
    throw invalid(
      `ttl_days is ${ttlDays}; it must be above 0 and at most ${MEMORY_LIMITS.ttlDays}.`,
      'Leave ttl_days out for a memory that does not expire.',
    );
  }
  return Math.max(1, Math.round(ttlDays * DAY_MS));
}

export function checkNamespace(namespace: string): string {
  checkName('namespace', namespace, MEMORY_LIMITS.namespace);
  if (!/^[\p{L}\p{N}][\p{L}\p{M}\p{N}._:/@-]*$/u.test(namespace)) {
    throw invalid(
      `The namespace ${quote(namespace)} has characters that a namespace cannot have.`,
      'Begin it with a letter or digit and use letters, digits and . _ : / @ - only.',
    );
  }
  return namespace;
}

export function checkKey(key: string): string {
  return checkName('key', key, MEMORY_LIMITS.key);
}

/** Lower case, each once. */
export function checkTags(tags: readonly string[]): string[] {
  if (!Array.isArray(tags)) throw invalid('The tags are not a list.', 'Give the tags as a list of strings.');
  if (tags.length > MEMORY_LIMITS.tags) {
    throw invalid(`There are ${tags.length} tags; at most ${MEMORY_LIMITS.tags} are possible.`, 'Use fewer tags.');
  }
  return [...new Set(tags.map((tag) => checkName('tag', tag, MEMORY_LIMITS.tag).toLowerCase()))];
}

export function checkKind(kind: string): MemoryKind {
  const known = MEMORY_KINDS.find((name) => name === kind);
  if (known) return known;
  const meant = nearest(String(kind), MEMORY_KINDS);
  throw invalid(
    `There is no kind of memory called ${quote(kind)}.`,
    meant ? `Did you mean "${meant}"?` : `Use one of ${MEMORY_KINDS.join(', ')}.`,
  );
}

export function checkId(id: string, field = 'ids'): string {
  if (typeof id === 'string' && id.length <= MEMORY_LIMITS.id && /^[A-Za-z0-9_-]+$/.test(id)) return id;
  throw invalid(
    `${field} has ${quote(id)}, which is not the id of a memory.`,
    'Use an id that memory_store or memory_search returned, such as "mem_…".',
  );
}

function checkContent(content: string): string {
  if (typeof content !== 'string') throw invalid('The content is not a text.', 'Give the content as a string.');
  if (content.trim() === '') throw invalid('The content is empty.', 'Say what is to be remembered.');
  const bytes = Buffer.byteLength(content);
  if (bytes > MEMORY_LIMITS.contentBytes) {
    throw invalid(
      `The content has ${bytes} bytes; a memory holds at most ${MEMORY_LIMITS.contentBytes}.`,
      'Store a summary, or several memories.',
    );
  }
  if (LONE_SURROGATE.test(content)) {
    throw invalid('The content is not valid Unicode (half of a surrogate pair).', 'Send it as valid UTF-8.');
  }
  return content;
}

/** A short text on one line without spaces around it. */
function checkName(field: string, name: string, maxLength: number): string {
  if (typeof name !== 'string') throw invalid(`The ${field} is not a text.`, `Give the ${field} as a string.`);
  if (name.length === 0) throw invalid(`The ${field} is empty.`, `Give a ${field} of 1 to ${maxLength} characters.`);
  if (name.length > maxLength) {
    throw invalid(`The ${field} has ${name.length} characters; at most ${maxLength} are possible.`, 'Shorten it.');
  }
  if (CONTROL.test(name) || LONE_SURROGATE.test(name) || name.trim() !== name) {
    throw invalid(
      `The ${field} ${quote(name)} has control characters, invalid Unicode or spaces around it.`,
      'Remove them.',
    );
  }
  return name;
}

export function invalid(message: string, remedy: string): FareboxError {
  return new FareboxError('invalid_request', message, { remedy });
}

/** For messages: JSON escapes what would break a line, and nobody wants a kilobyte of it. */
function quote(text: unknown): string {
  return JSON.stringify(String(text).slice(0, 80));
}
