import * as z from 'zod';
import { configFileSchema } from './schema/config-file.ts';

/** The JSON Schema (2020-12) of configuration files, for editors and for people. */
export function configSchemaJson(): Readonly<Record<string, unknown>> {
  const schema = z.toJSONSchema(configFileSchema, { target: 'draft-2020-12', io: 'input' });
  return { title: 'farebox configuration', ...schema };
}
