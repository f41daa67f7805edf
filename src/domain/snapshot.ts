import type { BudgetLevel } from './budget.ts';
import type { Deployment, DeploymentId } from './deployment.ts';
import type { NanoUsd } from './money.ts';

export type DeploymentHealth =
  | { readonly state: 'healthy' }
  /** Left out until then (epoch ms): it failed repeatedly or refused our key. */
  | {
      readonly state: 'unhealthy';
      readonly until: number;
      readonly reason: string;
      /** The provider refuses our key, our account or the model: not tried even where nothing else is left. */
      readonly refused?: boolean;
    };

/** The world as a plan sees it. Plain data, so that a decision can be replayed. */
export interface RoutingSnapshot {
  /** Epoch ms. */
  readonly now: number;
  /** Every deployment that could be called, in the catalogue's order. */
  readonly deployments: readonly Deployment[];
  /** Absent deployments are healthy. */
  readonly health: ReadonlyMap<DeploymentId, DeploymentHealth>;
  /** Requests and tokens that may still be sent this minute; absent: no known limit. */
  readonly headroom: ReadonlyMap<DeploymentId, { readonly requests: number; readonly tokens: number }>;
  /** The least that is left in any budget that applies to every call; null: no budget. */
  readonly budgetLeft: NanoUsd | null;
  readonly budgetLevel: BudgetLevel;
}
