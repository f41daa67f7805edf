import type { DeploymentId } from '../domain/deployment.ts';
import type { Fit } from './hard-filters.ts';
import type { Ordering } from './order-candidates.ts';

/**
 * Models that have tools of their own before those for which they are emulated, each in the order that they have anyway.
 * Where that changes who comes first, the rule and the reason are those of an order without the emulated ones.
 */
export function preferNativeTools(fits: readonly Fit[], order: (fits: readonly Fit[]) => Ordering): Ordering {
  const ordering = order(fits);
  const native = fits.filter(({ emulatesTools }) => !emulatesTools);
  if (native.length === 0 || native.length === fits.length) return ordering;
  const led = ordering.candidates[0]?.emulatesTools ? order(native) : ordering;
  const emulated = ordering.candidates.filter(({ emulatesTools }) => emulatesTools);
  const tried = led.candidates.filter(({ emulatesTools }) => !emulatesTools);
  const placed = new Set([...tried, ...emulated].map(({ deployment }) => deployment.id));
  return {
    ...led,
    candidates: [...tried, ...emulated],
    beyond: fits.filter(({ deployment }) => !placed.has(deployment.id)),
  };
}

/** What a caller is told. */
export function toolsAreEmulated(deployment: DeploymentId): string {
  return `${deployment} has no tools of its own, so they are emulated in its prompt.`;
}
