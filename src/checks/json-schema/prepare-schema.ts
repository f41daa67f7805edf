import { isRecord } from '../../lib/json-value.ts';
import type { Pattern } from '../pattern.ts';
import { isNestedDeeper } from './nesting.ts';
import {
  isSchema,
  JSON_TYPES,
  type JsonSchema,
  LIST_OF_SCHEMAS,
  MAP_OF_SCHEMAS,
  ONE_SCHEMA,
  subschemas,
} from './schema.ts';
import { compileSchemaPattern } from './schema-pattern.ts';

/** A schema that was looked through once, so that checking a value meets no fault of the schema. */
export interface PreparedSchema {
  readonly root: JsonSchema;
  /** What each `$ref` and `$dynamicRef` that occurs means, by the schema that holds it. */
  readonly references: ReadonlyMap<object, JsonSchema>;
  readonly patterns: ReadonlyMap<string, Pattern>;
  /** Whether anything in it asks what other parts have looked at. */
  readonly tracksEvaluated: boolean;
}

/** What is wrong with a schema, as a sentence. */
export class SchemaFault extends Error {
  override readonly name = 'SchemaFault';
}

const LARGEST_SCHEMA = 64 * 1024;
const DEEPEST_SCHEMA = 32;
/** Stands for the document's own address, against which `$id` and `$ref` are resolved. */
const NOWHERE = 'schema://root/';

/**
 * Looks through a JSON Schema (drafts 4 to 2020-12): types and keywords are as they must be, patterns compile, and every
 * reference leads somewhere within the schema; nothing is ever fetched. Throws `SchemaFault`.
 */
export function prepareSchema(schema: JsonSchema): PreparedSchema {
  if (isNestedDeeper(schema, DEEPEST_SCHEMA) || JSON.stringify(schema).length > LARGEST_SCHEMA) {
    throw new SchemaFault(
      `it is too large: at most ${LARGEST_SCHEMA / 1024} kB, nested at most ${DEEPEST_SCHEMA} deep`,
    );
  }
  const places = new Map<string, JsonSchema>();
  const waiting: { readonly holder: object; readonly target: string; readonly pointer: string }[] = [];
  const patterns = new Map<string, Pattern>();
  let tracksEvaluated = false;

  function visit(part: JsonSchema, pointer: string, base: string): void {
    places.set(`${NOWHERE}#${pointer}`, part);
    if (typeof part === 'boolean') return;
    const fault = faultOf(part);
    if (fault) throw new SchemaFault(`${pointer === '' ? 'at its root' : `at ${pointer}`} ${fault}`);
    tracksEvaluated ||= 'unevaluatedProperties' in part || 'unevaluatedItems' in part;
    const own = addressOf(part, base);
    if (own !== base) for (const [below, inner] of within(part)) places.set(`${own}#${below}`, inner);
    for (const anchor of [part['$anchor'], part['$dynamicAnchor']]) {
      if (typeof anchor === 'string') places.set(`${own}#${anchor}`, part);
    }
    const reference = part['$ref'] ?? part['$dynamicRef'] ?? part['$recursiveRef'];
    if (typeof reference === 'string') waiting.push({ holder: part, target: resolve(reference, own), pointer });
    for (const pattern of patternsOf(part)) {
      if (patterns.has(pattern)) continue;
      const compiled = compileSchemaPattern(pattern);
      if (!compiled.ok) {
        throw new SchemaFault(`at ${pointer || 'its root'} the pattern ${JSON.stringify(pattern)} ${compiled.fault}`);
      }
      patterns.set(pattern, compiled.matches);
    }
    for (const [below, inner] of subschemas(part)) visit(inner, pointer + below, own);
  }

  visit(schema, '', NOWHERE);
  const references = new Map<object, JsonSchema>();
  for (const { holder, target, pointer } of waiting) {
    const found = places.get(target) ?? walkTo(schema, target);
    if (found === undefined) {
      const what = JSON.stringify((holder as Record<string, unknown>)['$ref'] ?? target);
      throw new SchemaFault(
        `at ${pointer || 'its root'} the reference ${what} leads nowhere in the schema; nothing is fetched`,
      );
    }
    references.set(holder, found);
  }
  return { root: schema, references, patterns, tracksEvaluated };
}

