import type { FinishReason, TokenLogprob } from '../domain/completion-outcome.ts';
import type { CompletionRequest } from '../domain/completion-request.ts';
import type { Deployment } from '../domain/deployment.ts';
import type { NanoUsd } from '../domain/money.ts';
import type { Price } from '../domain/price.ts';
import type { TokenUsage } from '../domain/usage.ts';

/** One attempt's request to a provider, ready to be translated to its dialect. */
export interface ProviderCall {
  readonly deployment: Deployment;
  readonly request: CompletionRequest;
  readonly maxOutputTokens: number;
  /** No other candidate is left, so its first token is waited for longer. */
  readonly alone?: boolean;
}

/** What a provider's answer consists of, in any dialect, streamed or whole. `finish` comes exactly once on success. */
export type ProviderEvent =
  /** The provider accepted the request; ids are the provider's own. */
  | { readonly type: 'accepted'; readonly generationId: string | null; readonly upstreamModel: string | null }
  /** The provider took it, and says that it takes nothing more for so long (ms). */
  | { readonly type: 'limited'; readonly pauseMs: number }
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'reasoning'; readonly text: string }
  | {
      readonly type: 'tool_call';
      readonly index: number;
      readonly id?: string;
      readonly name?: string;
      readonly arguments: string;
      /** See `ToolCall.signature`. */
      readonly signature?: string;
    }
  /** A stretch of thinking is over; with what it must be given back (see `ReasoningPart`). */
  | { readonly type: 'reasoning_end'; readonly signature?: string; readonly redacted?: string }
  | { readonly type: 'logprobs'; readonly tokens: readonly TokenLogprob[] }
  /** May come several times; the last one counts (never add them up). */
  | { readonly type: 'usage'; readonly usage: TokenUsage; readonly reportedCost: NanoUsd | null; readonly raw: unknown }
  | { readonly type: 'finish'; readonly reason: FinishReason };

/** One request for the embeddings of some texts. */
export interface EmbeddingCall {
  readonly deployment: Deployment;
  /** At least one, and at most `Provider.mostInputs`. */
  readonly inputs: readonly string[];
  /** Numbers in each vector; the model's own where absent. */
  readonly dimensions?: number;
}

export interface EmbeddingAnswer {
  /** One for each input, in their order. */
  readonly vectors: readonly (readonly number[])[];
  /** null: the provider did not tell. */
  readonly usage: TokenUsage | null;
  readonly reportedCost: NanoUsd | null;
  /** The usage as it came. */
  readonly raw: unknown;
  readonly generationId: string | null;
}

/** A way to reach models. Implementations are stateless but for their connection pools. */
export interface Provider {
  readonly name: string;
  /**
   * Sends one attempt. Throws `ProviderFailure`, and nothing else, when it fails, also midway: a stream that ends
   * without `finish` throws `stream_broken`. Aborting the signal, or leaving the loop, closes the socket.
   */
  stream(call: ProviderCall, signal: AbortSignal): AsyncIterable<ProviderEvent>;
  /** Model ids that the provider lists, off the request path. Throws `ProviderFailure`. */
  listModels(signal: AbortSignal): Promise<readonly string[]>;
  /** Prices by model id, where the provider lists them; off the request path. Throws `ProviderFailure`. */
  listPrices?(signal: AbortSignal): Promise<ReadonlyMap<string, Price>>;
  /** Sends one request for embeddings. Throws `ProviderFailure`, and nothing else. Absent: it has none. */
  embed?(call: EmbeddingCall, signal: AbortSignal): Promise<EmbeddingAnswer>;
  /** Texts that one request for embeddings may have at most. */
  readonly mostInputs?: number;
  close(): Promise<void>;
}
