import { isRecord } from '../../lib/json-value.ts';
/** A JSON Schema: an object of keywords, or `true` (everything) or `false` (nothing). */
export type JsonSchema = boolean | Readonly<Record<string, unknown>>;

export type JsonType = 'object' | 'array' | 'string' | 'number' | 'integer' | 'boolean' | 'null';

export const JSON_TYPES: ReadonlySet<unknown> = new Set<JsonType>([
  'object',
  'array',
  'string',
  'number',
  'integer',
  'boolean',
  'null',
]);

/** Keywords whose value is one schema, in any draft since 4. */
export const ONE_SCHEMA: ReadonlySet<string> = new Set([
  'additionalItems',
  'additionalProperties',
  'contains',
  'contentSchema',
  'else',
  'if',
  'items',
  'not',
  'propertyNames',
  'then',
  'unevaluatedItems',
  'unevaluatedProperties',
]);
/** Keywords whose value is a list of schemas. */
export const LIST_OF_SCHEMAS: ReadonlySet<string> = new Set(['allOf', 'anyOf', 'items', 'oneOf', 'prefixItems']);
/** Keywords whose value is an object of schemas. */
export const MAP_OF_SCHEMAS: ReadonlySet<string> = new Set([
  '$defs',
  'definitions',
  'dependencies',
  'dependentSchemas',
  'patternProperties',
  'properties',
]);

export function isSchema(value: unknown): value is JsonSchema {
  return typeof value === 'boolean' || isRecord(value);
}

/** A step of a JSON pointer (RFC 6901). */
export function escapePointer(step: string): string {
  return step.includes('~') || step.includes('/') ? step.replaceAll('~', '~0').replaceAll('/', '~1') : step;
}

/** The schemas directly below a schema, each with its JSON pointer from there. */
export function* subschemas(schema: Readonly<Record<string, unknown>>): Generator<readonly [string, JsonSchema]> {
  for (const [keyword, value] of Object.entries(schema)) {
    if (ONE_SCHEMA.has(keyword) && isSchema(value)) yield [`/${keyword}`, value];
    if (LIST_OF_SCHEMAS.has(keyword) && Array.isArray(value)) {
      for (const [index, part] of value.entries()) if (isSchema(part)) yield [`/${keyword}/${index}`, part];
    }
    if (MAP_OF_SCHEMAS.has(keyword) && isRecord(value)) {
      for (const [name, part] of Object.entries(value)) {
        if (isSchema(part)) yield [`/${keyword}/${escapePointer(name)}`, part];
      }
    }
  }
}
