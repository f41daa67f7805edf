import { type GeminiSchema, shortJson } from './schema-words.ts';

/** More values than this are too many for a schema, and are described instead. */
const MOST_VALUES = 500;
const SHOWN = 20;

/**
 * The values that are allowed, as far as Gemini takes enumerations: of strings and numbers. Others, and more than 500, are
 * stated in `notes`.
 */
export function enumSchema(values: readonly unknown[], notes: string[]): GeminiSchema {
  const strings = values.filter((value) => typeof value === 'string');
  const numbers = values.filter((value) => typeof value === 'number');
  const booleans = values.filter((value) => typeof value === 'boolean');
  const others = values.filter((value) => typeof value === 'object' && value !== null);
  const schemas: GeminiSchema[] = [];
  if (strings.length > 0) schemas.push(stringEnum(strings, notes));
  if (numbers.length > 0) {
    const type = numbers.every(Number.isInteger) ? 'integer' : 'number';
    schemas.push(numbers.length > MOST_VALUES ? tooMany(type, numbers, notes) : { type, enum: numbers });
  }
  if (booleans.length > 0) {
    schemas.push({ type: 'boolean' });
    if (booleans.length === 1) notes.push(`always ${booleans[0]}`);
  }
  if (values.includes(null)) schemas.push({ type: 'null' });
  if (others.length > 0) notes.push(`one of exactly: ${others.slice(0, SHOWN).map(shortJson).join(', ')}`);
  const [only] = schemas;
  if (others.length > 0 || !only) return {};
  return schemas.length === 1 ? only : { anyOf: schemas };
}

/** An empty string cannot be among the values of an enumeration. */
function stringEnum(values: readonly string[], notes: string[]): GeminiSchema {
  const visible = [...new Set(values.filter((value) => value !== ''))];
  if (visible.length > MOST_VALUES) return tooMany('string', visible, notes);
  if (visible.length === values.length) return { type: 'string', enum: visible };
  if (!values.includes('')) return { type: 'string', enum: visible };
  notes.push(`one of: ${values.map((value) => JSON.stringify(value)).join(', ')}`);
  return { type: 'string' };
}

function tooMany(type: string, values: readonly unknown[], notes: string[]): GeminiSchema {
  const first = values.slice(0, SHOWN).map(shortJson).join(', ');
  notes.push(`one of ${values.length} values, which begin with ${first}`);
  return { type };
}
