import type { Config } from '../../config/config.ts';
import { carefulTokens } from '../../context/careful-tokens.ts';
import { chunkText } from '../../context/chunk-text.ts';
import type { DividedRequest } from '../../context/divide-request.ts';
import { ownPrompts } from '../../context/own-prompts.ts';
import type { CompletionEvent, CompletionOutcome } from '../../domain/completion-outcome.ts';
import type { CompletionRequest, Message } from '../../domain/completion-request.ts';
import type { Deployment } from '../../domain/deployment.ts';
import { type NanoUsd, nano } from '../../domain/money.ts';
import type { Plan } from '../../domain/plan.ts';
import type { Clock } from '../../lib/clock.ts';
import { newId, type Random } from '../../lib/random.ts';
import { deadlineOf } from '../interruption.ts';
import type { Pipeline } from '../pipeline.ts';
import { mergeOutcomes } from './merge-outcomes.ts';
import { asNotes, NOTES_TOKENS, type NoteTaker, takeNotes } from './take-notes.ts';

export interface ChunkingDeps {
  readonly deployments: readonly Deployment[];
  readonly config: Config;
  readonly clock: Clock;
  readonly random: Random;
}

export interface ChunkedWork {
  readonly request: CompletionRequest;
  readonly divided: DividedRequest;
  /** Of the whole request: nobody can serve it at once. */
  readonly plan: Plan;
}

/** Share of the room in a context window that a chunk takes at most. */
const FILL = 0.9;
/** Of the cap of the whole call, for the notes; the rest is for the answer. */
const MAP_COST_SHARE = 0.8;
/** A text of more parts is refused: more likely a wrong file than a question, and it would be paid part by part. */
const MOST_PARTS = 16;
/** How often notes that are too long are merged. */
const MOST_ROUNDS = 4;
/** For the model's own template around messages. */
const TEMPLATE_TOKENS = 200;

/**
 * Serves a request in parts: notes are taken on each part of the text (purpose `map`), merged as long as they are too many
 * (`reduce`), and the request is answered from them. Each is an ordinary call of one run, so budgets, fallbacks and the
 * ledger hold for it; together they keep to the request's cost cap and deadline. The outcome adds them up.
 */
export async function* mapReduce(
  inner: Pipeline,
  deps: ChunkingDeps,
  { request, divided, plan }: ChunkedWork,
  signal: AbortSignal,
): AsyncGenerator<CompletionEvent> {
  const { clock } = deps;
  const startedAt = clock.monotonic();
  const endsAt = startedAt + deadlineOf(request, deps.config.policy);
  const profile = deps.config.profiles.get(plan.profile);
  const prompts = ownPrompts(profile?.promptOptimization.useShortPrompts ?? false);
  const ask = [divided.before, divided.after].filter(Boolean).join('\n[…]\n');
  const base = ofRun(request, plan, deps);
  const most = await roomOf(inner, base, prompts.map(ask, '', 1, 1));
  const isBeyondReason = most === null || fewestParts(divided.material, most) > MOST_PARTS;
  const parts = isBeyondReason ? [] : chunkText(divided.material, most, carefulTokens);
  if (most === null || parts.length === 0 || parts.length > MOST_PARTS) {
    // Nobody can read even a part of it, or it is beyond reason: the refusal says why.
    yield* inner.run(request, signal);
    return;
  }

  const spent: CompletionOutcome[] = [];
  const taker: NoteTaker = { inner, base, signal, clock, endsAt, spent };
  const budget = request.constraints.maxCost;
  const share = budget === undefined ? null : nano(Math.floor(budget * MAP_COST_SHARE));
  const mapped = yield* takeNotes(taker, {
    purpose: 'map',
    texts: parts,
    prompt: (part, number) => prompts.map(ask, part, number, parts.length),
    maxCost: share,
  });
  if (mapped.type === 'failed') {
    yield { type: 'done', outcome: mergeOutcomes(mapped.outcome, spent, request, clock.monotonic() - startedAt) };
    return;
  }

  let notes = numbered(mapped.notes);
  for (let round = 0; carefulTokens(notes) > most && round < MOST_ROUNDS; round++) {
    const merged = yield* takeNotes(taker, {
      purpose: 'reduce',
      texts: chunkText(notes, Math.floor(most * 0.9), carefulTokens),
      prompt: (part) => prompts.reduce(ask, part),
      maxCost: leftOf(budget, spent, 0.5),
    });
    if (merged.type === 'failed') {
      yield { type: 'done', outcome: mergeOutcomes(merged.outcome, spent, request, clock.monotonic() - startedAt) };
      return;
    }
    notes = merged.notes.join('\n\n');
  }

  const final = answerRequest(base, request, divided, notes, parts.length, {
    maxCost: leftOf(budget, spent, 1),
    deadlineMs: Math.max(1, Math.ceil(endsAt - clock.monotonic())),
  });
  for await (const event of inner.run(final, signal)) {
    if (event.type !== 'done') {
      yield event;
      continue;
    }
    const merged = mergeOutcomes(event.outcome, spent, request, clock.monotonic() - startedAt);
    const note = `The text was too long for any model, so it was read in ${parts.length} parts and answered from notes on them (${spent.length} more calls).`;
    yield {
      type: 'done',
      outcome: { ...merged, warnings: [...merged.warnings, note], reason: `${merged.reason} ${note}` },
    };
  }
}

