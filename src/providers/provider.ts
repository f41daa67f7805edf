import type { FinishReason, TokenLogprob } from '../domain/completion-outcome.ts';
import type { CompletionRequest } from '../domain/completion-request.ts';
import type { Deployment } from '../domain/deployment.ts';
import type { NanoUsd } from '../domain/money.ts';
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
  close(): Promise<void>;
}
