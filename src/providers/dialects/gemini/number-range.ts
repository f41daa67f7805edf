import type { AnySchema, GeminiSchema } from './schema-words.ts';

/** Bounds that include their end; one that excludes it moves by one for whole numbers, and is stated for others. */
export function rangeOf(schema: AnySchema, kind: 'integer' | 'number', notes: string[]): GeminiSchema {
  const bounds = { ...numberAs('minimum', schema['minimum']), ...numberAs('maximum', schema['maximum']) };
  const { exclusiveMinimum: above, exclusiveMaximum: beneath } = schema;
  const whole = kind === 'integer';
  if (typeof above === 'number') {
    bounds['minimum'] = Math.max(bounds['minimum'] ?? above, whole ? Math.floor(above) + 1 : above);
    if (!whole) notes.push(`greater than ${above}`);
  }
  if (typeof beneath === 'number') {
    bounds['maximum'] = Math.min(bounds['maximum'] ?? beneath, whole ? Math.ceil(beneath) - 1 : beneath);
    if (!whole) notes.push(`less than ${beneath}`);
  }
  return bounds;
}

function numberAs(keyword: string, value: unknown): Record<string, number> {
  return typeof value === 'number' && Number.isFinite(value) ? { [keyword]: value } : {};
}
