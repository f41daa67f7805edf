import { type NanoUsd, nano, sumUsd } from '../../domain/money.ts';
import { NO_USAGE, type TokenUsage } from '../../domain/usage.ts';
import type { UsageEntry } from './usage-entry.ts';

/** What logs say of one model, all together. */
export interface ModelUsage {
  readonly model: string;
  /** null: a part of the log does not tell. */
  readonly requests: number | null;
  readonly usage: TokenUsage;
  /** What the logs say was paid; null where a part of them says nothing. */
  readonly cost: NanoUsd | null;
}

export interface UsageSums {
  /** The model with the most tokens first. */
  readonly models: readonly ModelUsage[];
  /** Epoch ms of the first and the last entry; null where no entry has a time. */
  readonly from: number | null;
  readonly to: number | null;
  /** Sessions or conversations that were told apart. */
  readonly conversations: number;
  /** Entries that took the place of an earlier one of the same request. */
  readonly repeated: number;
}

/** Adds entries up, each request once. */
export function createUsageSums(): { add(entry: UsageEntry): void; sums(): UsageSums } {
  const unique = new Map<string, UsageEntry>();
  const others = new Map<string, ModelUsage>();
  const conversations = new Set<string>();
  let from: number | null = null;
  let to: number | null = null;
  let repeated = 0;
  return {
    add(entry) {
      if (entry.at !== null) {
        from = Math.min(from ?? entry.at, entry.at);
        to = Math.max(to ?? entry.at, entry.until ?? entry.at);
      }
      if (entry.conversation !== null) conversations.add(entry.conversation);
      if (entry.key === null) return addTo(others, entry);
      if (unique.has(entry.key)) repeated++;
      unique.set(entry.key, entry);
    },
    sums() {
      const models = new Map(others);
      for (const entry of unique.values()) addTo(models, entry);
      return {
        models: [...models.values()].sort((a, b) => tokensOf(b.usage) - tokensOf(a.usage)),
        ...{ from, to, conversations: conversations.size, repeated },
      };
    },
  };
}

export function tokensOf({ inputTokens, outputTokens }: TokenUsage): number {
  return inputTokens + outputTokens;
}

export function addUsage(a: TokenUsage, b: TokenUsage): TokenUsage {
  return {
    inputTokens: a.inputTokens + b.inputTokens,
    uncachedInputTokens: a.uncachedInputTokens + b.uncachedInputTokens,
    cacheReadTokens: a.cacheReadTokens + b.cacheReadTokens,
    cacheWrite5mTokens: a.cacheWrite5mTokens + b.cacheWrite5mTokens,
    cacheWrite1hTokens: a.cacheWrite1hTokens + b.cacheWrite1hTokens,
    outputTokens: a.outputTokens + b.outputTokens,
    reasoningTokens: a.reasoningTokens + b.reasoningTokens,
  };
}

function addTo(models: Map<string, ModelUsage>, { model, requests, usage, cost }: UsageEntry): void {
  const known = models.get(model) ?? { model, requests: 0, usage: NO_USAGE, cost: nano(0) };
  models.set(model, {
    model,
    requests: known.requests === null || requests === null ? null : known.requests + requests,
    usage: addUsage(known.usage, usage),
    cost: known.cost === null || cost === null ? null : sumUsd([known.cost, cost]),
  });
}
