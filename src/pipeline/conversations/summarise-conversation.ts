import { createHash } from 'node:crypto';
import type { Profile } from '../../config/config.ts';
import { ownPrompts } from '../../context/own-prompts.ts';
import { renderTranscript } from '../../context/render-transcript.ts';
import { type Threads, threadOwner } from '../../context/thread.ts';
import type { CompletionRequest, Message } from '../../domain/completion-request.ts';
import { type NanoUsd, nano, ZERO_USD } from '../../domain/money.ts';
import type { Log } from '../../telemetry/log.ts';
import type { Pipeline } from '../pipeline.ts';
import { knownSpend } from '../views/describe-call.ts';

/** A summary by a model, and what it cost now. `text`: null where none came. */
export interface Summary {
  readonly text: string | null;
  readonly cost: NanoUsd;
}

/** The summary of turns of a conversation; null where there is none and none may be made (`signal` is null). */
export type Summarise = (
  request: CompletionRequest,
  turns: readonly Message[],
  profile: Profile,
  signal: AbortSignal | null,
) => Promise<Summary | null>;

/** Summaries kept in this process; those of threads are kept with the thread, too. */
const MAX_SUMMARIES = 500;
const MAX_OUTPUT_TOKENS = 1_000;
/** Of the cap of the call that it is made for. */
const COST_SHARE = 0.25;

/**
 * Asks the cheapest adequate model, by an ordinary call with the purpose `summary`, under the same demands of where the
 * text may be read. The same turns get the same summary in every later call, so that prompts begin alike. A summary that
 * fails is no failure of the call that it was to make cheaper.
 */
export function createSummarise(pipeline: () => Pipeline, threads: Threads, log: Log): Summarise {
  const known = new Map<string, string>();

  function recall(request: CompletionRequest, hash: string): string | null {
    const { threadId, attribution } = request;
    const text = known.get(hash) ?? null;
    return text ?? (threadId === undefined ? null : threads.readSummary(threadOwner(attribution), threadId, hash));
  }
  function keep(request: CompletionRequest, hash: string, text: string): void {
    const { threadId, attribution } = request;
    known.set(hash, text);
    for (const oldest of known.keys()) {
      if (known.size <= MAX_SUMMARIES) break;
      known.delete(oldest);
    }
    if (threadId !== undefined) threads.keepSummary(threadOwner(attribution), threadId, hash, text);
  }

  return async (request, turns, profile, signal) => {
    const transcript = renderTranscript(turns);
    const hash = hashOf(request, transcript);
    const text = recall(request, hash);
    if (text !== null) return { text, cost: ZERO_USD };
    if (signal === null) return null;
    const prompt = ownPrompts(profile.promptOptimization.useShortPrompts).summary(transcript);
    try {
      const outcome = await pipeline().complete(summaryRequest(request, prompt), signal);
      const cost = knownSpend(outcome.attempts);
      if (outcome.status !== 'complete' || outcome.text.trim() === '') return { text: null, cost };
      keep(request, hash, outcome.text.trim());
      return { text: outcome.text.trim(), cost };
    } catch (error) {
      log.warn('a conversation could not be summarised, so it is shortened', { error: String(error) });
      return null;
    }
  };
}

/** The text itself and who may read it, so that a summary never reaches anybody else. */
function hashOf({ attribution, constraints }: CompletionRequest, transcript: string): string {
  const parts = [
    attribution.key ?? null,
    attribution.project ?? null,
    constraints.sensitivity,
    constraints.region ?? null,
  ];
  return createHash('sha256')
    .update(JSON.stringify([parts, transcript]))
    .digest('base64');
}

function summaryRequest(request: CompletionRequest, prompt: string): CompletionRequest {
  const { sensitivity, region, profile, model, maxCost } = request.constraints;
  return {
    messages: [{ role: 'user', content: prompt }],
    maxOutputTokens: MAX_OUTPUT_TOKENS,
    temperature: 0,
    cache: request.cache,
    delivery: 'whole',
    ...(request.deadlineMs !== undefined && { deadlineMs: Math.max(1, Math.floor(request.deadlineMs / 2)) }),
    purpose: 'summary',
    constraints: {
      sensitivity,
      ...(region !== undefined && { region }),
      ...(profile !== undefined && { profile }),
      ...(model !== undefined && { model }),
      ...(maxCost !== undefined && { maxCost: nano(Math.floor(maxCost * COST_SHARE)) }),
      task: 'general',
      complexity: 'simple',
    },
    attribution: request.attribution,
  };
}
