import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { FinishReason } from '../domain/completion-outcome.ts';
import type { CompletionRequest, ToolCall } from '../domain/completion-request.ts';
import type { DeploymentId } from '../domain/deployment.ts';
import type { TokenUsage } from '../domain/usage.ts';

/** A complete answer as it is kept. Incomplete ones never are. */
export interface CachedAnswer {
  readonly text: string;
  readonly reasoning: string;
  readonly toolCalls: readonly ToolCall[];
  readonly finishReason: FinishReason;
  readonly deployment: DeploymentId;
  readonly provider: string;
  readonly model: string;
  /** Tokens that the answer took when it was made: what a hit avoids. */
  readonly usage: TokenUsage;
  readonly simulated: boolean;
}

/** Answers to identical requests, in memory, per process; and the calls in flight that will become such answers. */
export interface ResponseCache {
  get(key: string): CachedAnswer | undefined;
  set(key: string, answer: CachedAnswer): void;
  /**
   * The answer of an identical call in flight, or a function to call when our own is over. The promise yields
   * undefined where that call came to no complete answer; the waiter then makes its own.
   */
  join(
    key: string,
  ): { readonly waitFor: Promise<CachedAnswer | undefined> } | { readonly lead: (answer?: CachedAnswer) => void };
}

/** @param options `maxSize` in entries, `ttlMs` counted from when the answer was stored; `now` in ms. */
export function createResponseCache(options: { maxSize: number; ttlMs: number; now: () => number }): ResponseCache {
  const answers = new LRUCache<string, CachedAnswer>({
    max: Math.max(1, options.maxSize),
    ttl: options.ttlMs,
    perf: { now: options.now },
    ttlResolution: 0,
  });
  const flights = new Map<string, Promise<CachedAnswer | undefined>>();
  return {
    get: (key) => answers.get(key),
    set: (key, answer) => void answers.set(key, answer),
    join(key) {
      const flight = flights.get(key);
      if (flight) return { waitFor: flight };
      let land: (answer?: CachedAnswer) => void = () => {};
      flights.set(key, new Promise((resolve) => (land = resolve)));
      return {
        lead: (answer) => {
          flights.delete(key);
          land(answer);
        },
      };
    },
  };
}

/**
 * Whether a request may be answered from the cache at all: one that asks for variety (a temperature above 0) may not.
 */
export function isCacheable(request: CompletionRequest): boolean {
  return request.cache !== 'off' && (request.temperature ?? 0) === 0;
}

/**
 * Key of everything that can change the answer, as a full SHA-256: messages, tools, format, parameters, routing
 * constraints, who may see it (key), and what the profile partitions by.
 */
export function cacheKey(request: CompletionRequest, partition: readonly string[]): string {
  const { messages, tools, toolChoice, parallelToolCalls, responseFormat, maxOutputTokens, topP, stop, seed } = request;
  const parts = [
    partition,
    request.attribution.key ?? null,
    request.constraints,
    [messages, tools, toolChoice, parallelToolCalls, responseFormat, maxOutputTokens, topP, stop, seed],
  ];
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64');
}
