import { maskSecrets } from '../lib/mask-secrets.ts';
import type { ConfigValue } from './config.ts';
import { isSecretPath, valueAt } from './field-path.ts';
import type { MergedConfig } from './merge-layers.ts';

/** Every effective value with its source, in the order of the file; secrets are shown as `•••`. */
export function describeProvenance(merged: MergedConfig, secrets: readonly string[]): readonly ConfigValue[] {
  return [...merged.origins.entries()].map(([path, origin]) => {
    const value = valueAt(merged.raw, origin.path);
    const shown = isSecretPath(origin.path) ? hide(value) : mask(value, secrets);
    return { path, value: shown, source: origin.source, origin: origin.origin };
  });
}

/** A hidden value shows only whether, and how often, there is one. */
function hide(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(hide);
  return value === '' ? '' : '•••';
}

function mask(value: unknown, secrets: readonly string[]): unknown {
  if (typeof value === 'string') return maskSecrets(value, secrets);
  if (Array.isArray(value)) return value.map((item) => mask(item, secrets));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, isSecretPath([key]) ? '•••' : mask(item, secrets)]),
  );
}
