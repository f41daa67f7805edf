import { isRecord } from '../../../lib/json-value.ts';
import { type AnySchema, noteOf, shortJson } from './schema-words.ts';

const LARGER: ReadonlySet<string> = new Set(['minimum', 'exclusiveMinimum', 'minItems', 'minLength', 'minProperties']);
const SMALLER: ReadonlySet<string> = new Set(['maximum', 'exclusiveMaximum', 'maxItems', 'maxLength', 'maxProperties']);
const ANNOTATIONS: ReadonlySet<string> = new Set(['title', 'description', 'default', 'examples', 'example']);

/**
 * One schema that demands what both demand. What cannot be said in one is put into `notes`: of two that contradict each
 * other, or that only a list of both could express, the first is kept and the second is stated.
 */
export function mergeSchemas(first: AnySchema, second: AnySchema, notes: string[]): AnySchema {
  const merged: Record<string, unknown> = { ...first };
  for (const [keyword, value] of Object.entries(second)) {
    const present = merged[keyword];
    if (present === undefined) merged[keyword] = value;
    else if (!ANNOTATIONS.has(keyword)) merged[keyword] = mergeKeyword(keyword, present, value, notes);
  }
  return merged;
}

function mergeKeyword(keyword: string, a: unknown, b: unknown, notes: string[]): unknown {
  if (keyword === 'properties' && isRecord(a) && isRecord(b)) return mergeProperties(a, b);
  if (keyword === 'required' && Array.isArray(a) && Array.isArray(b)) return [...new Set([...a, ...b])];
  if (keyword === 'type') return mergeTypes(a, b, notes);
  if (keyword === 'enum' && Array.isArray(a) && Array.isArray(b)) return mergeEnums(a, b, notes);
  if (typeof a === 'number' && typeof b === 'number') {
    if (LARGER.has(keyword)) return Math.max(a, b);
    if (SMALLER.has(keyword)) return Math.min(a, b);
  }
  if (keyword === 'additionalProperties' && (a === false || b === false)) return false;
  if (shortJson(a) !== shortJson(b)) notes.push(noteOf(`also ${keyword}`, b));
  return a;
}

function mergeProperties(a: Record<string, unknown>, b: Record<string, unknown>): Record<string, unknown> {
  const merged = new Map(Object.entries(a));
  for (const [name, schema] of Object.entries(b)) {
    const present = merged.get(name);
    merged.set(name, present === undefined ? schema : { allOf: [present, schema] });
  }
  return Object.fromEntries(merged);
}

function mergeTypes(a: unknown, b: unknown, notes: string[]): unknown {
  const [left, right] = [[a].flat(), [b].flat()];
  const both = left.flatMap((type) => {
    if (right.includes(type)) return [type];
    if (type === 'number' && right.includes('integer')) return ['integer'];
    return type === 'integer' && right.includes('number') ? ['integer'] : [];
  });
  if (both.length === 0) {
    notes.push(noteOf('also type', b));
    return a;
  }
  return both.length === 1 ? both[0] : both;
}

function mergeEnums(a: readonly unknown[], b: readonly unknown[], notes: string[]): readonly unknown[] {
  const allowed = new Set(b.map(shortJson));
  const both = a.filter((value) => allowed.has(shortJson(value)));
  if (both.length > 0) return both;
  notes.push(noteOf('also enum', b));
  return a;
}
