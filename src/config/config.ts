import type { Budget } from '../domain/budget.ts';
import type { Capabilities, FreeQuota } from '../domain/deployment.ts';
import type { ModelSpec } from '../domain/model-spec.ts';
import type { NanoUsd } from '../domain/money.ts';
import type { Price } from '../domain/price.ts';
import type { Complexity, QualityLevel, SpecialFlag, TaskType } from '../domain/task.ts';
import type { AlertPolicy, NonCritical, ThrottlePolicy } from './alert-policy.ts';
import type { CommandLineConfig } from './command-line-config.ts';

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
  /** Commands that answers may be checked by, by name. */
  readonly checks: ReadonlyMap<string, CheckCommand>;
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
  /** Of kind `command-line`: the program that is run. */
  readonly command?: CommandLineConfig;
  /** Of its models where nothing says otherwise. */
  readonly price?: Price;
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

/** Asks a second candidate as well where the first one stays silent; whoever says the first word wins. */
export interface Hedge {
  /** Ms of silence; null: only the percentile says. */
  readonly afterMs: number | null;
  /** Share (0 to 1) of a deployment's latest answers that began sooner; null: only the time says. */
  readonly percentile: number | null;
  /** The most that the second attempt may cost; null: what the budgets allow. */
  readonly maxExtraCost: NanoUsd | null;
}

export interface Policy {
  /** Conversations that are carried on by id: how long they are kept unused, and the size of all together. */
  readonly threads: { readonly maxAgeDays: number; readonly maxBytes: number };
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
  /** The model of requests for embeddings that name none; null: the first that the catalogue has. */
  readonly embeddingModel: string | null;
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
  /** null: nothing is hedged. */
  readonly hedge: Hedge | null;
  /** Whether models without tools of their own may serve requests with tools. */
  readonly toolEmulation: 'auto' | 'off';
  /** When a budget is used up: free and local models go on, or nothing does. */
  readonly onExhausted: 'free' | 'stop';
  readonly nonCritical: NonCritical;
  /** When calls are slowed down, since a budget would not last at its pace; null: never. */
  readonly throttle: ThrottlePolicy | null;
  readonly alerts: AlertPolicy;
  /** `maxAttempts`: answers of one call that are checked at most. */
  readonly verify: { readonly maxAttempts: number };
}

/** A command that an answer is checked by: it reads the answer from its stdin and exits with 0 where it passes. */
export interface CheckCommand {
  /** The program and its arguments; no shell reads them. */
  readonly argv: readonly string[];
  readonly timeoutMs: number;
  /** Of its stdout and of its stderr, each. */
  readonly maxOutputBytes: number;
  readonly cwd: string;
  /** All that it sees of the environment: PATH, HOME and what is declared. */
  readonly env: Readonly<Record<string, string>>;
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
    /** Other wordings of a question are answered from the cache, too. */
    readonly intelligentCaching: boolean;
  };
  readonly promptOptimization: PromptOptimization;
  /** Embeddings that are asked for together; null: each caller's on their own. */
  readonly batchRequests: BatchRequests | null;
  readonly maxConcurrency: number | null;
  /** How answers over HTTP are compressed for clients that accept it; null: not at all. */
  readonly responseCompression: ResponseCompression | null;
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

/** `optimization.responseCompression`. */
export interface ResponseCompression {
  /** `brotli`: gzip for clients that know no brotli. */
  readonly algorithm: 'gzip' | 'brotli';
  /** 0 to 11, of gzip at most 9; null: the usual one. */
  readonly level: number | null;
}

/** `optimization.batchRequests`: texts of several callers in one request for embeddings. */
export interface BatchRequests {
  readonly maxBatchSize: number;
  /** The longest that a text waits for others, in ms. */
  readonly delayMs: number;
  /** Nothing waits while no request is under way. */
  readonly smart: boolean;
}

/** `optimization.promptOptimization`: what may be done to a prompt to make it cheaper. */
export interface PromptOptimization {
  /** White space that means nothing, and what a system message says twice. */
  readonly enabled: boolean;
  /** White space in user messages, too. */
  readonly minimizeTokens: boolean;
  /** Of farebox's own prompts. */
  readonly useShortPrompts: boolean;
  /** Of long conversations. */
  readonly contextCompression: boolean;
  /** By a model's summary. */
  readonly semanticCompression: boolean;
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
