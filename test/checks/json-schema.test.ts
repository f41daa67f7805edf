import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { checkJsonSchema } from '../../src/checks/check-json-schema.ts';

type Schema = Parameters<typeof checkJsonSchema>[0];

function find(schema: Schema, value: unknown): string | null {
  return checkJsonSchema(schema)(JSON.stringify(value));
}

const zodSchema = (type: z.ZodType): Schema => z.toJSONSchema(type) as Schema;

const ORDER = {
  type: 'object',
  additionalProperties: false,
  required: ['id', 'lines'],
  properties: {
    id: { type: 'string', pattern: '^A-\\d{3}$' },
    when: { type: 'string', format: 'date' },
    lines: { type: 'array', minItems: 1, items: { $ref: '#/$defs/line' } },
  },
  $defs: {
    line: {
      type: 'object',
      required: ['sku', 'n'],
      properties: { sku: { type: 'string' }, n: { type: 'integer', minimum: 1 } },
    },
  },
};

describe('json_schema', () => {
  it('names each fault by its JSON pointer, in words that a model can act on (UPS-06)', () => {
    const answer = { id: 'B-1', when: '2024-02-30', lines: [{ sku: 'x', n: 0 }, { n: 1.5 }], extra: 1 };
    expect(find(ORDER, answer)?.split('\n')).toEqual([
      '/id: "B-1" does not match the pattern ^A-\\d{3}$.',
      '/when: "2024-02-30" is not in the format date.',
      '/lines/0/n: 0 is below 1.',
      '/lines/1: the property "sku" is missing.',
      '/lines/1/n: it is the number 1.5 and must be of type integer.',
      '(root): the property "extra" is not allowed; leave it out.',
    ]);
    expect(find(ORDER, { id: 'A-123', lines: [{ sku: 'x', n: 1 }] })).toBeNull();
  });

  it('reads JSON inside a code fence, and says where other text stops being JSON', () => {
    const check = checkJsonSchema({ type: 'object' });
    expect(check('```json\n{"a": 1}\n```')).toBeNull();
    expect(check('Sure! {"a": 1}')).toContain('Line 1, column 1');
    expect(check('{"a": 1')).toContain('it ends where');
  });

  it.each<readonly [string, Schema, unknown, boolean]>([
    ['draft 4 bounds', { maximum: 3, exclusiveMaximum: true }, 3, false],
    [
      'draft 4 ids',
      { definitions: { a: { id: '#a', type: 'string' } }, properties: { x: { $ref: '#/definitions/a' } } },
      { x: 1 },
      false,
    ],
    ['draft 7 tuples', { items: [{ type: 'string' }], additionalItems: false }, ['a', 1], false],
    ['draft 7 dependencies', { dependencies: { a: ['b'] } }, { a: 1 }, false],
    ['anchors', { $defs: { a: { $anchor: 'x', type: 'null' } }, $ref: '#x' }, 1, false],
    [
      'recursion',
      {
        $ref: '#/$defs/n',
        $defs: { n: { type: 'object', properties: { next: { $ref: '#/$defs/n' } }, required: ['v'] } },
      },
      { v: 1, next: { v: 2, next: {} } },
      false,
    ],
    [
      'unevaluated properties',
      { allOf: [{ properties: { a: true } }], properties: { b: true }, unevaluatedProperties: false },
      { a: 1, b: 2, c: 3 },
      false,
    ],
    [
      'unevaluated properties that were looked at',
      { anyOf: [{ properties: { a: { const: 1 } }, required: ['a'] }, true], unevaluatedProperties: false },
      { a: 1 },
      true,
    ],
    [
      'an $id inside',
      {
        $id: 'https://x.test/root',
        $defs: { a: { $id: 'other', $defs: { b: { type: 'string' } } } },
        $ref: 'other#/$defs/b',
      },
      1,
      false,
    ],
    [
      'mail addresses as zod writes them',
      {
        format: 'email',
        pattern:
          "^(?!\\.)(?!.*\\.\\.)([A-Za-z0-9_'+\\-\\.]*)[A-Za-z0-9_+-]@([A-Za-z0-9][A-Za-z0-9\\-]*\\.)+[A-Za-z]{2,}$",
      },
      'a@b.test',
      true,
    ],
    ['a lookahead that does not hold', { pattern: '^(?!x)' }, 'xa', false],
    ['lookaheads as passwords are demanded', { pattern: '^(?=.*[A-Z])(?=.*\\d)(?!.*[\\s)]).{8,}$' }, 'Ab345678', true],
    ['each of several lookaheads', { pattern: '^(?=.*[A-Z])(?=.*\\d)(?!.*[\\s)]).{8,}$' }, 'Ab34)678', false],
    ['alternatives within a lookahead', { pattern: '^(?=a|b)[a-c]+$' }, 'cab', false],
    ['durations as zod writes them', zodSchema(z.iso.duration()), 'P1DT2H', true],
    ['durations that are none', zodSchema(z.iso.duration()), 'P1DT', false],
    ['emojis as zod writes them', zodSchema(z.emoji()), '🦦', true],
    ['hosts as zod writes them', zodSchema(z.hostname()), 'otters.example', true],
    ['hosts that are too long', zodSchema(z.hostname()), 'a.'.repeat(127), false],
    [
      'properties of every object',
      { properties: { toString: { type: 'string' } }, required: ['constructor'] },
      {},
      false,
    ],
  ])('understands %s', (_name, schema, value, fits) => {
    expect(find(schema, value) === null).toBe(fits);
  });

  it.each<readonly [string, Schema]>([
    ['an unknown type', { type: 'text' }],
    ['a pattern that is none', { pattern: '(' }],
    ['a lookahead in the middle', { pattern: '^a(?=b)' }],
    ['a lookahead of one alternative only', { pattern: '^(?=a)b|c$' }],
    ['a lookahead that is repeated', { pattern: '^(?=a)*b' }],
    ['a lookahead within a lookahead', { pattern: '^(?=a(?!b))a' }],
    ['a lookbehind', { pattern: '(?<=a)b' }],
    ['a backreference', { pattern: '^(a)\\1$' }],
    ['a reference into nothing', { $ref: '#/$defs/x' }],
    ['a reference elsewhere', { $ref: 'https://example.test/schema.json' }],
    ['required that is no list', { required: 'a' }],
    ['properties that are no schemas', { properties: { a: 1 } }],
    ['too much depth', JSON.parse(`${'{"not":'.repeat(40)}{}${'}'.repeat(40)}`)],
    ['too much of it', { description: 'x'.repeat(70_000) }],
  ])('refuses %s before anything is sent', (_name, schema) => {
    expect(() => checkJsonSchema(schema)).toThrow(
      expect.objectContaining({
        code: 'invalid_request',
        message: expect.stringContaining('json_schema is not a valid'),
      }),
    );
  });

  it('is not held up by patterns that explode, by schemas that multiply, or by deep answers', () => {
    const started = performance.now();
    expect(find({ pattern: '^(a+)+$' }, `${'a'.repeat(50_000)}!`)).toContain('does not match');
    expect(find({ pattern: '^(?=a)(a+)+$' }, `${'a'.repeat(50)}!`)).toContain('does not match');
    const doubling = {
      $defs: {
        a: { allOf: [{ $ref: '#/$defs/b' }, { $ref: '#/$defs/b' }] },
        b: { anyOf: [{ $ref: '#/$defs/a' }, { $ref: '#/$defs/a' }] },
      },
      $ref: '#/$defs/a',
    };
    expect(find(doubling, 1)).toContain('too long');
    expect(checkJsonSchema({ type: 'array' })(`${'['.repeat(300_000)}${']'.repeat(300_000)}`)).toContain('levels deep');
    expect(performance.now() - started).toBeLessThan(5_000);
  });

  it('agrees with Ajv on schemas and values of many kinds', () => {
    const ajv = new Ajv2020({ strict: false, logger: false, unicodeRegExp: true });
    const name = fc.constantFrom('a', 'b', 'c');
    const { value } = fc.letrec((tie) => ({
      value: fc.oneof(
        { maxDepth: 3 },
        fc.constantFrom<unknown>(null, true, false, 0, 1, 2, 2.5, -1, '', 'a', 'ab', 'xyz'),
        fc.array(tie('value'), { maxLength: 3 }),
        fc.dictionary(name, tie('value'), { maxKeys: 3, noNullPrototype: true }),
      ),
    }));
    const { schema } = fc.letrec<{ schema: unknown }>((tie) => {
      const parts = fc.array(tie('schema'), { minLength: 1, maxLength: 2 });
      const properties = fc.dictionary(name, tie('schema'), { maxKeys: 2 });
      return {
        schema: fc.oneof(
          { maxDepth: 3, withCrossShrink: true },
          fc.boolean(),
          fc.record(
            {
              type: fc.constantFrom<unknown>('object', 'array', 'string', 'number', 'integer', 'boolean', 'null', [
                'string',
                'null',
              ]),
              enum: fc.array(value as fc.Arbitrary<unknown>, { minLength: 1, maxLength: 2 }),
              minimum: fc.integer({ min: -1, max: 2 }),
              exclusiveMaximum: fc.integer({ min: 0, max: 3 }),
              multipleOf: fc.constantFrom(1, 2, 0.5),
              minLength: fc.nat(2),
              maxLength: fc.nat(2),
              pattern: fc.constantFrom('^a', 'b$', '^x.z$'),
              minItems: fc.nat(2),
              maxItems: fc.nat(2),
              uniqueItems: fc.boolean(),
              required: fc.uniqueArray(name, { maxLength: 2 }),
            },
            { requiredKeys: [] },
          ),
          fc.record(
            {
              properties,
              patternProperties: fc.dictionary(fc.constantFrom('^a', 'b'), tie('schema'), { maxKeys: 1 }),
              additionalProperties: tie('schema'),
              unevaluatedProperties: tie('schema'),
              propertyNames: tie('schema'),
              dependentRequired: fc.dictionary(name, fc.uniqueArray(name, { maxLength: 1 }), { maxKeys: 1 }),
              dependentSchemas: fc.dictionary(name, tie('schema'), { maxKeys: 1 }),
              prefixItems: parts,
              items: tie('schema'),
              contains: tie('schema'),
              minContains: fc.nat(2),
              unevaluatedItems: tie('schema'),
              allOf: parts,
              anyOf: parts,
              oneOf: parts,
              not: tie('schema'),
              if: tie('schema'),
              // biome-ignore lint/suspicious/noThenProperty: it is a keyword of JSON Schema
              then: tie('schema'),
              else: tie('schema'),
            },
            { requiredKeys: [] },
          ),
        ),
      };
    });
    fc.assert(
      fc.property(
        schema.map((given) => JSON.parse(JSON.stringify(given)) as Schema),
        value,
        (given, answer) => {
          const expected = ajv.compile(given)(answer);
          expect(find(given, answer) === null).toBe(expected);
        },
      ),
      { numRuns: 400 },
    );
  });
});
