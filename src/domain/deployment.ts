import type { Price } from './price.ts';

declare const deploymentId: unique symbol;
/** `provider/model`, e.g. `openrouter/deepseek/deepseek-chat`; `provider#key/model` where the provider has several keys. */
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
  /** false: not even the description of tools in its prompt makes it call any; absent: it is tried. */
  readonly toolEmulation?: boolean;
  /** Takes a last message of the assistant as the beginning of its answer; absent: not known, so it is never asked to. */
  readonly assistantPrefix?: boolean;
  /** Makes vectors of texts, and writes none; absent: it writes. */
  readonly embeddings?: boolean;
}

export interface RateLimits {
  readonly requestsPerMinute: number | null;
  readonly tokensPerMinute: number | null;
}

/** What a provider gives away every day. At least one of the two is limited. */
export interface FreeQuota {
  readonly requestsPerDay: number | null;
  /** Input and output together. */
  readonly tokensPerDay: number | null;
  /** IANA name of the zone in whose midnight it begins anew. */
  readonly timeZone: string;
  /** What follows when it is used up: the normal price, or nothing until it begins anew. */
  readonly thenPaid: boolean;
  /** One count for all models of the provider (and key), rather than one for each. */
  readonly shared: boolean;
}

/** One model at one provider, with one of its keys: the unit that is routed to, priced and kept healthy. */
export interface Deployment {
  readonly id: DeploymentId;
  readonly provider: string;
  /** Which of the provider's keys it is asked with: `1`, `2` …; absent where there is at most one. */
  readonly key?: string;
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
  /** Absent: nothing is given away. */
  readonly freeQuota?: FreeQuota;
  /** Runs on this machine or network: the only kind that private requests may use. */
  readonly local: boolean;
  /** Regions in which the provider processes requests; empty where unknown. */
  readonly regions: readonly string[];
  /** Answers come from the sandbox and are made up; their cost is not real money. */
  readonly simulated: boolean;
}

export function toDeploymentId(provider: string, model: string, key?: string): DeploymentId {
  return `${provider}${key === undefined ? '' : `#${key}`}/${model}` as DeploymentId;
}
