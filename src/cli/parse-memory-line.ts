import { FareboxError } from '../domain/errors.ts';
import type { MemoryId } from '../domain/ids.ts';
import { MEMORY_KINDS, type MemoryRow } from '../memory/memory.ts';

/**
 * A line of an export as a row; fields that `memory export` always writes may not be missing, except those that can be
 * empty. Throws `invalid_request` naming the line.
 */
export function parseMemoryLine(line: string, number: number): MemoryRow {
  const record = parseObject(line, number);
  const wrong = (field: string, demand: string) =>
    new FareboxError('invalid_request', `Line ${number}: "${field}" ${demand}.`, {
      remedy: 'Each line is one JSON object as farebox memory export writes it; nothing was imported.',
    });
  const textField = (field: string): string => {
    const value = record[field];
    if (typeof value !== 'string' || value === '') throw wrong(field, 'must be a text');
    return value;
  };
  const optionalText = (field: string): string | null =>
    record[field] === undefined || record[field] === null ? null : textField(field);
  const time = (value: string, field: string): string => {
    if (Number.isNaN(Date.parse(value))) throw wrong(field, 'must be an ISO time');
    return value;
  };
  const kind = MEMORY_KINDS.find((known) => known === (record['kind'] ?? 'note'));
  if (kind === undefined) throw wrong('kind', `must be one of ${MEMORY_KINDS.join(', ')}`);
  const tags = record['tags'] ?? [];
  if (!Array.isArray(tags) || tags.some((tag) => typeof tag !== 'string'))
    throw wrong('tags', 'must be a list of texts');
  const version = record['version'] ?? 1;
  if (typeof version !== 'number' || !Number.isSafeInteger(version) || version < 1) {
    throw wrong('version', 'must be a whole number from 1');
  }
  const createdAt = time(textField('created_at'), 'created_at');
  const expiresAt = optionalText('expires_at');
  return {
    id: textField('id') as MemoryId,
    key: optionalText('key'),
    namespace: textField('namespace'),
    kind,
    tags: tags as readonly string[],
    content: textField('content'),
    source: optionalText('source') ?? 'import',
    supersedes: optionalText('supersedes'),
    createdAt,
    updatedAt: time(optionalText('updated_at') ?? createdAt, 'updated_at'),
    expiresAt: expiresAt === null ? null : time(expiresAt, 'expires_at'),
    version,
  };
}

function parseObject(line: string, number: number): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (cause) {
    throw new FareboxError('invalid_request', `Line ${number} is not JSON.`, {
      cause,
      remedy: 'Each line is one JSON object as farebox memory export writes it; nothing was imported.',
    });
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new FareboxError('invalid_request', `Line ${number} is not a JSON object.`, {
    remedy: 'Each line is one JSON object as farebox memory export writes it; nothing was imported.',
  });
}
