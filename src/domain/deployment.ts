import type { Price } from './price.ts';

declare const deploymentId: unique symbol;
/** `provider/model`, e.g. `openrouter/deepseek/deepseek-chat`. */
export type DeploymentId = string & { readonly [deploymentId]: true };

export interface Capabilities {
  readonly toolCalling: boolean;
  readonly jsonMode: boolean;
  readonly streaming: boolean;
  readonly multimodal: boolean;
  /** Tokens of input and output together. */
  readonly contextWindow: number;
  /** The most tokens that the model writes in one answer, where known. */
  readonly maxOutputTokens: number | null;
}

export interface RateLimits {
  readonly requestsPerMinute: number | null;
  readonly tokensPerMinute: number | null;
}

/** One model at one provider: the unit that is routed to, priced and kept healthy. */
export interface Deployment {
  readonly id: DeploymentId;
  readonly provider: string;
  /** The model as profiles, the ledger and reports name it. */
  readonly model: string;
  /** The model as the provider wants it named. */
  readonly upstreamModel: string;
  /** null: the price is unknown, which is not the same as free. */
  readonly price: Price | null;
  readonly capabilities: Capabilities;
  /** 0 to 100; null where nobody has measured it. */
  readonly quality: number | null;
  readonly specialization: readonly string[];
  readonly rateLimits: RateLimits | null;
  /** Runs on this machine or network: the only kind that private requests may use. */
  readonly local: boolean;
  /** Regions in which the provider processes requests; empty where unknown. */
  readonly regions: readonly string[];
  /** Answers come from the sandbox and are made up; their cost is not real money. */
  readonly simulated: boolean;
}

export function toDeploymentId(provider: string, model: string): DeploymentId {
  return `${provider}/${model}` as DeploymentId;
}
