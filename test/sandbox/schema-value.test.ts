import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { valueForSchema } from '../../src/sandbox/schema-value.ts';
import { toTokens } from '../../src/sandbox/tokens.ts';

function satisfies(schema: Record<string, unknown>): boolean {
  return z.fromJSONSchema(schema).safeParse(valueForSchema(schema)).success;
}

describe('a value for a schema', () => {
  it.each([
    { type: 'string', minLength: 40, maxLength: 50 },
    { type: 'string', maxLength: 3 },
    { type: 'string', format: 'email' },
    { type: 'string', format: 'uuid' },
    { type: 'integer', minimum: 5, maximum: 9 },
    { type: 'integer', exclusiveMinimum: 5, multipleOf: 4 },
    { type: 'number', maximum: -2.5 },
    { enum: ['b', 'a'] },
    { const: 'a' },
    { anyOf: [{ type: 'null' }, { type: 'integer' }] },
    { type: ['string', 'null'] },
    { type: 'array', items: { type: 'integer' }, minItems: 3, maxItems: 4 },
    {
      type: 'object',
      properties: { a: { type: 'boolean' }, b: { type: 'null' } },
      required: ['a', 'b'],
      additionalProperties: false,
    },
    {
      $defs: {
        node: {
          type: 'object',
          properties: { name: { type: 'string' }, next: { $ref: '#/$defs/node' } },
          required: ['name'],
        },
      },
      type: 'object',
      properties: { root: { $ref: '#/$defs/node' } },
      required: ['root'],
    },
  ])('satisfies %j', (schema) => {
    expect(satisfies(schema)).toBe(true);
  });

  it('satisfies any nesting of objects and lists', () => {
    const { schema } = fc.letrec((tie) => ({
      schema: fc.oneof(
        { depthSize: 'small' },
        fc.constantFrom({ type: 'string' }, { type: 'integer' }, { type: 'boolean' }, { enum: ['x'] }),
        tie('schema').map((items) => ({ type: 'array', items, minItems: 1 })),
        fc
          .dictionary(fc.stringMatching(/^[a-z]{1,6}$/), tie('schema'), { maxKeys: 4 })
          .map((properties) => ({ type: 'object', properties, required: Object.keys(properties) })),
      ),
    }));
    fc.assert(
      fc.property(schema, (each) => satisfies(each as Record<string, unknown>)),
      { numRuns: 100 },
    );
  });

  it('comes to an end for schemas without one', () => {
    const schema = { $ref: '#' };
    expect(valueForSchema(schema)).toBeDefined();
    const endless = { type: 'object', properties: { self: { $ref: '#' } }, required: ['self'] };
    expect(valueForSchema(endless)).toHaveProperty('self');
    for (const odd of [true, null, 7, 'x', { type: 'object', properties: null }]) valueForSchema(odd);
  });
});

describe('tokens', () => {
  it('lose nothing of a text', () => {
    fc.assert(fc.property(fc.string({ unit: 'grapheme' }), (text) => toTokens(text).join('') === text));
  });
});
