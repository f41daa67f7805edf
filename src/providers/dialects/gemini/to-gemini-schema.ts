import { isRecord } from '../../../lib/json-value.ts';
import { asOneObject } from './as-one-object.ts';
import { enumSchema } from './enum-schema.ts';
import { mergeSchemas } from './merge-schemas.ts';
import { rangeOf } from './number-range.ts';
import {
  type AnySchema,
  type GeminiSchema,
  KEPT_FORMATS,
  noteOf,
  STATED_KEYWORDS,
  shortJson,
  withNotes,
} from './schema-words.ts';
import { MAX_DEPTH, type SchemaWalk, settleSchema } from './settle-schema.ts';

const MOST_NODES = 4_000;
const TYPES: ReadonlySet<unknown> = new Set(['string', 'number', 'integer', 'boolean', 'object', 'array', 'null']);

/**
 * A JSON Schema in the subset that Gemini documents for `parametersJsonSchema` and `responseJsonSchema`: references are put
 * in, `allOf` is merged, `oneOf` becomes `anyOf`, `const` an `enum` of one, and what the subset does not have is stated in
 * the description. Recursion and depth beyond 32 are cut off, and the description says so. Never throws.
 */
export function toGeminiSchema(schema: AnySchema): GeminiSchema {
  return convert(schema, { root: schema, left: MOST_NODES }, [], 0);
}

/** The parameters of a function, which are always one object; null for a function without parameters. */
export function toGeminiParameters(schema: AnySchema): GeminiSchema | null {
  const converted = asOneObject(toGeminiSchema(schema));
  const { properties = {}, additionalProperties } = converted;
  const isOpen = additionalProperties === true || isRecord(additionalProperties);
  return Object.keys(properties as object).length === 0 && !isOpen ? null : converted;
}

function convert(given: unknown, walk: SchemaWalk, within: readonly string[], depth: number): GeminiSchema {
  if (!isRecord(given)) return given === false ? { description: '(no value is allowed)' } : {};
  if (depth > MAX_DEPTH || walk.left-- <= 0) return cutOff(given);
  const { schema, within: path, notes } = settleSchema(given, walk, within, depth);
  const below = (value: unknown) => convert(value, walk, path, depth + 1);
  const settle = (value: AnySchema) => settleSchema(value, walk, path, depth + 1);
  const alternatives = alternativesOf(schema, notes);
  if (alternatives) return convertChoice(schema, alternatives, notes, { below, settle });
  if (Object.hasOwn(schema, 'const') || Array.isArray(schema['enum'])) {
    const values = Object.hasOwn(schema, 'const') ? [schema['const']] : (schema['enum'] as readonly unknown[]);
    return withNotes({ ...annotations(schema), ...enumSchema(values, notes) }, [...notes, ...statedIn(schema)]);
  }
  const types = typesOf(schema);
  const kinds = types.filter((type) => type !== 'null');
  const nullable = types.length > kinds.length;
  if (kinds.length > 1) {
    const { type: _, nullable: __, title: ___, description: ____, ...rest } = schema;
    const anyOf = types.map((type) => below({ ...rest, type }));
    return withNotes({ ...annotations(schema), anyOf }, notes);
  }
  const kind = kinds[0];
  const typed = kind === undefined ? {} : { type: nullable ? [kind, 'null'] : kind };
  const own = {
    ...(nullable && kind === undefined ? { type: 'null' } : typed),
    ...membersOf(schema, kind, below, notes),
  };
  return withNotes({ ...annotations(schema), ...own }, [...notes, ...statedIn(schema, kind)]);
}

function annotations({ title, description }: AnySchema): GeminiSchema {
  return {
    ...(typeof title === 'string' ? { title } : {}),
    ...(typeof description === 'string' ? { description } : {}),
  };
}

/** `anyOf`, else `oneOf`, which Gemini takes for the same; of two lists the second is stated. */
function alternativesOf({ anyOf, oneOf }: AnySchema, notes: string[]): readonly unknown[] | null {
  const lists = [anyOf, oneOf].filter((list) => Array.isArray(list) && list.length > 0) as (readonly unknown[])[];
  if (lists[1]) notes.push(noteOf('also one of', lists[1]));
  return lists[0] ?? null;
}

/** Alternatives, each with what stands beside the list, since the list must stand alone. */
function convertChoice(
  schema: AnySchema,
  alternatives: readonly unknown[],
  notes: string[],
  { below, settle }: { below: (value: unknown) => GeminiSchema; settle: (value: AnySchema) => { schema: AnySchema } },
): GeminiSchema {
  const { anyOf: _, oneOf: __, title: ___, description: ____, $defs: _____, definitions: ______, ...beside } = schema;
  if (alternatives.every(isDemandForFields)) {
    const fields = alternatives.map((each) => ((each as AnySchema)['required'] as string[]).join(' with '));
    notes.push(`at least one of these must be given: ${fields.join(', or ')}`);
    return withNotes(below({ ...beside, ...annotations(schema) }), notes);
  }
  const isAlone = Object.keys(beside).every((keyword) => keyword.startsWith('$'));
  const whole = alternatives.map((each) => {
    if (isAlone || !isRecord(each)) return each;
    return mergeSchemas(settle(each).schema, beside, notes);
  });
  const converted = whole.map(below);
  const only = converted[0];
  if (converted.length === 1 && only) return withNotes({ ...only, ...annotations(schema) }, notes);
  return withNotes({ ...annotations(schema), anyOf: converted }, notes);
}

