import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { APPLIED, NOT_APPLIED, whyNotApplied } from '../../src/config/applied-fields.ts';
import { configSchemaJson } from '../../src/config/json-schema.ts';
import { configFileSchema } from '../../src/config/schema/config-file.ts';
import { configsDir, loadTestConfig } from '../support/load-test-config.ts';

type Json = { readonly [key: string]: Json | undefined } & {
  readonly type?: string;
  readonly required?: readonly string[];
};

/** Every field of the schema as a path; entries of lists and of open objects are `[]` and `*`. */
function paths(schema: Json, at = ''): readonly string[] {
  const join = (key: string) => (at === '' ? key : `${at}.${key}`);
  const properties = Object.entries((schema['properties'] ?? {}) as Record<string, Json>);
  if (properties.length > 0) return properties.flatMap(([key, child]) => paths(child, join(key)));
  const items = schema['items'] as Json | undefined;
  if (items?.['properties']) return paths(items, `${at}[]`);
  const values = schema['additionalProperties'] as Json | undefined;
  if (values?.['properties']) return paths(values, join('*'));
  return [at];
}

const schema = configSchemaJson() as unknown as Json;
const all = paths(schema);

describe('the schema', () => {
  it('is published as it is (run `npm run generate` where this fails) (CFG-01)', () => {
    const published = readFileSync(join(configsDir, 'farebox.schema.json'), 'utf8');
    expect(JSON.parse(published)).toEqual(schema);
  });

  it('has only fields that have an effect or say why not (CFG-05)', () => {
    expect(all.length).toBeGreaterThan(150);
    expect(all.filter((path) => whyNotApplied(path) === undefined)).toEqual([]);
    const entries = [...APPLIED, ...Object.keys(NOT_APPLIED)];
    const covers = (entry: string) =>
      all.some((p) => p === entry || p.startsWith(`${entry}.`) || p.startsWith(`${entry}[`));
    expect(entries.filter((entry) => !covers(entry))).toEqual([]);
  });

  it('lists what a configuration sets without effect, and nothing that nobody set (CFG-05)', () => {
    const listed = (file: unknown) =>
      loadTestConfig({ files: { 'config.json': file } }).notApplied.map(({ path }) => path);
    const models = { primary: { provider: 'groq', model: 'openai/gpt-oss-20b' } };
    expect(listed({ models })).toEqual([]);
    expect(
      listed({
        models,
        servers: { fs: { command: 'x' } },
        version: '1',
        optimization: { batchRequests: { enabled: true } },
      }),
    ).toEqual(['version', 'servers']);
  });

  it('refuses a wrong type in every field of the shipped profiles, and names its path (CFG-01)', () => {
    const premium = JSON.parse(readFileSync(join(configsDir, 'premium.json'), 'utf8')) as Record<string, unknown>;
    const visit = (value: unknown, path: readonly (string | number)[]): void => {
      if (typeof value === 'object' && value !== null) {
        for (const [key, child] of Object.entries(value))
          visit(child, [...path, Array.isArray(value) ? Number(key) : key]);
        return;
      }
      const broken = structuredClone(premium);
      const parent = path.slice(0, -1).reduce<unknown>((at, part) => (at as Record<string, unknown>)[part], broken);
      (parent as Record<string | number, unknown>)[path.at(-1) ?? ''] = { wrong: true };
      expect(configFileSchema.safeParse(broken).error?.issues.map((issue) => issue.path)).toEqual([path]);
    };
    visit(premium, []);
  });

  it('refuses a model without one of its required fields, and names it (CFG-01)', () => {
    const full = { provider: 'x', model: 'y', pricing: { input: 1, output: 2 } };
    const without = (key: string) => Object.fromEntries(Object.entries(full).filter(([k]) => k !== key));
    const broken = (model: unknown) =>
      configFileSchema.safeParse({ models: { primary: model } }).error?.issues.map(({ path }) => path.join('.'));
    expect(broken(full)).toBeUndefined();
    expect(broken(without('provider'))).toEqual(['models.primary.provider']);
    expect(broken(without('model'))).toEqual(['models.primary.model']);
    expect(broken({ ...full, pricing: { input: 1 } })).toEqual(['models.primary.pricing.output']);
    expect(broken({ ...full, pricing: { output: 1 } })).toEqual(['models.primary.pricing.input']);
  });
});
