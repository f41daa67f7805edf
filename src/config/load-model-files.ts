import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { ModelSpec } from '../domain/model-spec.ts';
import { parseConfigFile, type ReadFile, readFileIfAny } from './read-config-file.ts';
import { resolveModel } from './resolve-model.ts';
import { modelFileSchema } from './schema/model-file.ts';

/** The shipped catalogue, `configs/models/*.json`. Throws `invalid_config` for a file that does not fit its schema. */
export function loadModelFiles(configsDir: string, readFile: ReadFile = readFileIfAny): readonly ModelSpec[] {
  const folder = join(configsDir, 'models');
  const files = readdirSync(folder).filter((file) => file.endsWith('.json'));
  return files.sort().flatMap((file) => {
    const path = join(folder, file);
    const { raw } = parseConfigFile(path, readFile(path) ?? '', modelFileSchema, {}, { shipped: true });
    return raw.models.map((model) => resolveModel({ ...model, provider: raw.provider }, 'catalogue'));
  });
}
