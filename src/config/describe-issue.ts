import type * as z from 'zod';
import { nearest } from '../lib/nearest.ts';
import { type FieldPath, isSecretPath, valueAt } from './field-path.ts';

export interface FieldProblem {
  readonly path: FieldPath;
  readonly message: string;
}

type Issue = z.core.$ZodIssue;

/** A zod issue as sentences about the user's file: what was expected there and what it holds. */
export function describeIssue(
  issue: Issue,
  schema: z.core.$ZodType,
  raw: unknown,
  fromVariable: (path: FieldPath) => readonly string[] | undefined,
): readonly FieldProblem[] {
  const path = issue.path.map((part) => (typeof part === 'symbol' ? String(part) : part));
  if (issue.code === 'unrecognized_keys') {
    const known = keysAt(schema, path);
    return issue.keys.map((key) => ({ path: [...path, key], message: unknownKey(key, known) }));
  }
  const value = valueAt(raw, path);
  if (value === undefined && issue.code !== 'invalid_key') {
    return [{ path, message: `is missing; expected ${expected(issue)}` }];
  }
  return [
    {
      path,
      message: `expected ${expected(issue)}, got ${shown(value, path, fromVariable(path))}${hint(issue, value)}`,
    },
  ];
}

function unknownKey(key: string, known: readonly string[]): string {
  const near = nearest(key, known);
  return near ? `is not a known key; did you mean "${near}"?` : `is not a known key; known here: ${known.join(', ')}`;
}

const TYPE_WORDS: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  object: 'an object in { }',
  array: 'a list in [ ]',
  record: 'an object in { }',
};

function expected(issue: Issue): string {
  switch (issue.code) {
    case 'invalid_type':
      return TYPE_WORDS[issue.expected] ?? issue.expected;
    case 'invalid_value':
      return issue.values.length === 1
        ? JSON.stringify(issue.values[0])
        : `one of ${issue.values.map((value) => JSON.stringify(value)).join(', ')}`;
    case 'too_small':
      return issue.origin === 'string' ? 'a text that is not empty' : `a number from ${issue.minimum} up`;
    case 'too_big':
      return `a number up to ${issue.maximum}`;
    case 'invalid_key':
      return issue.issues[0]?.message ?? 'another key';
    default:
      return issue.message;
  }
}

function hint(issue: Issue, value: unknown): string {
  if (issue.code !== 'invalid_value' || typeof value !== 'string') return '';
  const near = nearest(
    value,
    issue.values.filter((option) => typeof option === 'string'),
  );
  return near ? `; did you mean "${near}"?` : '';
}

function shown(value: unknown, path: FieldPath, variables: readonly string[] | undefined): string {
  if (variables) return `the value of ${variables.join(', ')}`;
  if (isSecretPath(path)) return 'something else (not shown)';
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'an object';
  // JSON has no word for what 1e400 is read as.
  if (value === Number.POSITIVE_INFINITY || value === Number.NEGATIVE_INFINITY) return 'a number that is too large';
  const text = JSON.stringify(value);
  const short = text.length > 60 ? `${text.slice(0, 57)}…"` : text;
  return typeof value === 'string' ? `the text ${short}` : short;
}

/** The keys that the schema knows at a path; empty where any key is allowed. */
function keysAt(schema: z.core.$ZodType, path: FieldPath): readonly string[] {
  let at: z.core.$ZodType | undefined = schema;
  for (const part of path) at = at && child(unwrap(at), part);
  const found = at && (unwrap(at) as z.core.$ZodTypes);
  return found?._zod.def.type === 'object' ? Object.keys(found._zod.def.shape) : [];
}

function child(schema: z.core.$ZodType, part: string | number): z.core.$ZodType | undefined {
  const def = (schema as z.core.$ZodTypes)._zod.def;
  if (def.type === 'object') return def.shape[part];
  if (def.type === 'array') return def.element;
  return def.type === 'record' ? def.valueType : undefined;
}

function unwrap(schema: z.core.$ZodType): z.core.$ZodType {
  const def = (schema as z.core.$ZodTypes)._zod.def;
  return def.type === 'optional' ? unwrap(def.innerType) : schema;
}
