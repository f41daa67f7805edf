import { type Deployment, type DeploymentId, toDeploymentId } from '../domain/deployment.ts';
import type { DeploymentHealth } from '../domain/snapshot.ts';
import { describeDeployment } from './views/describe-deployment.ts';

/** A model at a provider, whichever of its keys it is asked with. */
export interface OfferedModel {
  /** Where there are several keys: without one, named `provider/model`, which stands for all of them in a request. */
  readonly deployment: Deployment;
  /** Out only where it is out with every key. */
  readonly health: DeploymentHealth;
  /** With each of its keys; empty where there is at most one. */
  readonly keys: readonly { readonly key: string; readonly id: DeploymentId; readonly health: DeploymentHealth }[];
}

const HEALTHY: DeploymentHealth = { state: 'healthy' };

/** One entry for each model at a provider, so that a second key does not double every list. Keeps the order. Pure. */
export function foldKeys(
  deployments: readonly Deployment[],
  health: ReadonlyMap<DeploymentId, DeploymentHealth>,
): readonly OfferedModel[] {
  const byModel = new Map<DeploymentId, Deployment[]>();
  for (const deployment of deployments) {
    const { id, key, provider, model } = deployment;
    const name = key === undefined ? id : toDeploymentId(provider, model);
    const twins = byModel.get(name);
    if (twins) twins.push(deployment);
    else byModel.set(name, [deployment]);
  }
  const healthOf = ({ id }: Deployment) => health.get(id) ?? HEALTHY;
  return [...byModel].flatMap(([name, twins]) => {
    const [first] = twins;
    if (!first) return [];
    const { key, ...rest } = first;
    const serving = twins.find((twin) => healthOf(twin).state === 'healthy') ?? first;
    const keys = twins.flatMap((twin) =>
      twin.key === undefined ? [] : [{ key: twin.key, id: twin.id, health: healthOf(twin) }],
    );
    return [{ deployment: key === undefined ? first : { ...rest, id: name }, health: healthOf(serving), keys }];
  });
}

/** The same as programs see it, on every surface. `keys` is null where there is at most one. */
export function describeOffered({ deployment, health, keys }: OfferedModel) {
  return {
    ...describeDeployment(deployment, health),
    keys:
      keys.length === 0
        ? null
        : keys.map(({ key, id, health }) => ({
            key,
            id,
            health: health.state,
            unhealthy_because: health.state === 'unhealthy' ? health.reason : null,
          })),
  };
}
