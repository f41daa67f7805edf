import type { Check } from './check.ts';
import type { NanoUsd } from './money.ts';
import type { Complexity, QualityLevel, SpecialFlag, TaskType } from './task.ts';

/** Marks the end of a prefix that the provider may cache; carried through translation with position and TTL. */
export interface CacheControl {
  readonly ttl: '5m' | '1h';
}

export interface TextPart {
  readonly type: 'text';
  readonly text: string;
  readonly cacheControl?: CacheControl;
}

export interface ImagePart {
  readonly type: 'image';
  /** An https or data URL. */
  readonly url: string;
  readonly detail?: 'auto' | 'low' | 'high';
  readonly cacheControl?: CacheControl;
}

/**
 * A stretch of a model's thinking, as it must be given back in the next turn. A signature proves to the provider who
 * made it that nothing was changed; only that provider can read `redacted`.
 */
export interface ReasoningPart {
  readonly text: string;
  readonly signature?: string;
  /** Encrypted thinking; `text` is then empty. */
  readonly redacted?: string;
}

export interface ToolCall {
  readonly id: string;
  readonly name: string;
  /** Arguments as the model wrote them: JSON text, perhaps broken. */
  readonly arguments: string;
  /** The provider's proof of the thinking that led to the call (Gemini), to be given back with it. */
  readonly signature?: string;
}

export type Message =
  | { readonly role: 'system' | 'developer'; readonly content: string | readonly TextPart[] }
  | { readonly role: 'user'; readonly content: string | readonly (TextPart | ImagePart)[] }
  | {
      readonly role: 'assistant';
      readonly content: string | readonly TextPart[] | null;
      readonly toolCalls?: readonly ToolCall[];
      /** In the order in which it came before the content. */
      readonly reasoning?: readonly ReasoningPart[];
    }
  | {
      readonly role: 'tool';
      readonly toolCallId: string;
      readonly content: string | readonly (TextPart | ImagePart)[];
      /** The tool failed, and the content says how. */
      readonly isError?: boolean;
    };

export interface ToolDefinition {
  readonly name: string;
  readonly description?: string;
  /** JSON Schema of the arguments. */
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly strict?: boolean;
  /** Marks the end of a prefix of tools that the provider may cache. */
  readonly cacheControl?: CacheControl;
}

export type ToolChoice = 'auto' | 'none' | 'required' | { readonly name: string };

export type ResponseFormat =
  | { readonly type: 'json_object' }
  | {
      readonly type: 'json_schema';
      readonly name: string;
      readonly schema: Readonly<Record<string, unknown>>;
      readonly strict?: boolean;
    };

/** What the caller demands of the routing; everything absent is decided by classifier and profile. */
export interface RoutingConstraints {
  /** A model, `provider/model` or alias; `auto` is the same as absent. */
  readonly model?: string;
  readonly profile?: string;
  readonly task?: TaskType;
  readonly complexity?: Complexity;
  /** The most that this call may cost, all attempts together. */
  readonly maxCost?: NanoUsd;
  /** The least quality score (0 to 100) that a model must have. */
  readonly qualityThreshold?: number;
  readonly quality?: QualityLevel;
  readonly flags?: readonly SpecialFlag[];
  /** `private`: only local models may see the request. */
  readonly sensitivity: 'normal' | 'private';
  /** Only deployments in this region, e.g. `eu`. */
  readonly region?: string;
  /** May wait: paused while a budget that pays for it is critical. Absent: `policy.nonCritical` decides. */
  readonly nonCritical?: boolean;
  /** Refuse instead of taking the best available model where none reaches the quality threshold. */
  readonly strict?: boolean;
}

/** Who asks, for the ledger, budgets and reports. Never used for access decisions. */
export interface Attribution {
  /** The surface: `mcp`, `cli`, `http`. */
  readonly surface: 'mcp' | 'cli' | 'http' | 'agent';
  /** The client as it names itself, e.g. `claude-code`. */
  readonly client?: string;
  readonly project?: string;
  readonly role?: string;
  readonly runId?: string;
  /** The swarm or run that began this run: reports and budgets add up what is below it. */
  readonly swarmId?: string;
  readonly sessionId?: string;
  readonly key?: string;
  readonly tags?: readonly string[];
}

export interface CompletionRequest {
  readonly messages: readonly Message[];
  readonly tools?: readonly ToolDefinition[];
  readonly toolChoice?: ToolChoice;
  readonly parallelToolCalls?: boolean;
  readonly responseFormat?: ResponseFormat;
  /** Upper bound on the tokens of the answer; the profile's policy for the task where absent. */
  readonly maxOutputTokens?: number;
  readonly temperature?: number;
  readonly topP?: number;
  readonly stop?: readonly string[];
  readonly seed?: number;
  readonly topK?: number;
  readonly presencePenalty?: number;
  readonly frequencyPenalty?: number;
  /** How much it should think; the model's own default where absent. `maxTokens` wins where a dialect takes it. */
  readonly reasoning?: { readonly effort: 'none' | 'minimal' | 'low' | 'medium' | 'high'; readonly maxTokens?: number };
  /** Wants the probability of each token, and of this many alternatives. */
  readonly logprobs?: { readonly top: number };
  readonly cache: 'use' | 'refresh' | 'off';
  /**
   * `whole`: the caller sees the answer only when it is complete, so a broken attempt restarts elsewhere unseen.
   * `held`: the same, for a caller who wants the events of a stream: they come together, once it is complete.
   * `stream`: the caller sees text as it comes; a fault after the first text ends in an explicit incomplete outcome.
   */
  readonly delivery: 'whole' | 'held' | 'stream';
  /**
   * With `stream`: an answer of plain text that breaks off after it was seen may be continued, once, by a model that
   * takes the beginning of its answer as given. Two models then write one answer, so it is off unless asked for.
   */
  readonly continuation?: boolean;
  /** All attempts and waits together, in ms; the configured `policy.deadlineMs` where absent. */
  readonly deadlineMs?: number;
  /** What an answer must pass before anybody sees it; only answers that pass all of them are complete. */
  readonly verify?: readonly Check[];
  /** Carries a conversation: earlier turns are put before these messages, and this turn is kept with them. */
  readonly threadId?: string;
  /** What farebox itself needs it for (`judge`, `summary`, `map` …); absent: the user asked for it. */
  readonly purpose?: string;
  readonly constraints: RoutingConstraints;
  readonly attribution: Attribution;
}

/** The text of a message's content, images left out. */
export function textOf(content: Message['content']): string {
  if (content === null) return '';
  if (typeof content === 'string') return content;
  return content.map((part) => (part.type === 'text' ? part.text : '')).join('');
}
