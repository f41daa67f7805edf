import type { CompletionRequest } from '../../domain/completion-request.ts';
import type { Deployment, DeploymentId } from '../../domain/deployment.ts';
import type { PromptCaches, RoutingSnapshot, WarmCache } from '../../domain/snapshot.ts';
import type { TokenUsage } from '../../domain/usage.ts';
import type { Clock } from '../../lib/clock.ts';
import { cachesByItself, LEAST_CACHED_TOKENS } from '../../routing/automatic-caching.ts';
import { type Conversation, createConversationReader, sharedPrefixes } from '../../routing/conversation.ts';
import type { AttemptObserver } from './attempt-observer.ts';

/**
 * Remembers which deployments hold which conversations in their prompt caches, by fingerprints only, in this process: a
 * client of MCP over stdio has a process of its own, and over HTTP all clients share one. A second process on the same
 * data folder knows nothing of it and loses a cold start at most, which is less than a write to SQLite per attempt.
 */
export interface WarmCaches extends AttemptObserver {
  /** What is expected to be warm for this request; absent where nothing is. */
  snapshot(request: CompletionRequest): RoutingSnapshot['promptCaches'];
}

/** One conversation, as one deployment saw it last. */
interface Visit {
  readonly deployment: DeploymentId;
  readonly conversation: Conversation;
  /** Of the whole prompt, as reported, else estimated. */
  readonly inputTokens: number;
  /** Of those, what the next turn is expected to read from the cache. */
  readonly readable: number;
  /** Epoch ms at which the attempt was sent: a provider counts from there. */
  readonly at: number;
}

/** How long providers keep a prompt that nobody asks for again; longer only where a mark says so. */
const USUAL_TTL_MS = 5 * 60_000;
const HOUR_TTL_MS = 60 * 60_000;
const MAX_CONVERSATIONS = 1_000;
/** Of all remembered conversations together: 8 bytes each, twice. */
const MAX_POSITIONS = 200_000;
/** Deployments and forks remembered for one conversation. */
const MAX_VISITS = 6;

export function createWarmCaches(clock: Clock, deployments: readonly Deployment[]): WarmCaches {
  const readConversation = createConversationReader();
  const shares = new Map<DeploymentId, number>();
  for (const deployment of deployments) if (cachesByItself(deployment)) shares.set(deployment.id, 1);
  const visits = new Map<number, readonly Visit[]>();
  let positions = 0;

  /** Recent evidence counts as much as all before it: one miss does not undo what is known, three nearly do. */
  const learn = (id: DeploymentId, share: number) => {
    const known = shares.get(id);
    shares.set(id, known === undefined ? share : (known + share) / 2);
  };
  const keep = (id: number, next: readonly Visit[]) => {
    positions += sizeOf(next) - sizeOf(visits.get(id) ?? []);
    visits.delete(id);
    visits.set(id, next);
    for (const [oldest, old] of visits) {
      if (visits.size <= MAX_CONVERSATIONS && (positions <= MAX_POSITIONS || visits.size === 1)) break;
      positions -= sizeOf(old);
      visits.delete(oldest);
    }
  };

  /** What of this prompt a deployment has seen and can be expected to read now. */
  const readableAt = (id: DeploymentId, conversation: Conversation): { seen: number; read: number } | null => {
    let best: { seen: number; read: number } | null = null;
    for (const visit of visits.get(conversation.id) ?? []) {
      const share = visit.deployment === id ? shareOf(visit, conversation, clock.now()) : 0;
      if (share > 0 && share * visit.inputTokens > (best?.seen ?? 0))
        best = { seen: share * visit.inputTokens, read: share * visit.readable };
    }
    return best;
  };

  return {
    snapshot(request) {
      const conversation = readConversation(request);
      const known = visits.get(conversation.id);
      if (!known) return undefined;
      const warm: WarmCache[] = [];
      for (const { deployment } of known) {
        if (warm.some((other) => other.deployment === deployment)) continue;
        const found = readableAt(deployment, conversation);
        if (found)
          warm.push({ deployment, cachedTokens: found.read < LEAST_CACHED_TOKENS ? 0 : Math.floor(found.read) });
      }
      const promptCaches: PromptCaches = { warm, share: new Map(shares), marked: conversation.marked };
      return warm.length > 0 ? promptCaches : undefined;
    },
    ended({ call, candidate }, ending, { usage, rawUsage, durationMs }) {
      const isReported = rawUsage !== null;
      if (usage === null || (ending.type === 'failed' && !isReported)) return;
      const conversation = readConversation(call.request);
      const { id } = candidate.deployment;
      const seen = readableAt(id, conversation)?.seen ?? 0;
      if (isReported && isEvidence(usage, seen))
        learn(id, usage.cacheReadTokens / Math.max(seen, usage.cacheReadTokens));
      const { inputTokens } = usage;
      const readable = readableNext(usage, isReported, seen, candidate.deployment, conversation, shares.get(id) ?? 0);
      const visit = { deployment: id, conversation, inputTokens, readable, at: clock.now() - durationMs };
      const others = (visits.get(conversation.id) ?? []).filter((other) => !isContinued(other, visit));
      keep(conversation.id, [...others.slice(1 - MAX_VISITS), visit]);
    },
  };
}

/** Whether a report says something about how a deployment caches by itself: what it had seen before, it could read. */
function isEvidence(usage: TokenUsage, seen: number): boolean {
  return usage.cacheWrite5mTokens + usage.cacheWrite1hTokens === 0 && seen >= LEAST_CACHED_TOKENS;
}

/** Tokens of this prompt that the next turn will find in the cache, by what was reported of this one. */
function readableNext(
  usage: TokenUsage,
  isReported: boolean,
  seen: number,
  { price }: Deployment,
  { marked }: Conversation,
  usualShare: number,
): number {
  const { inputTokens, cacheReadTokens: read } = usage;
  const written = usage.cacheWrite5mTokens + usage.cacheWrite1hTokens;
  if (!isReported) return usualShare * inputTokens;
  // A cache that is written on demand holds what was read and written, and nothing else.
  if (written > 0 || (read > 0 && marked && price?.rates.cacheWrite5m != null)) return read + written;
  // One that works by itself has proved in this very conversation how much of the prompt it finds again.
  if (seen >= LEAST_CACHED_TOKENS) return Math.min(1, read / seen) * inputTokens;
  return Math.max(read, usualShare * inputTokens);
}

/** The share of a visit's prompt that this conversation has in common with it and that has not expired; 0: none. */
function shareOf(visit: Visit, conversation: Conversation, now: number): number {
  const { chain, sizes, lastHourMark } = visit.conversation;
  const age = now - visit.at;
  const alive = age < USUAL_TTL_MS ? chain.length : age < HOUR_TTL_MS ? lastHourMark + 1 : 0;
  const shared = Math.min(alive, sharedPrefixes(chain, conversation.chain));
  const whole = sizes[sizes.length - 1] ?? 0;
  return shared === 0 || whole === 0 ? 0 : (sizes[shared - 1] ?? 0) / whole;
}

/** The same conversation, gone on (or asked again) at the same deployment: what was known of it is known anew. */
function isContinued(earlier: Visit, later: Visit): boolean {
  const { chain } = earlier.conversation;
  return earlier.deployment === later.deployment && sharedPrefixes(chain, later.conversation.chain) === chain.length;
}

function sizeOf(visits: readonly Visit[]): number {
  return visits.reduce((sum, { conversation }) => sum + conversation.chain.length, 0);
}
