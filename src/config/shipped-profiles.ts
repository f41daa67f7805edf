import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { FareboxError } from '../domain/errors.ts';

/** Files in `configs/` that are not profiles. */
const NOT_PROFILES = new Set(['farebox.schema.json', 'servers.json']);

/** Profile name → file, for every profile in the folder of shipped configuration. */
export function listShippedProfiles(configsDir: string): ReadonlyMap<string, string> {
  let names: readonly string[];
  try {
    names = readdirSync(configsDir);
  } catch (error) {
    throw new FareboxError('invalid_config', `The shipped configuration in ${configsDir} cannot be read.`, {
      remedy: 'Install farebox again.',
      cause: error,
    });
  }
  const files = names.filter((file) => file.endsWith('.json') && !NOT_PROFILES.has(file)).sort();
  return new Map(files.map((file) => [basename(file, '.json'), join(configsDir, file)]));
}
