import { existsSync, readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toGeminiParameters, toGeminiSchema } from '../../../../src/providers/dialects/gemini/to-gemini-schema.ts';
import { fuzzRuns } from '../../../support/fuzz-runs.ts';

const KEYWORDS = new Set(
  'type format title description enum items prefixItems minItems maxItems minimum maximum anyOf properties additionalProperties required'.split(
    ' ',
  ),
);

/** Every place where a converted schema is not within the documented subset. */
function breaches(schema: unknown, at = '#', depth = 0): string[] {
  if (typeof schema !== 'object' || schema === null || Array.isArray(schema)) return [`${at} is no schema`];
  const found = Object.keys(schema).flatMap((keyword) => (KEYWORDS.has(keyword) ? [] : [`${at} has ${keyword}`]));
  const {
    properties = {},
    required = [],
    items,
    prefixItems = [],
    anyOf,
    additionalProperties,
    ...rest
  } = schema as Record<string, never>;
  if (depth > 40) found.push(`${at} is too deep`);
  if (anyOf && ('type' in rest || 'properties' in schema)) found.push(`${at} has a list of alternatives beside others`);
  const values = (rest as { enum?: unknown[] }).enum ?? [];
  if (values.some((value) => value === '' || !['string', 'number'].includes(typeof value)))
    found.push(`${at} enumerates oddly`);
  for (const name of required as string[]) if (!Object.hasOwn(properties, name)) found.push(`${at} demands ${name}`);
  const below: [string, unknown][] = [
    ...Object.entries(properties).map(([name, value]): [string, unknown] => [`${at}/${name}`, value]),
    ...[...(prefixItems as unknown[]), ...((anyOf as unknown as unknown[] | undefined) ?? [])].map(
      (value): [string, unknown] => [`${at}/*`, value],
    ),
    ...(items === undefined ? [] : [[`${at}[]`, items] as [string, unknown]]),
    ...(typeof additionalProperties === 'object' ? [[`${at}{}`, additionalProperties] as [string, unknown]] : []),
  ];
  return [...found, ...below.flatMap(([where, value]) => breaches(value, where, depth + 1))];
}

const object = (properties: Record<string, unknown>, more = {}) => ({ type: 'object', properties, ...more });
const property = (schema: unknown) => (toGeminiSchema(object({ p: schema }))['properties'] as { p: unknown }).p;

