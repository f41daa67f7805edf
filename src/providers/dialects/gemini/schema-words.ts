/** A JSON Schema as somebody wrote it: nothing of it is certain. */
export type AnySchema = Readonly<Record<string, unknown>>;

/** A JSON Schema of Gemini's subset. */
export type GeminiSchema = Record<string, unknown>;

/** Constraints and annotations that Gemini's subset does not have: they are put into the description. */
export const STATED_KEYWORDS: readonly string[] = [
  'pattern',
  'minLength',
  'maxLength',
  'exclusiveMinimum',
  'exclusiveMaximum',
  'multipleOf',
  'uniqueItems',
  'contains',
  'minContains',
  'maxContains',
  'additionalItems',
  'unevaluatedItems',
  'minProperties',
  'maxProperties',
  'patternProperties',
  'propertyNames',
  'dependentRequired',
  'dependentSchemas',
  'dependencies',
  'unevaluatedProperties',
  'not',
  'if',
  'then',
  'else',
  'contentEncoding',
  'contentMediaType',
  'default',
  'examples',
  'example',
  'deprecated',
];

/** Formats that every Gemini model takes; others are stated. */
export const KEPT_FORMATS: ReadonlySet<string> = new Set([
  'date-time',
  'date',
  'time',
  'int32',
  'int64',
  'float',
  'double',
]);

const LONGEST_NOTE = 300;

/** `keyword: value` for a description, bounded. */
export function noteOf(keyword: string, value: unknown): string {
  return `${keyword}: ${shortJson(value)}`;
}

/** A description with what the schema itself cannot say. */
export function withNotes(schema: GeminiSchema, notes: readonly string[]): GeminiSchema {
  if (notes.length === 0) return schema;
  const stated = `(${notes.join('; ')})`;
  const { description } = schema;
  return { ...schema, description: typeof description === 'string' ? `${description} ${stated}` : stated };
}

export function shortJson(value: unknown): string {
  const json = jsonOf(value);
  return json.length > LONGEST_NOTE ? `${json.slice(0, LONGEST_NOTE - 1)}…` : json;
}

/** Values nested too deeply for the stack are named, not written. */
function jsonOf(value: unknown): string {
  try {
    return JSON.stringify(value) ?? 'undefined';
  } catch {
    return 'a value too deep to be written down';
  }
}
