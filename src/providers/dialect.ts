import type { FailureContext } from './map-failure.ts';
import type { ProviderCall, ProviderEvent } from './provider.ts';
import type { UpstreamSession } from './upstream-session.ts';

/** A request in a dialect's own words, below the provider's base URL. */
export interface EncodedRequest {
  readonly path: string;
  readonly body: string;
  /** Beside those of every request, e.g. a beta that this one needs. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** How a family of HTTP providers is spoken to: pure converters, without a connection. */
export interface Dialect {
  readonly name: 'openai' | 'anthropic' | 'gemini' | 'ollama';
  /** Throws `ProviderFailure` (`untranslatable`) where the dialect cannot say what was asked. */
  encode(call: ProviderCall): EncodedRequest;
  /**
   * Reads an answer of success status to its end. Yields `finish` last and only if the answer is whole; throws
   * `ProviderFailure` for a fault that it recognizes, and what `session.read` throws.
   */
  read(session: UpstreamSession, context: FailureContext, call: ProviderCall): AsyncIterable<ProviderEvent>;
  /** Headers that carry the key; none where it is null. */
  authorization(apiKey: string | null): Readonly<Record<string, string>>;
  readonly models: {
    readonly path: string;
    /** Model ids of the answer, as `upstreamModel` wants them. Throws `ProviderFailure`. */
    read(session: UpstreamSession, context: FailureContext): Promise<readonly string[]>;
  };
}
