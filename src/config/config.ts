import type { Budget } from '../domain/budget.ts';
import type { Capabilities, FreeQuota } from '../domain/deployment.ts';
import type { ModelSpec } from '../domain/model-spec.ts';
import type { NanoUsd } from '../domain/money.ts';
import type { Complexity, QualityLevel, SpecialFlag, TaskType } from '../domain/task.ts';

/** Everything that was configured, resolved from all sources, readonly. Built by `loadConfig`; nobody else makes one. */
export interface Config {
  /** Folder of the data (`FAREBOX_HOME`). */
  readonly home: string;
  /** `farebox.db` in `home`. */
  readonly databasePath: string;
  /** The configuration file that was read; null where there is none. */
  readonly file: string | null;
  /** The shipped profiles and the user's, by name; what the user's file overrides is in its own profile only. */
  readonly profiles: ReadonlyMap<string, Profile>;
  /** Name of the profile that serves requests that name none. */
  readonly defaultProfile: string;
  readonly providers: readonly ProviderConfig[];
  /** Models that the user's file adds to the catalogue. */
  readonly models: readonly ModelSpec[];
  /** name → model, `provider/model`, profile or `auto`. */
  readonly aliases: Readonly<Record<string, string>>;
  /** The profile's monthly budget and those of the user's file. */
  readonly budgets: readonly Budget[];
  readonly policy: Policy;
  readonly logLevel: LogLevel;
  /** Where each effective value came from, secrets masked: for `doctor` and `config://effective`. */
  readonly provenance: readonly ConfigValue[];
  /** Accepted fields that have no effect (yet), each with the reason. */
  readonly notApplied: readonly { readonly path: string; readonly reason: string }[];
  readonly warnings: readonly string[];
  /** Values that must never be printed. */
  readonly secrets: readonly string[];
}

export type LogLevel = 'silent' | 'error' | 'warn' | 'info' | 'debug';

export interface ConfigValue {
  readonly path: string;
  readonly value: unknown;
  readonly source: 'command line' | 'environment' | 'file' | 'profile' | 'default';
  /** The variable, file or profile. */
  readonly origin: string;
}

export type ProviderKind = 'openai-compatible' | 'anthropic' | 'gemini' | 'ollama' | 'command-line' | 'sandbox';

export interface ProviderConfig {
  readonly name: string;
  readonly kind: ProviderKind;
  /** Ends without a slash, includes the version: `https://openrouter.ai/api/v1`. */
  readonly baseUrl: string;
  /** null: the provider needs none, or none is set (then `enabled` is false). */
  readonly apiKey: string | null;
  /** Every key, `apiKey` first, where there are several: each serves as a replica of the provider's models. */
  readonly apiKeys?: readonly string[];
  readonly headers: Readonly<Record<string, string>>;
  readonly local: boolean;
  readonly regions: readonly string[];
  /** Usable: it has its key, or needs none. */
  readonly enabled: boolean;
  /** How to enable it, for people: `set GROQ_API_KEY`. */
  readonly hint: string;
  readonly timeouts: Timeouts;
  /** Given away for all its models together. */
  readonly freeQuota?: FreeQuota;
  /** Assumed of its models where nothing better is known. */
  readonly capabilities?: Partial<Capabilities>;
}

/** All in ms. `firstToken` counts from the sent request to the first content, `idle` between two events. */
export interface Timeouts {
  readonly connect: number;
  readonly firstToken: number;
  /** The same where no other candidate is left to move on to; `firstToken` where absent. */
  readonly firstTokenAlone?: number;
  readonly idle: number;
  readonly total: number;
}