/** What all calls of this work have in common: who asks, where it may be read, one run, the task as it was taken. */
function ofRun(request: CompletionRequest, plan: Plan, { clock, random }: ChunkingDeps): CompletionRequest {
  const { attribution, constraints } = request;
  const runId = attribution.runId ?? newId('run', clock.now(), random);
  const { tools, toolChoice, parallelToolCalls, threadId, ...rest } = request;
  return {
    ...rest,
    constraints: { ...constraints, task: plan.task.task, complexity: plan.task.complexity },
    attribution: { ...attribution, runId },
  };
}

/** Tokens of text that fit into one call beside its prompt and its answer; null where nobody can serve even an empty one. */
async function roomOf(inner: Pipeline, base: CompletionRequest, prompt: string): Promise<number | null> {
  // Whether it can be paid is found by the first part, which says so better.
  const { maxCost, ...constraints } = base.constraints;
  const probe = await inner.plan({ ...asNotes(base), constraints, messages: [{ role: 'user', content: prompt }] });
  const window = probe.candidates[0]?.deployment.capabilities.contextWindow;
  if (window === undefined) return null;
  const room = Math.floor((window - NOTES_TOKENS - TEMPLATE_TOKENS - carefulTokens(prompt)) * FILL);
  return room < 500 ? null : room;
}

function answerRequest(
  base: CompletionRequest,
  request: CompletionRequest,
  divided: DividedRequest,
  notes: string,
  parts: number,
  limits: { readonly maxCost: NanoUsd | null; readonly deadlineMs: number },
): CompletionRequest {
  const content = [
    divided.before,
    `[The text was too long to be read at once. These are notes on its ${parts} parts, in their order; answer from them.]`,
    `<notes>\n${notes}\n</notes>`,
    divided.after,
  ];
  const messages: Message[] = [...divided.system, { role: 'user', content: content.filter(Boolean).join('\n\n') }];
  return {
    ...base,
    messages,
    // What is to stand in the source stands in the text itself, not in the notes.
    ...(request.verify && {
      verify: request.verify.map((check) =>
        check.type === 'grounded' && check.source === undefined ? { ...check, source: divided.material } : check,
      ),
    }),
    deadlineMs: limits.deadlineMs,
    constraints: { ...base.constraints, ...(limits.maxCost !== null && { maxCost: limits.maxCost }) },
  };
}

function numbered(notes: readonly string[]): string {
  return notes.map((text, index) => `Part ${index + 1}:\n${text}`).join('\n\n');
}

/** What is left of the cap for the next calls; an unknown cost counts as all that it could have been. */
function leftOf(budget: NanoUsd | undefined, spent: readonly CompletionOutcome[], share: number): NanoUsd | null {
  if (budget === undefined) return null;
  const known = spent.reduce((sum, { cost, plan }) => sum + (cost.amount ?? plan.candidates[0]?.worstCost ?? 0), 0);
  return nano(Math.max(0, Math.floor((budget - known) * share)));
}

/** Without counting: no token is longer than this on average in any text of size. Dividing ten megabytes takes seconds. */
const LONGEST_TOKEN_CHARACTERS = 6;

function fewestParts(material: string, most: number): number {
  return material.length / LONGEST_TOKEN_CHARACTERS / most;
}
