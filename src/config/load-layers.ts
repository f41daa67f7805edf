import { dirname, isAbsolute, resolve } from 'node:path';
import { FareboxError } from '../domain/errors.ts';
import { nearest } from '../lib/nearest.ts';
import type { Layer } from './merge-layers.ts';
import { parseConfigFile, type ReadFile } from './read-config-file.ts';
import { configFileSchema } from './schema/config-file.ts';
import type { Environment } from './substitute-variables.ts';

export interface LayerSources {
  readonly env: Environment;
  readonly readFile: ReadFile;
  /** Shipped profiles: name → file. */
  readonly shipped: ReadonlyMap<string, string>;
}

export interface LayerChain {
  /** From the base up. */
  readonly layers: readonly Layer[];
  readonly secrets: readonly string[];
}

/** A shipped profile with what it extends. */
export function loadProfileLayers(name: string, sources: LayerSources, asked: string): LayerChain {
  const file = sources.shipped.get(name);
  if (file === undefined) throw unknownProfile(name, sources, asked);
  return loadChain(file, { source: 'profile', origin: name }, sources, []);
}

/** A user's file with what it extends. */
export function loadFileLayers(file: string, sources: LayerSources): LayerChain {
  return loadChain(file, { source: 'file', origin: file }, sources, []);
}

function loadChain(
  file: string,
  layer: Pick<Layer, 'source' | 'origin'>,
  sources: LayerSources,
  above: readonly string[],
): LayerChain {
  if (above.includes(file)) {
    throw new FareboxError(
      'invalid_config',
      `Configuration files extend each other: ${[...above, file].join(' → ')}.`,
      {
        remedy: 'Remove one "extends".',
      },
    );
  }
  const text = sources.readFile(file);
  if (text === null) throw missingFile(file, above, sources);
  const document = parseConfigFile(file, text, configFileSchema, sources.env, { shipped: layer.source === 'profile' });
  const below = loadBase(document.raw.extends, file, sources, [...above, file]);
  return {
    layers: [...below.layers, { ...layer, raw: document.raw }],
    secrets: [...below.secrets, ...document.secrets],
  };
}

function loadBase(
  target: string | undefined,
  file: string,
  sources: LayerSources,
  above: readonly string[],
): LayerChain {
  if (target === undefined) return { layers: [], secrets: [] };
  const shipped = sources.shipped.get(target);
  if (shipped !== undefined) return loadChain(shipped, { source: 'profile', origin: target }, sources, above);
  if (!/[\\/]|\.jsonc?$/.test(target)) throw unknownProfile(target, sources, `${file}: extends`);
  const path = isAbsolute(target) ? target : resolve(dirname(file), target);
  return loadChain(path, { source: 'file', origin: path }, sources, above);
}

function missingFile(file: string, above: readonly string[], sources: LayerSources): FareboxError {
  const by = above.at(-1);
  return new FareboxError('invalid_config', `${file} does not exist${by ? `, although ${by} extends it` : ''}.`, {
    remedy: by
      ? `"extends" takes a path relative to its file, or a shipped profile: ${[...sources.shipped.keys()].join(', ')}.`
      : 'Check the path, or run `farebox init` to write a configuration.',
  });
}

function unknownProfile(name: string, sources: LayerSources, asked: string): FareboxError {
  const known = [...sources.shipped.keys()];
  const near = nearest(name, known);
  return new FareboxError('invalid_config', `${asked} names the profile "${name}", which does not exist.`, {
    remedy: `${near ? `Did you mean "${near}"? ` : ''}Shipped profiles: ${known.join(', ')}.`,
  });
}
