import { type Deployment, toDeploymentId } from '../domain/deployment.ts';
import type { CatalogueProvider } from './build-deployment.ts';

/**
 * A deployment once for each of its provider's keys, since each key has its own limits and may fail on its own. With at
 * most one key it stays as it is.
 */
export function replicateByKey(deployment: Deployment, { keys = [] }: CatalogueProvider): readonly Deployment[] {
  if (keys.length < 2) return [deployment];
  const { provider, model } = deployment;
  return keys.map((key) => ({ ...deployment, id: toDeploymentId(provider, model, key), key }));
}
