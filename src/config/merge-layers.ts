import type { ConfigValue } from './config.ts';
import { type FieldPath, formatPath } from './field-path.ts';
import type { RawConfig } from './schema/config-file.ts';

/** One source of configuration values. */
export interface Layer {
  readonly source: ConfigValue['source'];
  /** The file, profile or variable. */
  readonly origin: string;
  readonly raw: RawConfig;
}

export interface Origin {
  readonly path: FieldPath;
  readonly source: ConfigValue['source'];
  readonly origin: string;
}

export interface MergedConfig {
  readonly raw: RawConfig;
  /** By `formatPath`: who set each value that is not an object. */
  readonly origins: ReadonlyMap<string, Origin>;
}

/**
 * Lays the layers over each other, the last one on top. Objects are merged key by key; lists are replaced as a whole,
 * and so is a model slot that names another provider or model than its base, lest it inherit a foreign price.
 */
export function mergeLayers(layers: readonly Layer[]): MergedConfig {
  const origins = new Map<string, Origin>();
  let merged: Record<string, unknown> = {};
  for (const layer of layers) merged = mergeObjects(merged, layer.raw, [], layer, origins);
  return { raw: merged as RawConfig, origins };
}

type Plain = Readonly<Record<string, unknown>>;

function mergeObjects(
  below: Plain,
  above: Plain,
  path: FieldPath,
  layer: Layer,
  origins: Map<string, Origin>,
): Record<string, unknown> {
  const merged: Record<string, unknown> = { ...below };
  for (const [key, value] of Object.entries(above)) {
    if (value === undefined) continue;
    const at = [...path, key];
    const base = merged[key];
    if (!isPlain(value)) {
      merged[key] = value;
      origins.set(formatPath(at), { path: at, source: layer.source, origin: layer.origin });
      continue;
    }
    const kept = isPlain(base) && !(isSlot(at) && isOtherModel(base, value)) ? base : {};
    if (base !== undefined && kept !== base) forget(origins, at);
    merged[key] = mergeObjects(kept, value, at, layer, origins);
  }
  return merged;
}

function isSlot(path: FieldPath): boolean {
  return path.length === 2 && path[0] === 'models';
}

function isOtherModel(below: Plain, above: Plain): boolean {
  return below['provider'] !== above['provider'] || below['model'] !== above['model'];
}

function forget(origins: Map<string, Origin>, path: FieldPath): void {
  const prefix = formatPath(path);
  for (const key of [...origins.keys()]) {
    if (key === prefix || key.startsWith(`${prefix}.`) || key.startsWith(`${prefix}[`)) origins.delete(key);
  }
}

function isPlain(value: unknown): value is Plain {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
