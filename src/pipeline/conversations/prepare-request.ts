import type { Profile } from '../../config/config.ts';
import { type Compressed, type CountTokens, compressConversation } from '../../context/compress-conversation.ts';
import type { CompressionLimits } from '../../context/compression-steps.ts';
import { optimisePrompt } from '../../context/optimise-prompt.ts';
import type { CompletionRequest, Message } from '../../domain/completion-request.ts';
import type { Deployment } from '../../domain/deployment.ts';
import type { Optimisation, OptimisationEffect } from '../../domain/effect.ts';
import { type NanoUsd, nano, ZERO_USD } from '../../domain/money.ts';
import { ratesFor } from '../../domain/price.ts';
import { estimateTokens } from '../../routing/token-bounds.ts';
import { largestOfShorter, largestTooSmall } from '../chunking/too-long.ts';
import type { Planned, Planner } from '../planner.ts';
import type { WalkResult } from '../walk-plan.ts';
import type { Summarise } from './summarise-conversation.ts';

/** A request as it is sent, and its plan. */
export interface Prepared {
  readonly request: CompletionRequest;
  readonly planned: Planned;
  /** What is not sent, against the request as it came. */
  readonly lightened: readonly Lightened[];
}

export interface Lightened {
  readonly optimisation: Optimisation;
  /** Estimated. */
  readonly tokensAvoided: number;
  /** What it took to avoid them. */
  readonly ownCost: NanoUsd;
}

/**
 * Plans a request and makes it lighter, as the profile says: white space that means nothing, and the older part of a
 * long conversation. `signal`: null where nothing may be sent, as for a plan.
 */
export type Prepare = (request: CompletionRequest, signal: AbortSignal | null) => Promise<Prepared>;

export interface PrepareDeps {
  readonly planner: Planner;
  readonly deployments: readonly Deployment[];
  readonly summarise: Summarise;
}

/** A conversation of so many turns is compressed where the profile wants it, then in steps from so many whole turns to so many. */
const LONG_TURNS = 30;
const WHOLE_TURNS = { most: 12, least: 6 };
const WHOLE_SEGMENTS = 6;
/** Shares of the context window: beyond the first it is compressed, down to the second. */
const WANTED = { high: 0.6, low: 0.35 };
/** Where the profile does not want it, only instead of a refusal. */
const NEEDED = { high: 0.9, low: 0.6 };
/** Conversations that are shorter in both are not looked at. */
const SHORT = { messages: LONG_TURNS, tokens: 4_000 };
/** Least tokens that a summary must stand for. */
const WORTH_A_SUMMARY = 1_000;

/** Tokens to expect of messages, without what every request takes. */
export const countTokens: CountTokens = (messages) =>
  messages.length === 0 ? 0 : estimateTokens({ messages } as CompletionRequest) - 3;

export function createPrepare(deps: PrepareDeps): Prepare {
  return async (asked, signal) => {
    const planned = deps.planner(asked);
    const { promptOptimization: wish } = planned.profile;
    const tidy = wish.enabled ? optimisePrompt(asked.messages, wish) : asked.messages;
    // The plan still holds: its tokens are an upper bound of what is left.
    const request = tidy === asked.messages ? asked : { ...asked, messages: tidy };
    const spared = tidy === asked.messages ? 0 : countTokens(asked.messages) - countTokens(tidy);
    const lightened =
      spared > 0 ? [{ optimisation: 'prompt_optimisation', tokensAvoided: spared, ownCost: ZERO_USD } as const] : [];
    const compressed = compress(request, planned, deps.deployments);
    if (!compressed) return { request, planned, lightened };

    const shorter = await withSummary(deps, request, planned, compressed, signal);
    const next = deps.planner(shorter.request);
    const tokensAvoided = compressed.tokensBefore - countTokens(shorter.request.messages);
    const warning = `The older part of the conversation was ${shorter.how}: about ${tokensAvoided} of ${compressed.tokensBefore} tokens are not sent.`;
    return {
      request: shorter.request,
      planned: { ...next, plan: { ...next.plan, warnings: [...next.plan.warnings, warning] } },
      lightened: [...lightened, { optimisation: 'context_compression', tokensAvoided, ownCost: shorter.cost }],
    };
  };
}

