import type { ConfigValue } from './config.ts';
import { type LayerSources, loadFileLayers, loadProfileLayers } from './load-layers.ts';
import type { Surroundings } from './locate-config.ts';
import type { Layer } from './merge-layers.ts';

const DEFAULT_PROFILE = 'balanced';
/** Sections that make a profile: a file that sets one of them is a profile of its own. */
const PROFILE_SECTIONS = ['models', 'routing', 'monitoring', 'optimization', 'deployment', 'compliance'] as const;

export interface ChosenLayers {
  /** Name of the default profile. */
  readonly name: string;
  /** From the base up. */
  readonly layers: readonly Layer[];
  readonly secrets: readonly string[];
  readonly warnings: readonly string[];
  readonly provenance: ConfigValue;
}

/**
 * The layers of the default profile: the user's file on its base, or a shipped profile alone. The base is the profile
 * that command line or environment ask for, else the one that the file extends, else `balanced`. A file that extends
 * no shipped profile and has models of its own is a whole profile and gets no base.
 */
export function chooseLayers({ file, base: asked }: Surroundings, sources: LayerSources): ChosenLayers {
  const chain = file === null ? { layers: [], secrets: [] } : loadFileLayers(file, sources);
  const own = chain.layers.filter((layer) => layer.source === 'file');
  const extended = chain.layers.findLast((layer) => layer.source === 'profile')?.origin;
  const ownName = own.findLast((layer) => layer.raw.name !== undefined)?.raw.name;
  const isWhole = extended === undefined && own.some((layer) => layer.raw.models !== undefined);
  const wanted = asked && asked.name !== ownName ? asked : null;

  const baseName = wanted?.name ?? extended ?? DEFAULT_PROFILE;
  const base = isWhole ? null : loadProfileLayers(baseName, sources, wanted?.asked ?? 'The default');
  const isOwn = isWhole || own.some((layer) => PROFILE_SECTIONS.some((section) => layer.raw[section] !== undefined));
  const name = ownName ?? (isOwn ? 'custom' : baseName);
  const ignored = isWhole && wanted;
  return {
    name,
    layers: [...(base?.layers ?? []), ...own],
    secrets: [...(base?.secrets ?? []), ...chain.secrets],
    warnings: ignored
      ? [`${wanted.asked} (${wanted.name}) has no effect: ${file} is a profile with models of its own.`]
      : [],
    provenance: { path: 'profile', value: name, ...originOf(file, wanted, ownName !== undefined || isOwn, extended) },
  };
}

function originOf(
  file: string | null,
  wanted: Surroundings['base'],
  isOwn: boolean,
  extended: string | undefined,
): Pick<ConfigValue, 'source' | 'origin'> {
  if (file !== null && isOwn) return { source: 'file', origin: file };
  if (wanted) return { source: wanted.source, origin: wanted.asked };
  return file !== null && extended !== undefined
    ? { source: 'file', origin: file }
    : { source: 'default', origin: 'default' };
}