function isDemandForFields(value: unknown): boolean {
  return isRecord(value) && Object.keys(value).length === 1 && Array.isArray(value['required']);
}

/** The types that a schema allows, guessed from its keywords where it names none; empty where it allows all. */
function typesOf(schema: AnySchema): readonly string[] {
  const named = [schema['type']].flat().filter((type) => TYPES.has(type)) as string[];
  const types = named.length > 0 ? [...new Set(named)] : impliedTypes(schema);
  return schema['nullable'] === true && types.length > 0 && !types.includes('null') ? [...types, 'null'] : types;
}

function impliedTypes(schema: AnySchema): string[] {
  const has = (...keywords: string[]) => keywords.some((keyword) => Object.hasOwn(schema, keyword));
  if (has('properties', 'required', 'additionalProperties')) return ['object'];
  if (has('items', 'prefixItems', 'minItems', 'maxItems')) return ['array'];
  if (has('pattern', 'minLength', 'maxLength')) return ['string'];
  return has('minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf') ? ['number'] : [];
}

function membersOf(
  schema: AnySchema,
  kind: string | undefined,
  below: (value: unknown) => GeminiSchema,
  notes: string[],
): GeminiSchema {
  switch (kind) {
    case 'object':
      return objectMembers(schema, below);
    case 'array':
      return arrayMembers(schema, below);
    case 'integer':
    case 'number':
      return { ...formatOf(schema), ...rangeOf(schema, kind, notes) };
    default:
      return formatOf(schema);
  }
}

function objectMembers(schema: AnySchema, below: (value: unknown) => GeminiSchema): GeminiSchema {
  const given = isRecord(schema['properties']) ? schema['properties'] : {};
  const required = Array.isArray(schema['required'])
    ? [...new Set(schema['required'].filter((name) => typeof name === 'string'))]
    : [];
  const properties: [string, GeminiSchema][] = Object.entries(given).map(([name, value]) => [name, below(value)]);
  // A field that is demanded and not described may be anything; one that is not among the properties is refused.
  for (const name of required) if (!Object.hasOwn(given, name)) properties.push([name, {}]);
  const { additionalProperties } = schema;
  return {
    properties: Object.fromEntries(properties),
    ...(required.length > 0 ? { required } : {}),
    ...(typeof additionalProperties === 'boolean' ? { additionalProperties } : {}),
    ...(isRecord(additionalProperties) ? { additionalProperties: below(additionalProperties) } : {}),
  };
}

function arrayMembers(schema: AnySchema, below: (value: unknown) => GeminiSchema): GeminiSchema {
  const { items, prefixItems, minItems, maxItems } = schema;
  // Before 2020-12 a tuple was a list under `items`.
  const tuple = Array.isArray(prefixItems) ? prefixItems : Array.isArray(items) ? items : null;
  const rest = Array.isArray(items) ? schema['additionalItems'] : items;
  return {
    ...(tuple ? { prefixItems: tuple.map(below) } : {}),
    ...(tuple && rest === undefined ? {} : { items: below(rest ?? {}) }),
    ...(typeof minItems === 'number' ? { minItems } : {}),
    ...(typeof maxItems === 'number' ? { maxItems } : {}),
  };
}

function formatOf({ format }: AnySchema): GeminiSchema {
  return typeof format === 'string' && KEPT_FORMATS.has(format) ? { format } : {};
}

/** Everything that was left out, as `keyword: value`. */
function statedIn(schema: AnySchema, kind?: string): string[] {
  const numeric = kind === 'integer' || kind === 'number';
  const stated = STATED_KEYWORDS.filter((keyword) => {
    const value = schema[keyword];
    if (value === undefined || (keyword === 'additionalItems' && Array.isArray(schema['items']))) return false;
    return !(numeric && keyword.startsWith('exclusive') && typeof value === 'number');
  }).map((keyword) => noteOf(keyword, schema[keyword]));
  const { format } = schema;
  return typeof format === 'string' && !KEPT_FORMATS.has(format) ? [`format: ${format}`, ...stated] : stated;
}

function cutOff(schema: AnySchema): GeminiSchema {
  const { type } = schema;
  const simple = typeof type === 'string' && TYPES.has(type) ? { type } : {};
  return withNotes({ ...annotations(schema), ...simple }, [
    `left out here, as it is too deep or too large: ${shortJson(schema)}`,
  ]);
}
