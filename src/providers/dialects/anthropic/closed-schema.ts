import { isRecord } from '../../../lib/json-value.ts';

type Schema = Readonly<Record<string, unknown>>;

/** Constraints that the API refuses; the model is told of them in words. */
const TOLD: ReadonlySet<string> = new Set([
  'minimum',
  'maximum',
  'exclusiveMinimum',
  'exclusiveMaximum',
  'multipleOf',
  'minLength',
  'maxLength',
  'pattern',
  'maxItems',
  'uniqueItems',
  'minProperties',
  'maxProperties',
]);

/** Remarks that hold an answer to nothing. */
const REMARKS: ReadonlySet<string> = new Set([
  '$schema',
  '$id',
  '$comment',
  'examples',
  'deprecated',
  'readOnly',
  'writeOnly',
]);

const FORMATS: ReadonlySet<unknown> = new Set([
  'date-time',
  'time',
  'date',
  'duration',
  'email',
  'hostname',
  'uri',
  'ipv4',
  'ipv6',
  'uuid',
]);

/** Keywords of which the API can hold an answer to nothing at all. */
const INEXPRESSIBLE: ReadonlySet<string> = new Set([
  'oneOf',
  'allOf',
  'not',
  'if',
  'then',
  'else',
  'patternProperties',
  'propertyNames',
  'dependentRequired',
  'dependentSchemas',
  'unevaluatedProperties',
  'unevaluatedItems',
  'prefixItems',
  'contains',
  '$dynamicRef',
]);

const DEEPEST = 32;

/**
 * A schema that the API can hold a model to, and that the given one allows: objects closed, refused constraints moved into
 * the description. Null where that cannot be: open maps, recursion, references elsewhere, logic that the API lacks.
 */
export function toClosedSchema(schema: Schema): Schema | null {
  return hasRecursion(schema) ? null : close(schema, 0);
}

function close(schema: Schema, depth: number): Schema | null {
  if (depth > DEEPEST) return null;
  const closed: Record<string, unknown> = {};
  const told: string[] = [];
  for (const [key, value] of Object.entries(schema)) {
    if (INEXPRESSIBLE.has(key)) return null;
    if (REMARKS.has(key)) continue;
    if (isTold(key, value)) {
      told.push(`${key}: ${JSON.stringify(value)}`);
      continue;
    }
    const kept = closeKeyword(key, value, depth);
    if (kept === undefined) return null;
    closed[key] = kept;
  }
  if (told.length > 0) {
    const description = typeof schema['description'] === 'string' ? `${schema['description']} ` : '';
    closed['description'] = `${description}(${told.join(', ')})`;
  }
  return isObjectSchema(schema) ? { ...closed, additionalProperties: false } : closed;
}

function isTold(key: string, value: unknown): boolean {
  if (key === 'minItems') return value !== 0 && value !== 1;
  return TOLD.has(key) || (key === 'format' && !FORMATS.has(value));
}

/** The value of a keyword, closed where it is a schema; undefined where it cannot be. */
function closeKeyword(key: string, value: unknown, depth: number): unknown {
  switch (key) {
    case 'additionalProperties':
      return value === false ? false : undefined;
    case '$ref':
      return typeof value === 'string' && value.startsWith('#') ? value : undefined;
    case 'items':
      return isRecord(value) ? (close(value, depth + 1) ?? undefined) : undefined;
    case 'properties':
    case '$defs':
    case 'definitions':
      return isRecord(value) ? closeEach(value, depth) : undefined;
    case 'anyOf':
      return Array.isArray(value) ? closeList(value, depth) : undefined;
    default:
      return value;
  }
}

function closeEach(schemas: Schema, depth: number): Schema | undefined {
  const closed: Record<string, unknown> = {};
  for (const [name, schema] of Object.entries(schemas)) {
    const each = isRecord(schema) ? close(schema, depth + 1) : null;
    if (each === null) return undefined;
    closed[name] = each;
  }
  return closed;
}

function closeList(schemas: readonly unknown[], depth: number): readonly Schema[] | undefined {
  const closed = schemas.map((schema) => (isRecord(schema) ? close(schema, depth + 1) : null));
  return closed.every((schema) => schema !== null) ? closed : undefined;
}

function isObjectSchema({ type, properties }: Schema): boolean {
  return type === 'object' || (Array.isArray(type) && type.includes('object')) || isRecord(properties);
}

/** Whether a definition refers to itself, directly or through others, or the schema to its own root. */
function hasRecursion(schema: Schema): boolean {
  const definitions = { ...asRecord(schema['definitions']), ...asRecord(schema['$defs']) };
  const refersTo = new Map(Object.entries(definitions).map(([name, each]) => [name, referencesIn(each)]));
  const reaches = (from: string, target: string, seen: Set<string>): boolean =>
    [...(refersTo.get(from) ?? [])].some((next) => {
      if (next === target) return true;
      if (seen.has(next)) return false;
      seen.add(next);
      return reaches(next, target, seen);
    });
  return referencesIn(schema).has('#') || [...refersTo.keys()].some((name) => reaches(name, name, new Set()));
}

function asRecord(value: unknown): Record<string, unknown> {
  return isRecord(value) ? value : {};
}

/** The names of the definitions that a schema refers to; `#` for its root or for anything deeper. */
function referencesIn(schema: unknown): Set<string> {
  const found = new Set<string>();
  const visit = (value: unknown, depth: number): void => {
    if (depth > DEEPEST * 2) return;
    if (Array.isArray(value)) for (const each of value) visit(each, depth + 1);
    else if (isRecord(value)) {
      const reference = value['$ref'];
      if (typeof reference === 'string') found.add(/^#\/(?:\$defs|definitions)\/([^/]+)$/.exec(reference)?.[1] ?? '#');
      for (const each of Object.values(value)) visit(each, depth + 1);
    }
  };
  visit(schema, 0);
  return found;
}