describe('a schema for Gemini (UPS-01)', () => {
  it.each<[string, unknown, unknown]>([
    ['a constant', { const: 'x' }, { type: 'string', enum: ['x'] }],
    ['a constant number', { const: 1.5 }, { type: 'number', enum: [1.5] }],
    ['a constant truth', { const: true }, { type: 'boolean', description: '(always true)' }],
    ['nothing', { const: null }, { type: 'null' }],
    ['words or nothing', { enum: ['a', null] }, { anyOf: [{ type: 'string', enum: ['a'] }, { type: 'null' }] }],
    ['an empty word', { enum: ['', 'a'] }, { type: 'string', description: '(one of: "", "a")' }],
    [
      'a type or null',
      { type: ['string', 'null'], minLength: 1 },
      { type: ['string', 'null'], description: '(minLength: 1)' },
    ],
    ['nullable', { type: 'integer', nullable: true }, { type: ['integer', 'null'] }],
    [
      'two types',
      { type: ['string', 'number'], maximum: 3 },
      { anyOf: [{ type: 'string' }, { type: 'number', maximum: 3 }] },
    ],
    [
      'oneOf',
      { oneOf: [{ type: 'string' }, { type: 'boolean' }] },
      { anyOf: [{ type: 'string' }, { type: 'boolean' }] },
    ],
    ['one alternative', { description: 'D', anyOf: [{ type: 'string' }] }, { type: 'string', description: 'D' }],
    [
      'a pattern',
      { type: 'string', pattern: '^a', description: 'An A.' },
      { type: 'string', description: 'An A. (pattern: "^a")' },
    ],
    ['a format it has', { type: 'string', format: 'date-time' }, { type: 'string', format: 'date-time' }],
    ['a format it has not', { type: 'string', format: 'uri' }, { type: 'string', description: '(format: uri)' }],
    [
      'an open bound of whole numbers',
      { type: 'integer', exclusiveMinimum: 0, exclusiveMaximum: 10 },
      { type: 'integer', minimum: 1, maximum: 9 },
    ],
    [
      'an open bound',
      { type: 'number', exclusiveMinimum: 0 },
      { type: 'number', minimum: 0, description: '(greater than 0)' },
    ],
    ['an array of anything', { type: 'array', maxItems: 2 }, { type: 'array', items: {}, maxItems: 2 }],
    [
      'a tuple',
      { type: 'array', prefixItems: [{ type: 'string' }, true] },
      { type: 'array', prefixItems: [{ type: 'string' }, {}] },
    ],
    ['a default', { type: 'boolean', default: false }, { type: 'boolean', description: '(default: false)' }],
    [
      'a map',
      { type: 'object', additionalProperties: { type: 'string' } },
      { type: 'object', properties: {}, additionalProperties: { type: 'string' } },
    ],
    [
      'demanded fields of either kind',
      { ...object({ a: { type: 'string' } }), anyOf: [{ required: ['a'] }, { required: ['b'] }] },
      { ...object({ a: { type: 'string' } }), description: '(at least one of these must be given: a, or b)' },
    ],
    [
      'what all demand',
      { allOf: [object({ a: { minimum: 1 } }, { required: ['a'] }), object({ a: { type: 'integer', minimum: 3 } })] },
      object({ a: { type: 'integer', minimum: 3 } }, { required: ['a'] }),
    ],
    [
      'a field that is demanded but not described',
      object({}, { required: ['z'] }),
      object({ z: {} }, { required: ['z'] }),
    ],
    [
      'a condition',
      JSON.parse('{"type":"string","if":{"minLength":2},"then":{"pattern":"x"}}'),
      { type: 'string', description: '(if: {"minLength":2}; then: {"pattern":"x"})' },
    ],
    ['no value at all', false, { description: '(no value is allowed)' }],
    ['any value', true, {}],
  ])('says %s', (_what, schema, expected) => {
    expect(property(schema)).toEqual(expected);
  });

  it('puts in what references point to, with what stands beside them', () => {
    const schema = object(
      { at: { $ref: '#/$defs/a~1b%20c', description: 'Where.' } },
      { $defs: { 'a/b c': { type: 'string', description: 'Place.' } } },
    );
    expect(toGeminiSchema(schema)).toEqual(object({ at: { type: 'string', description: 'Where.' } }));
    expect(property({ $ref: 'https://example.com/x.json' })).toEqual({
      description: '(as in: "https://example.com/x.json")',
    });
  });

  it('cuts recursion off and says so', () => {
    const schema = {
      $ref: '#/$defs/node',
      $defs: {
        node: object({ name: { type: 'string' }, children: { type: 'array', items: { $ref: '#/$defs/node' } } }),
      },
    };
    expect(toGeminiSchema(schema)).toEqual(
      object({
        name: { type: 'string' },
        children: {
          type: 'array',
          items: { type: 'object', properties: {}, description: '(the same shape again as node, nested)' },
        },
      }),
    );
    expect(breaches(toGeminiSchema({ $ref: '#' }))).toEqual([]);
    expect(breaches(toGeminiSchema({ allOf: [{ $ref: '#' }, { $ref: '#' }] }))).toEqual([]);
  });

  it('cuts off what is too deep or multiplies, and says so, in bounded time', () => {
    let deep: Record<string, unknown> = { type: 'string' };
    for (let i = 0; i < 10_000; i++) deep = object({ x: deep });
    const cut = JSON.stringify(toGeminiSchema(deep));
    expect(cut).toContain('left out here');
    expect(cut.length).toBeLessThan(10_000);
    const $defs: Record<string, unknown> = { d30: { type: 'string' } };
    for (let i = 0; i < 30; i++)
      $defs[`d${i}`] = object({ a: { $ref: `#/$defs/d${i + 1}` }, b: { $ref: `#/$defs/d${i + 1}` } });
    const multiplied = toGeminiSchema({ $ref: '#/$defs/d0', $defs });
    expect(breaches(multiplied)).toEqual([]);
    expect(JSON.stringify(multiplied).length).toBeLessThan(2_000_000);
    const wide: Record<string, unknown> = { e30: { type: 'object' } };
    for (let i = 0; i < 30; i++)
      wide[`e${i}`] = { allOf: [{ $ref: `#/$defs/e${i + 1}` }, { $ref: `#/$defs/e${i + 1}` }] };
    expect(breaches(toGeminiSchema({ $ref: '#/$defs/e0', $defs: wide }))).toEqual([]);
  });

  it('describes an enumeration that is too long', () => {
    const values = Array.from({ length: 5_000 }, (_, i) => `v${i}`);
    const { type, description } = property({ enum: values }) as { type: string; description: string };
    expect(type).toBe('string');
    expect(description).toMatch(/^\(one of 5000 values, which begin with "v0", "v1", .*"v19"\)$/);
  });

  it('makes one object of the parameters of a function, and nothing of none', () => {
    expect(toGeminiParameters({})).toBeNull();
    expect(toGeminiParameters({ type: 'object', properties: {}, additionalProperties: false })).toBeNull();
    expect(toGeminiParameters({ type: 'object', additionalProperties: true })).not.toBeNull();
    const either = {
      anyOf: [
        object({ a: { type: 'string' }, id: { type: 'string' } }, { required: ['a', 'id'] }),
        object({ b: { type: 'number' }, id: { type: 'integer' } }, { required: ['b', 'id'] }),
      ],
    };
    expect(toGeminiParameters(either)).toEqual({
      ...object(
        { a: { type: 'string' }, id: { anyOf: [{ type: 'string' }, { type: 'integer' }] }, b: { type: 'number' } },
        { required: ['id'] },
      ),
      description: '(give the fields of one of these shapes: {a, id} or {b, id})',
    });
  });

  const corpus = process.env['FAREBOX_TOOL_CORPUS'] ?? '';
  it.skipIf(!existsSync(corpus))(
    `takes the tools of real servers (set FAREBOX_TOOL_CORPUS to a folder of tools/list results)`,
    () => {
      let tools = 0;
      for (const file of readdirSync(corpus)) {
        for (const { inputSchema } of JSON.parse(readFileSync(`${corpus}/${file}`, 'utf8')).tools) {
          tools++;
          const converted = toGeminiParameters(inputSchema);
          expect(converted === null ? [] : breaches(converted)).toEqual([]);
          const given = Object.keys(inputSchema.properties ?? {});
          expect(Object.keys(converted?.['properties'] ?? {})).toEqual(given);
        }
      }
      expect(tools).toBeGreaterThan(0);
    },
  );

  it('stays within the subset and never throws, whatever the schema', () => {
    const words = fc.constantFrom(
      'string',
      'number',
      'integer',
      'boolean',
      'object',
      'array',
      'null',
      'any',
      '#',
      '#/$defs/a',
      'x',
    );
    const schema = fc.letrec((tie) => ({
      schema: fc.oneof(
        { depthSize: 'small' },
        fc.boolean(),
        fc.record(
          {
            type: fc.oneof(words, fc.array(words, { maxLength: 3 })),
            properties: fc.dictionary(fc.constantFrom('a', 'b', '__proto__', 'constructor'), tie('schema'), {
              maxKeys: 2,
            }),
            required: fc.array(fc.constantFrom('a', 'c', '__proto__'), { maxLength: 2 }),
            items: fc.oneof(tie('schema'), fc.array(tie('schema'), { maxLength: 2 })),
            anyOf: fc.array(tie('schema'), { maxLength: 2 }),
            oneOf: fc.array(tie('schema'), { maxLength: 2 }),
            allOf: fc.array(tie('schema'), { maxLength: 2 }),
            $ref: words,
            $defs: fc.record({ a: tie('schema') }),
            enum: fc.array(
              fc.oneof(fc.string({ maxLength: 2 }), fc.integer(), fc.constant(null), fc.boolean(), fc.constant({})),
              { maxLength: 3 },
            ),
            const: fc.oneof(fc.string({ maxLength: 2 }), fc.integer(), fc.constant(null)),
            exclusiveMinimum: fc.oneof(fc.integer(), fc.boolean()),
            additionalProperties: tie('schema'),
            nullable: fc.boolean(),
            pattern: fc.string({ maxLength: 3 }),
          },
          { requiredKeys: [] },
        ),
      ),
    })).schema;
    fc.assert(
      fc.property(schema, (value) => {
        expect(breaches(toGeminiSchema(value as Record<string, unknown>))).toEqual([]);
        const parameters = toGeminiParameters(value as Record<string, unknown>);
        if (parameters !== null) expect([parameters['type'], ...breaches(parameters)]).toEqual(['object']);
      }),
      fuzzRuns(),
    );
  });
});