export interface Policy {
  /** What an HTTP caller gets who names a model that nobody knows. */
  readonly unknownModels: 'auto' | 'reject';
  /** What a call of unknown price is held and counted at under a budget; null: such a call is refused. */
  readonly unpricedCallCeiling: NanoUsd | null;
  /** A call is given up after this long, all attempts and waits together, in ms; a request may set its own. */
  readonly deadlineMs: number;
  /** Whose calendar divides budgets that name none. */
  readonly timeZone: string;
  /** Days that rows and decisions of the ledger are kept; null: for ever. */
  readonly retention: { readonly rows: number | null; readonly decisions: number | null };
  /** Store prompts and answers. Off unless switched on. */
  readonly storeBodies: boolean;
  /** Model that savings are measured against. */
  readonly baselineModel: string;
  /** `auto`: the sandbox serves where no provider is enabled. */
  readonly sandbox: 'auto' | 'on' | 'off';
  /** Look for Ollama on localhost. */
  readonly discoverOllama: boolean;
  /** Allow plain http to hosts beyond loopback and private networks. */
  readonly allowInsecureHttp: boolean;
  /** A conversation stays where its prompt cache is warm, while that is worth more than a switch saves. */
  readonly promptCacheAffinity: boolean;
}

export type Strategy = 'cost-optimized' | 'balanced' | 'quality-optimized' | 'adaptive';
export const SLOTS = ['primary', 'secondary', 'tertiary', 'fallback'] as const;
export type Slot = (typeof SLOTS)[number];

/** A profile with its defaults filled in. Field names are those of the profile files. */
export interface Profile {
  readonly name: string;
  readonly description: string;
  readonly models: Readonly<Partial<Record<Slot, ModelSpec>>>;
  readonly routing: Routing;
  readonly costTracking: {
    readonly enabled: boolean;
    readonly monthlyBudget: NanoUsd | null;
    readonly warning: number;
    readonly critical: number;
  };
  readonly caching: {
    readonly enabled: boolean;
    readonly ttlSeconds: number;
    readonly maxSize: number;
    readonly cacheByTaskType: boolean;
    readonly cacheByModel: boolean;
  };
  readonly maxConcurrency: number | null;
  readonly loadBalancing: LoadBalancing;
  readonly redundancy: Redundancy;
  readonly healthCheck: HealthCheck;
  readonly environment: string;
  /** `estimatedCosts.breakdown`: the share of the work (0 to 1) that each slot is expected to do; absent where the file says none. */
  readonly breakdown?: Readonly<Partial<Record<Slot, number>>>;
  /** `compliance.dataResidency`: requests that ask for a region stay in it. */
  readonly dataResidency: {
    readonly enabled: boolean;
    readonly regions: readonly string[];
    readonly preferredModel: Slot | null;
  };
}

/** `optimization.loadBalancing`: how calls are spread over replicas, which are deployments of the same model and about the same cost. */
export interface LoadBalancing {
  readonly strategy: 'least-loaded' | 'round-robin' | 'weighted-round-robin' | 'off';
  /** Replicas that answer more slowly get less. */
  readonly adaptiveWeights: boolean;
}

/** `deployment.redundancy`: which replicas take part. The others are still fallbacks. */
export interface Redundancy {
  /** null: all. */
  readonly replicationFactor: number | null;
  /** Replicas in different regions and at different providers before others. */
  readonly crossRegion: boolean;
}

/** `deployment.healthCheck`, for providers that are in trouble. */
export interface HealthCheck {
  readonly enabled: boolean;
  readonly intervalMs: number;
  readonly timeoutMs: number;
  /** Failed checks in a row that take a provider's models out. */
  readonly unhealthyThreshold: number;
  /** Good checks in a row that let it be tried again before its rest is over. */
  readonly healthyThreshold: number;
}

export interface Routing {
  readonly strategy: Strategy;
  readonly taskTypeMapping: Readonly<Partial<Record<TaskType, Slot>>>;
  readonly complexityRouting: Readonly<Partial<Record<Complexity, Slot>>>;
  readonly qualityThresholds: Readonly<Partial<Record<QualityLevel, Slot>>>;
  readonly specializedRouting: Readonly<Partial<Record<SpecialFlag, Slot>>>;
  readonly fallbackRules: FallbackRules;
  /** Refuse instead of warn where no model reaches a demanded quality. */
  readonly strict: boolean;
}

export interface FallbackRules {
  readonly onRateLimit: boolean;
  readonly onError: boolean;
  readonly onTimeout: boolean;
  readonly onQualityFailure: boolean;
  readonly escalateToSecondary: boolean;
  readonly escalateToTertiary: boolean;
  readonly cascadeFallback: boolean;
  readonly maxRetries: number;
  readonly retryDelayMs: number;
}
