import { isRecord } from '../../../lib/json-value.ts';
import { type GeminiSchema, withNotes } from './schema-words.ts';

/** Alternatives at the top become one object: all their fields, demanded where every alternative demands them. */
export function asOneObject(schema: GeminiSchema): GeminiSchema {
  const { anyOf, ...rest } = schema;
  if (!Array.isArray(anyOf)) return schema['type'] === 'object' ? schema : { ...rest, type: 'object' };
  const shapes = anyOf.filter(isRecord);
  const properties = new Map<string, GeminiSchema>();
  for (const shape of shapes) {
    for (const [name, value] of Object.entries((shape['properties'] ?? {}) as Record<string, GeminiSchema>)) {
      const present = properties.get(name);
      const differs = present !== undefined && JSON.stringify(present) !== JSON.stringify(value);
      properties.set(name, differs ? { anyOf: [...((present['anyOf'] as []) ?? [present]), value] } : value);
    }
  }
  const demanded = shapes.map(({ required }) => (Array.isArray(required) ? required : []));
  const required = (demanded[0] ?? []).filter((name) => demanded.every((names) => names.includes(name)));
  const fields = shapes.map((shape) => Object.keys((shape['properties'] ?? {}) as object).join(', '));
  const oneObject = {
    ...rest,
    type: 'object',
    properties: Object.fromEntries(properties),
    ...(required.length > 0 ? { required } : {}),
  };
  return withNotes(oneObject, [
    `give the fields of one of these shapes: ${fields.map((each) => `{${each}}`).join(' or ')}`,
  ]);
}
