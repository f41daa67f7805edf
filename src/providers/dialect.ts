import type { Price } from '../domain/price.ts';
import type { FailureContext } from './map-failure.ts';
import type { EmbeddingAnswer, EmbeddingCall, ProviderCall, ProviderEvent } from './provider.ts';
import type { UpstreamSession } from './upstream-session.ts';

/** A request in a dialect's own words, below the provider's base URL. */
export interface EncodedRequest {
  readonly path: string;
  readonly body: string;
  /** Beside those of every request, e.g. a beta that this one needs. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** A page of a provider's list of models. */
export interface ModelPage {
  /** As `upstreamModel` wants them. */
  readonly ids: readonly string[];
  /** By id, where the provider lists what its models cost. */
  readonly prices?: ReadonlyMap<string, Price>;
  /** The path of the next page; absent where this is the last one. */
  readonly next?: string;
}

/** How a dialect asks for embeddings. */
export interface EmbeddingDialect {
  /** Texts in one request at most. */
  readonly mostInputs: number;
  encode(call: EmbeddingCall): EncodedRequest;
  /** Reads the JSON of a success status; throws `ProviderFailure` for what is no such answer. See `checkVectors`. */
  read(document: unknown, context: FailureContext, call: EmbeddingCall): EmbeddingAnswer;
}

/** How a family of HTTP providers is spoken to: pure converters, without a connection. */
export interface Dialect {
  readonly name: 'openai' | 'anthropic' | 'gemini' | 'ollama';
  /** Sent with every request; a configured header of the same name wins. Names in lower case. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Throws `ProviderFailure` (`untranslatable`) where the dialect cannot say what was asked. */
  encode(call: ProviderCall): EncodedRequest;
  /**
   * Reads an answer of success status to its end. Yields `finish` last and only if the answer is whole; throws
   * `ProviderFailure` for a fault that it recognizes, and what `session.read` throws. See `readAnswer`, which does all
   * of it but for the dialect's own words.
   */
  read(session: UpstreamSession, context: FailureContext, call: ProviderCall): AsyncIterable<ProviderEvent>;
  /** Headers that carry the key, names in lower case; none where it is null. */
  authorization(apiKey: string | null): Readonly<Record<string, string>>;
  /** Absent: it has none. */
  readonly embeddings?: EmbeddingDialect;
  readonly models: {
    /** Of the first page. */
    readonly path: string;
    /** Throws `ProviderFailure`. */
    read(session: UpstreamSession, context: FailureContext): Promise<ModelPage>;
  };
}
