import { isJson } from './chat-request.ts';

/** Levels below which only what is required is filled in, so that recursive schemas come to an end. */
const MAX_DEPTH = 6;

/** A value that satisfies a JSON Schema, as far as its common words go; the same one for the same schema. */
export function valueForSchema(schema: unknown, name = 'value', root: unknown = schema, depth = 0): unknown {
  const resolved = resolve(schema, root);
  if ('const' in resolved) return resolved['const'];
  const options = resolved['enum'];
  if (Array.isArray(options) && options.length > 0) return options[0];
  const type = typeOf(resolved);
  switch (type) {
    case 'object':
      return objectFor(resolved, root, depth);
    case 'array':
      return arrayFor(resolved, name, root, depth);
    case 'integer':
    case 'number':
      return numberFor(resolved, type);
    case 'boolean':
      return true;
    case 'null':
      return null;
    default:
      return stringFor(resolved, name);
  }
}

/** The schema with references followed, the first alternative taken and `allOf` merged. */
function resolve(schema: unknown, root: unknown, hops = 0): Record<string, unknown> {
  if (!isJson(schema) || hops > 20) return {};
  const { $ref, anyOf, oneOf, allOf, ...own } = schema;
  let result: Record<string, unknown> = own;
  const parts = [
    typeof $ref === 'string' ? target($ref, root) : undefined,
    firstUseful(anyOf),
    firstUseful(oneOf),
    ...(Array.isArray(allOf) ? allOf : []),
  ];
  for (const part of parts) if (part !== undefined) result = merge(result, resolve(part, root, hops + 1));
  return result;
}

function firstUseful(alternatives: unknown): unknown {
  if (!Array.isArray(alternatives)) return undefined;
  return alternatives.find((each) => isJson(each) && each['type'] !== 'null') ?? alternatives[0];
}

function merge(a: Record<string, unknown>, b: Record<string, unknown>): Record<string, unknown> {
  const properties = { ...properOf(a), ...properOf(b) };
  const required = [...requiredOf(a), ...requiredOf(b)];
  return {
    ...a,
    ...b,
    ...(Object.keys(properties).length > 0 ? { properties } : {}),
    ...(required.length > 0 ? { required } : {}),
  };
}

/** `#/a/b` within the root. */
function target(reference: string, root: unknown): unknown {
  if (!reference.startsWith('#')) return undefined;
  let at: unknown = root;
  for (const step of reference.slice(1).split('/').filter(Boolean)) {
    const key = decodeURIComponent(step).replaceAll('~1', '/').replaceAll('~0', '~');
    at = isJson(at) && Object.hasOwn(at, key) ? at[key] : Array.isArray(at) ? at[Number(key)] : undefined;
  }
  return at;
}

function typeOf(schema: Record<string, unknown>): string {
  const { type } = schema;
  if (typeof type === 'string') return type;
  if (Array.isArray(type)) return String(type.find((each) => each !== 'null') ?? 'null');
  if ('properties' in schema || 'required' in schema) return 'object';
  if ('items' in schema || 'prefixItems' in schema) return 'array';
  return 'minimum' in schema || 'maximum' in schema ? 'number' : 'string';
}

function properOf(schema: Record<string, unknown>): Record<string, unknown> {
  return isJson(schema['properties']) ? schema['properties'] : {};
}

function requiredOf(schema: Record<string, unknown>): readonly string[] {
  return Array.isArray(schema['required']) ? schema['required'].filter((each) => typeof each === 'string') : [];
}

function objectFor(schema: Record<string, unknown>, root: unknown, depth: number): Record<string, unknown> {
  const properties = properOf(schema);
  const required = requiredOf(schema);
  const names = depth < MAX_DEPTH / 2 ? new Set([...Object.keys(properties), ...required]) : new Set(required);
  const result: Record<string, unknown> = {};
  for (const name of names) {
    if (depth < MAX_DEPTH * 2) result[name] = valueForSchema(properties[name] ?? {}, name, root, depth + 1);
  }
  return result;
}

function arrayFor(schema: Record<string, unknown>, name: string, root: unknown, depth: number): unknown[] {
  const prefix = Array.isArray(schema['prefixItems']) ? schema['prefixItems'] : [];
  const least = numberOf(schema['minItems']) ?? 0;
  const wanted = Math.max(least, depth < MAX_DEPTH / 2 ? 1 : 0, prefix.length);
  const length = Math.min(wanted, numberOf(schema['maxItems']) ?? 100, 100);
  return Array.from({ length }, (_, index) => {
    const value = valueForSchema(prefix[index] ?? schema['items'] ?? {}, name, root, depth + 1);
    return schema['uniqueItems'] === true && index > 0 ? distinct(value, index) : value;
  });
}

function distinct(value: unknown, index: number): unknown {
  if (typeof value === 'number') return value + index;
  return typeof value === 'string' ? `${value} ${index + 1}` : value;
}

function numberFor(schema: Record<string, unknown>, type: 'integer' | 'number'): number {
  const step = numberOf(schema['multipleOf']) ?? (type === 'integer' ? 1 : 0.5);
  const above = numberOf(schema['exclusiveMinimum']);
  const least = numberOf(schema['minimum']) ?? (above === undefined ? undefined : above + step);
  const below = numberOf(schema['exclusiveMaximum']);
  const most = numberOf(schema['maximum']) ?? (below === undefined ? undefined : below - step);
  const wanted = Math.max(least ?? Number.NEGATIVE_INFINITY, Math.min(most ?? Number.POSITIVE_INFINITY, 1));
  const rounded = Math.ceil(wanted / step) * step;
  return most !== undefined && rounded > most ? Math.floor(most / step) * step : rounded;
}

function numberOf(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined;
}

const BY_FORMAT: Readonly<Record<string, string>> = {
  date: '2026-01-31',
  'date-time': '2026-01-31T12:00:00Z',
  time: '12:00:00Z',
  duration: 'P1D',
  email: 'simulated@example.com',
  uri: 'https://example.com/simulated',
  url: 'https://example.com/simulated',
  hostname: 'example.com',
  ipv4: '192.0.2.1',
  ipv6: '2001:db8::1',
  uuid: '00000000-0000-4000-8000-000000000000',
};

/** Patterns are not solved, only tried with these; a rarer one may be answered with a string that breaks it. */
const TRIED_FOR_PATTERNS = [
  'simulated',
  'example.com',
  'https://example.com/',
  '2026-01-31',
  '1',
  '1d',
  '1.0.0',
  'A1',
  '#000000',
];

function tryPattern(pattern: unknown): string | undefined {
  if (typeof pattern !== 'string' || pattern.length > 500) return undefined;
  try {
    const expression = new RegExp(pattern, 'u');
    return TRIED_FOR_PATTERNS.find((text) => expression.test(text));
  } catch {
    return undefined; // not an expression of this language
  }
}

function stringFor(schema: Record<string, unknown>, name: string): string {
  const format = schema['format'];
  const known = typeof format === 'string' && Object.hasOwn(BY_FORMAT, format) ? BY_FORMAT[format] : undefined;
  if (known !== undefined) return known;
  const fitting = tryPattern(schema['pattern']);
  if (fitting !== undefined) return fitting;
  const text = `simulated ${name.replace(/[_-]+/g, ' ')}`.padEnd(
    Math.min(numberOf(schema['minLength']) ?? 0, 10_000),
    '.',
  );
  return text.slice(0, numberOf(schema['maxLength']) ?? text.length);
}