/** What the lighter request avoided, at the price of whoever answered it. */
export function effectsOf(lightened: readonly Lightened[], walk: WalkResult): readonly OptimisationEffect[] {
  if (walk.type !== 'answered') return [];
  const { price } = walk.candidate.deployment;
  const inputTokens = walk.closing.usage?.inputTokens ?? 0;
  return lightened.map(({ optimisation, tokensAvoided, ownCost }) => ({
    optimisation,
    tokensAvoided: Math.round(tokensAvoided),
    costAvoided: price && nano(Math.round((tokensAvoided * ratesFor(price, inputTokens).input) / 1e6)),
    ownCost,
  }));
}

function compress(
  request: CompletionRequest,
  { plan, profile }: Planned,
  deployments: readonly Deployment[],
): Compressed | null {
  const { messages } = request;
  const { inputTokens } = plan.task.needs;
  if (messages.length < SHORT.messages && inputTokens < SHORT.tokens) return null;
  const first = plan.candidates[0]?.deployment;
  if (first && !wants(profile)) return null;
  const rejected = wants(profile) ? largestOfShorter(plan, deployments) : largestTooSmall(plan, deployments);
  const window = first?.capabilities.contextWindow ?? rejected;
  if (window === null) return null;
  const share = wants(profile) ? WANTED : NEEDED;
  const limits: CompressionLimits = {
    high: share.high * window,
    low: share.low * window,
    longTurns: wants(profile) ? LONG_TURNS : null,
    wholeTurns: WHOLE_TURNS,
    wholeSegments: WHOLE_SEGMENTS,
  };
  const around = Math.max(0, estimateTokens(request) - countTokens(messages));
  const compressed = compressConversation(messages, countTokens, { ...limits, around });
  return compressed && compressed.tokensAfter < compressed.tokensBefore ? compressed : null;
}

function wants({ promptOptimization: { enabled, contextCompression } }: Profile): boolean {
  return enabled && contextCompression;
}

interface Shorter {
  readonly request: CompletionRequest;
  readonly how: 'shortened' | 'summarised';
  readonly cost: NanoUsd;
}

/** Where the profile wants it and it pays, a model's summary in place of the shortened turns; what that costs is taken off the call's cap. */
async function withSummary(
  { summarise }: PrepareDeps,
  request: CompletionRequest,
  { profile, simulated }: Planned,
  compressed: Compressed,
  signal: AbortSignal | null,
): Promise<Shorter> {
  const { enabled, semanticCompression } = profile.promptOptimization;
  const shortened: Shorter = {
    request: { ...request, messages: compressed.messages },
    how: 'shortened',
    cost: ZERO_USD,
  };
  const isWorthIt = countTokens(compressed.shortened) >= WORTH_A_SUMMARY;
  // The sandbox would make a summary up.
  if (!enabled || !semanticCompression || !isWorthIt || simulated || request.purpose !== undefined) return shortened;
  const summary = await summarise(request, compressed.shortened, profile, signal);
  if (!summary) return shortened;
  const capped = lowerCap(request, summary.cost);
  const messages: readonly Message[] =
    summary.text === null ? compressed.messages : compressed.withSummary(summary.text);
  if (summary.text === null || countTokens(messages) >= compressed.tokensAfter) {
    return { request: { ...capped, messages: compressed.messages }, how: 'shortened', cost: summary.cost };
  }
  return { request: { ...capped, messages }, how: 'summarised', cost: summary.cost };
}

function lowerCap(request: CompletionRequest, spent: NanoUsd): CompletionRequest {
  const { maxCost } = request.constraints;
  if (maxCost === undefined || spent === 0) return request;
  return { ...request, constraints: { ...request.constraints, maxCost: nano(Math.max(0, maxCost - spent)) } };
}
