import { isRecord } from '../../lib/json-value.ts';
import { quote } from '../finding.ts';

/** `type`, `enum` and `const`. */
export function checkAny(
  schema: Readonly<Record<string, unknown>>,
  value: unknown,
  say: (words: string) => void,
): void {
  const { type, enum: choices } = schema;
  const types = Array.isArray(type) ? type : type === undefined ? [] : [type];
  if (types.length > 0 && !types.some((name) => isOfType(value, name))) {
    say(`it is ${describe(value)} and must be of type ${types.join(' or ')}.`);
  }
  if (Array.isArray(choices) && !choices.some((choice) => isEqual(choice, value))) {
    say(
      `${describe(value)} is not one of ${choices
        .slice(0, 20)
        .map((choice) => JSON.stringify(choice))
        .join(', ')}.`,
    );
  }
  if (Object.hasOwn(schema, 'const') && !isEqual(schema['const'], value))
    say(`it must be ${quote(JSON.stringify(schema['const']))}.`);
}

/** The keywords for numbers. */
export function checkNumber(
  schema: Readonly<Record<string, unknown>>,
  value: number,
  say: (words: string) => void,
): void {
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf } = schema;
  // In draft 4 the exclusive bounds were flags beside the bounds.
  if (typeof minimum === 'number' && (exclusiveMinimum === true ? value <= minimum : value < minimum))
    say(`${value} is below ${minimum}.`);
  if (typeof maximum === 'number' && (exclusiveMaximum === true ? value >= maximum : value > maximum))
    say(`${value} is above ${maximum}.`);
  if (typeof exclusiveMinimum === 'number' && value <= exclusiveMinimum)
    say(`${value} must be above ${exclusiveMinimum}.`);
  if (typeof exclusiveMaximum === 'number' && value >= exclusiveMaximum)
    say(`${value} must be below ${exclusiveMaximum}.`);
  if (typeof multipleOf === 'number' && !isMultiple(value, multipleOf))
    say(`${value} is no multiple of ${multipleOf}.`);
}

/** 0.3 is a multiple of 0.1, although their quotient is not whole in floating point. */
function isMultiple(value: number, step: number): boolean {
  const quotient = value / step;
  if (!Number.isFinite(quotient)) return Number.isInteger(value) && Number.isInteger(1 / step);
  return Math.abs(quotient - Math.round(quotient)) < 1e-9 * Math.max(1, Math.abs(quotient));
}

function isOfType(value: unknown, type: unknown): boolean {
  switch (type) {
    case 'object':
      return isRecord(value);
    case 'array':
      return Array.isArray(value);
    case 'null':
      return value === null;
    case 'integer':
      return typeof value === 'number' && Number.isInteger(value);
    default:
      return typeof value === type;
  }
}

function describe(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'an object';
  return `the ${typeof value} ${quote(value)}`;
}

function isEqual(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (Array.isArray(a) && Array.isArray(b))
    return a.length === b.length && a.every((entry, index) => isEqual(entry, b[index]));
  if (!isRecord(a) || !isRecord(b)) return false;
  const names = Object.keys(a);
  return (
    names.length === Object.keys(b).length && names.every((name) => Object.hasOwn(b, name) && isEqual(a[name], b[name]))
  );
}

/** The places of two equal items; null where there are none. */
export function firstTwin(items: readonly unknown[]): readonly [number, number] | null {
  const seen = new Map<string, number>();
  for (const [index, item] of items.entries()) {
    const key = canonical(item);
    const before = seen.get(key);
    if (before !== undefined) return [before, index];
    seen.set(key, index);
  }
  return null;
}

/** The same text for equal values, whatever the order of their properties. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (!isRecord(value)) return JSON.stringify(value);
  return `{${Object.keys(value)
    .sort()
    .map((name) => `${JSON.stringify(name)}:${canonical(value[name])}`)
    .join(',')}}`;
}
