import { isRecord } from '../../../lib/json-value.ts';
import { mergeSchemas } from './merge-schemas.ts';
import { type AnySchema, noteOf } from './schema-words.ts';

/** How deep a schema may be; what is deeper is cut off, aloud. */
export const MAX_DEPTH = 32;

/** What one conversion knows and may still spend. */
export interface SchemaWalk {
  readonly root: AnySchema;
  /** Nodes that may still be written: references that multiply are cut off, aloud. */
  left: number;
}

/** A schema without references and `allOf`. */
export interface Settled {
  readonly schema: AnySchema;
  /** References that it stands for: below it they would begin anew for ever. */
  readonly within: readonly string[];
  readonly notes: string[];
}

/** Puts in what `$ref` points to and merges what `allOf` lists. */
export function settleSchema(given: AnySchema, walk: SchemaWalk, within: readonly string[], depth: number): Settled {
  const { $ref: reference, allOf, ...own } = given;
  const notes: string[] = [];
  let schema: AnySchema = own;
  let path = within;
  const add = (part: Settled) => {
    notes.push(...part.notes);
    schema = mergeSchemas(schema, part.schema, notes);
    path = part.within.length > path.length ? part.within : path;
  };
  if (depth > MAX_DEPTH || walk.left-- <= 0) {
    return { schema: own, within, notes: [...notes, ...(reference || allOf ? ['more demands than fit here'] : [])] };
  }
  if (typeof reference === 'string') add(follow(reference, walk, within, depth));
  for (const part of Array.isArray(allOf) ? allOf : []) {
    if (isRecord(part)) add(settleSchema(part, walk, path, depth + 1));
    else if (part === false) notes.push('no value is allowed');
  }
  return { schema, within: path, notes };
}

function follow(reference: string, walk: SchemaWalk, within: readonly string[], depth: number): Settled {
  const target = lookUp(walk.root, reference);
  if (target === undefined) return { schema: {}, within, notes: [noteOf('as in', reference)] };
  if (within.includes(reference)) {
    const { type } = target;
    const schema = type === undefined ? {} : { type };
    return { schema, within, notes: [`the same shape again as ${nameOf(reference)}, nested`] };
  }
  return settleSchema(target, walk, [...within, reference], depth + 1);
}

/** What a JSON pointer within the same schema points to; undefined for everything else. */
function lookUp(root: AnySchema, reference: string): AnySchema | undefined {
  if (!reference.startsWith('#')) return undefined;
  let at: unknown = root;
  for (const step of reference.slice(1).split('/').slice(1)) {
    const key = decoded(step).replaceAll('~1', '/').replaceAll('~0', '~');
    if (Array.isArray(at)) at = at[Number(key)];
    else at = isRecord(at) && Object.hasOwn(at, key) ? at[key] : undefined;
  }
  // An anchor (`#name`) has no slash and would find the root.
  const isAnchor = reference.length > 1 && !reference.startsWith('#/');
  return isRecord(at) && !isAnchor ? at : undefined;
}

function decoded(step: string): string {
  try {
    return decodeURIComponent(step);
  } catch {
    return step;
  }
}

function nameOf(reference: string): string {
  return reference === '#' ? 'the whole' : (reference.split('/').at(-1) ?? reference);
}
