import type { Clock } from '../lib/clock.ts';
import { type ChatRequest, isJson } from './chat-request.ts';
import { countTokens } from './tokens.ts';

/** A prompt cache like those of real providers: the longest beginning that an earlier request of this account had too. */
export interface PromptCache {
  /** Tokens of this prompt that are in the cache of an account for its model; 0 below 1,024. Remembers the prompt. */
  read(account: string, request: ChatRequest, body: unknown): number;
  clear(): void;
}

interface Segment {
  /** As it came, without cache marks. */
  readonly json: string;
  readonly tokens: number;
}

const LEAST_TOKENS = 1_024;
const TTL_MS = 5 * 60_000;
/** Prompts remembered for one model and account. */
const MAX_PROMPTS = 64;

export function createPromptCache(clock: Clock): PromptCache {
  const prompts = new Map<string, { readonly segments: readonly Segment[]; at: number }[]>();
  return {
    read(account, request, body) {
      const now = clock.now();
      const segments = segmentsOf(request, body);
      const key = `${account}\n${request.model}`;
      const alive = (prompts.get(key) ?? []).filter(({ at }) => now - at < TTL_MS);
      const cached = Math.max(0, ...alive.map((earlier) => sharedTokens(earlier.segments, segments)));
      prompts.set(key, [...alive.slice(1 - MAX_PROMPTS), { segments, at: now }]);
      return cached < LEAST_TOKENS ? 0 : cached;
    },
    clear: () => prompts.clear(),
  };
}

/** The tokens of a prompt: the tools first, then message by message. */
export function promptTokens(request: ChatRequest): readonly number[] {
  const tools = request.tools.reduce((sum, { name, parameters }) => {
    return sum + countTokens(name + JSON.stringify(parameters)) + 8;
  }, 0);
  return [tools, ...request.messages.map(({ text }) => countTokens(text) + 4)];
}

/** Real caches go by what the model reads, so key order and position count, and marks do not. */
function segmentsOf(request: ChatRequest, body: unknown): readonly Segment[] {
  const { tools, messages } = isJson(body) ? body : {};
  const parts: readonly unknown[] = [tools ?? null, ...(Array.isArray(messages) ? messages : [])];
  const tokens = promptTokens(request);
  return parts.map((part, index) => ({
    json: JSON.stringify(part, (key, value: unknown) => (key === 'cache_control' ? undefined : value)),
    tokens: tokens[index] ?? 0,
  }));
}

function sharedTokens(earlier: readonly Segment[], now: readonly Segment[]): number {
  let shared = 0;
  for (const [index, segment] of now.entries()) {
    const other = earlier[index];
    if (other?.json !== segment.json) {
      return other === undefined || index === 0 ? shared : shared + partOf(other.json, segment);
    }
    shared += segment.tokens;
  }
  return shared;
}

/** The tokens of a segment's beginning that another one has too. */
function partOf(other: string, { json, tokens }: Segment): number {
  let same = 0;
  while (same < json.length && json[same] === other[same]) same++;
  return Math.floor((tokens * same) / json.length);
}
