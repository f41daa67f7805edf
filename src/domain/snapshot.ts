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

export interface Headroom {
  readonly requests: number;
  readonly tokens: number;
  /** How long this request would wait for its place, in ms; absent: it is not known, and none left means left out. */
  readonly waitMs?: number;
}

/** What a provider still gives away today. */
export interface QuotaLeft {
  readonly requests: number;
  readonly tokens: number;
  /** Epoch ms: the next midnight of the quota's time zone. */
  readonly resetsAt: number;
}

/** Answers of a model to one kind of task that were checked, and those that passed every check of their callers. */
export interface Evidence {
  readonly tried: number;
  readonly accepted: number;
}

/** The world as a plan sees it. Plain data, so that a decision can be replayed. */
export interface RoutingSnapshot {
  /** Epoch ms. */
  readonly now: number;
  /** Every deployment that could be called, in the catalogue's order. */
  readonly deployments: readonly Deployment[];
  /** Absent deployments are healthy. */
  readonly health: ReadonlyMap<DeploymentId, DeploymentHealth>;
  /** Requests and tokens that may still be sent this minute; absent: no known limit. */
  readonly headroom: ReadonlyMap<DeploymentId, Headroom>;
  /** What is left today of the free quota of those that have one. */
  readonly freeQuota?: ReadonlyMap<DeploymentId, QuotaLeft>;
  /** The least that is left in any budget that applies to every call; null: no budget. */
  readonly budgetLeft: NanoUsd | null;
  readonly budgetLevel: BudgetLevel;
  /** What is known of each model at this kind of task, by model; absent: it is not to matter. */
  readonly adequacy?: ReadonlyMap<string, Evidence>;
  /** What spreads calls over equal deployments; absent: they are tried in the order of the plan. */
  readonly balancing?: Balancing;
  /** Where earlier turns of this conversation may still be cached; absent: nowhere, or it is not to matter. */
  readonly promptCaches?: PromptCaches;
}

export interface PromptCaches {
  /** Those that have served this conversation lately, each at most once. */
  readonly warm: readonly WarmCache[];
  /** The share (0 to 1) of a prompt that a deployment reads from its cache in the next turn; absent: none is expected. */
  readonly share: ReadonlyMap<DeploymentId, number>;
  /** The request carries cache marks, so that what is not read is written, where writing has a price. */
  readonly marked: boolean;
}

export interface WarmCache {
  readonly deployment: DeploymentId;
  /** Tokens of this request that are expected to be read from its cache; 0: it has served, but is not known to cache. */
  readonly cachedTokens: number;
}

/** How busy a deployment of this process is. */
export interface DeploymentLoad {
  /** Attempts on their way. */
  readonly inFlight: number;
  /** How long it takes to begin an answer, in ms, recent peaks above all; null: not known yet. */
  readonly latencyMs: number | null;
}

export interface Balancing {
  /** Grows by one with each plan. */
  readonly turn: number;
  /** A float in [0, 1). */
  readonly random: number;
  /** Absent deployments are idle and unmeasured. */
  readonly load: ReadonlyMap<DeploymentId, DeploymentLoad>;
}
