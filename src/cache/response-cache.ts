import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { CompletionOutcome } from '../domain/completion-outcome.ts';
import type { CompletionRequest } from '../domain/completion-request.ts';
import type { DeploymentId } from '../domain/deployment.ts';
import type { NanoUsd } from '../domain/money.ts';
import type { TokenUsage } from '../domain/usage.ts';

/** A complete answer as it is kept. Incomplete ones never are. */
export interface CachedAnswer
  extends Pick<
    CompletionOutcome,
    'text' | 'reasoning' | 'reasoningParts' | 'logprobs' | 'toolCalls' | 'simulated' | 'finishReason' | 'verifications'
  > {
  readonly finishReason: NonNullable<CompletionOutcome['finishReason']>;
  readonly deployment: DeploymentId;
  readonly provider: string;
  readonly model: string;
  /** Tokens that the answer took when it was made: what a hit avoids. */
  readonly usage: TokenUsage;
  /** What the attempt that made it cost; null where that is unknown. */
  readonly cost: NanoUsd | null;
}

/** Answers to identical requests, in memory, per process; and the calls in flight that will become such answers. */
export interface ResponseCache {
  get(key: string): CachedAnswer | undefined;
  /** The answer to another wording of the same question: the latest that was stored with this meaning. */
  getByMeaning(meaning: string): CachedAnswer | undefined;
  /** `meaning`: the key under which other wordings of the question find it; null: nothing but itself does. */
  set(key: string, answer: CachedAnswer, meaning?: string | null): void;
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
  const max = Math.max(1, options.maxSize);
  const answers = new LRUCache<string, CachedAnswer>({
    max,
    ttl: options.ttlMs,
    perf: { now: options.now },
    ttlResolution: 0,
  });
  // Meaning → key of the answer, which may be gone by then.
  const meanings = new LRUCache<string, string>({ max });
  const flights = new Map<string, Promise<CachedAnswer | undefined>>();
  return {
    get: (key) => answers.get(key),
    getByMeaning(meaning) {
      const key = meanings.get(meaning);
      return key === undefined ? undefined : answers.get(key);
    },
    set(key, answer, meaning = null) {
      answers.set(key, answer);
      if (meaning !== null) meanings.set(meaning, key);
    },
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
  const asksTheWorld = request.verify?.some(({ type }) => type === 'named') ?? false;
  return request.cache !== 'off' && (request.temperature ?? 0) === 0 && !asksTheWorld;
}

/**
 * Key of everything that can change the answer, as a full SHA-256: the whole request but for what only says how it is
 * handed over and who asks, so that a field that is added later keeps answers apart without anybody thinking of it;
 * who may see it (key); and what the profile partitions by.
 */
export function cacheKey(request: CompletionRequest, partition: readonly string[]): string {
  const { cache, delivery, deadlineMs, continuation, purpose, attribution, ...decisive } = request;
  return hash([partition, attribution.key ?? null, decisive]);
}

export function hash(parts: unknown): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64');
}