function patternsOf(part: Readonly<Record<string, unknown>>): readonly string[] {
  const { pattern, patternProperties } = part;
  return [
    ...(typeof pattern === 'string' ? [pattern] : []),
    ...(isRecord(patternProperties) ? Object.keys(patternProperties) : []),
  ];
}

/** The address of what is below a schema that names one itself; `id` is how draft 4 says it. */
function addressOf(part: Readonly<Record<string, unknown>>, base: string): string {
  const id = typeof part['$id'] === 'string' ? part['$id'] : part['id'];
  if (typeof id !== 'string') return base;
  return id.startsWith('#') ? base : resolve(id, base).replace(/#.*$/, '');
}

function resolve(reference: string, base: string): string {
  try {
    const { href } = new URL(reference, base);
    const [address = '', fragment = ''] = href.split('#');
    return `${address}#${decodeURIComponent(fragment)}`;
  } catch {
    return reference;
  }
}

function* within(part: JsonSchema, pointer = ''): Generator<readonly [string, JsonSchema]> {
  yield [pointer, part];
  if (typeof part === 'boolean') return;
  for (const [below, inner] of subschemas(part)) yield* within(inner, pointer + below);
}

/** A pointer into a place of the document that no keyword makes a schema, e.g. `#/components/schemas/Pet`. */
function walkTo(root: JsonSchema, target: string): JsonSchema | undefined {
  const [address, pointer = ''] = target.split('#');
  if (address !== NOWHERE || (pointer !== '' && !pointer.startsWith('/'))) return undefined;
  const steps = pointer
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
  let at: unknown = root;
  for (const step of steps) {
    at =
      typeof at === 'object' && at !== null && Object.hasOwn(at, step)
        ? (at as Record<string, unknown>)[step]
        : undefined;
  }
  return isSchema(at) ? at : undefined;
}

const NUMBERS = ['maximum', 'minimum', 'multipleOf'] as const;
const COUNTS = [
  'maxItems',
  'maxLength',
  'maxProperties',
  'minItems',
  'minLength',
  'minProperties',
  'maxContains',
  'minContains',
] as const;

/** A keyword whose value cannot be what the keyword wants. */
function faultOf(part: Readonly<Record<string, unknown>>): string | null {
  const { type, required, enum: choices } = part;
  const types = Array.isArray(type) ? type : type === undefined ? [] : [type];
  const wrong = types.find((name) => !JSON_TYPES.has(name));
  if (wrong !== undefined)
    return `the type ${JSON.stringify(wrong)} is unknown; there are ${[...JSON_TYPES].join(', ')}`;
  if (
    Array.isArray(required)
      ? !required.every((name) => typeof name === 'string')
      : required !== undefined && typeof required !== 'boolean'
  ) {
    return '"required" must be a list of names';
  }
  if (choices !== undefined && !Array.isArray(choices)) return '"enum" must be a list';
  for (const keyword of NUMBERS)
    if (part[keyword] !== undefined && typeof part[keyword] !== 'number') return `"${keyword}" must be a number`;
  for (const keyword of COUNTS) {
    const count = part[keyword];
    if (count !== undefined && !(typeof count === 'number' && count >= 0))
      return `"${keyword}" must be a number from 0`;
  }
  if (part['pattern'] !== undefined && typeof part['pattern'] !== 'string') return '"pattern" must be a text';
  return shapeFault(part);
}

function shapeFault(part: Readonly<Record<string, unknown>>): string | null {
  for (const [keyword, value] of Object.entries(part)) {
    const one = ONE_SCHEMA.has(keyword) && isSchema(value);
    const list = LIST_OF_SCHEMAS.has(keyword) && Array.isArray(value) && value.every(isSchema);
    // In `dependencies` of older drafts a list of names may stand for a schema.
    const map =
      MAP_OF_SCHEMAS.has(keyword) &&
      isRecord(value) &&
      Object.values(value).every((v) => isSchema(v) || (keyword === 'dependencies' && Array.isArray(v)));
    const known = ONE_SCHEMA.has(keyword) || LIST_OF_SCHEMAS.has(keyword) || MAP_OF_SCHEMAS.has(keyword);
    if (known && !one && !list && !map)
      return `"${keyword}" must be ${MAP_OF_SCHEMAS.has(keyword) ? 'an object of schemas' : LIST_OF_SCHEMAS.has(keyword) && !ONE_SCHEMA.has(keyword) ? 'a list of schemas' : 'a schema'}`;
  }
  return null;
}
