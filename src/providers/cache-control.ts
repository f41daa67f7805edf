import type { CacheControl, CompletionRequest } from '../domain/completion-request.ts';

export interface WireCacheControl {
  readonly type: 'ephemeral';
  readonly ttl?: '1h';
}

/** Five minutes are what a mark without a TTL means. */
export function toCacheControl(mark: CacheControl): WireCacheControl {
  return mark.ttl === '1h' ? { type: 'ephemeral', ttl: '1h' } : { type: 'ephemeral' };
}

/** Whether any part or tool of a request carries a cache mark. */
export function hasCacheMarks({ messages, tools }: CompletionRequest): boolean {
  return (
    messages.some(({ content }) => Array.isArray(content) && content.some((part) => part.cacheControl !== undefined)) ||
    (tools?.some(({ cacheControl }) => cacheControl !== undefined) ?? false)
  );
}
