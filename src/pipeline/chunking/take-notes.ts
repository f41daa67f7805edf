import { carefulTokens } from '../../context/careful-tokens.ts';
import { chunkText } from '../../context/chunk-text.ts';
import type { CompletionEvent, CompletionOutcome } from '../../domain/completion-outcome.ts';
import type { CompletionRequest } from '../../domain/completion-request.ts';
import { type NanoUsd, nano } from '../../domain/money.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Pipeline } from '../pipeline.ts';

/** The longest notes on one part. */
export const NOTES_TOKENS = 2_048;
/** Parts that are read at the same time; the profile may allow fewer. */
const AT_ONCE = 4;
/** How often a part may be divided again: it did not fit after all, or the notes on it were cut off. */
const DIVISIONS = 3;

export interface NoteTaker {
  readonly inner: Pipeline;
  readonly base: CompletionRequest;
  readonly signal: AbortSignal;
  readonly clock: Clock;
  /** Of the monotonic clock. */
  readonly endsAt: number;
  /** Every call that was made; grows. */
  readonly spent: CompletionOutcome[];
}

export interface NoteTask {
  readonly purpose: 'map' | 'reduce';
  readonly texts: readonly string[];
  readonly prompt: (text: string, number: number) => string;
  /** For all texts together; null: no limit. */
  readonly maxCost: NanoUsd | null;
}

export type Notes =
  | { readonly type: 'taken'; readonly notes: readonly string[] }
  /** One of the calls came to nothing; the others were cancelled. */
  | { readonly type: 'failed'; readonly outcome: CompletionOutcome };

/** Notes are plain text of bounded length, whatever form the answer is to have. */
export function asNotes(base: CompletionRequest): CompletionRequest {
  const { responseFormat, verify, stop, logprobs, reasoning, continuation, ...rest } = base;
  return { ...rest, maxOutputTokens: NOTES_TOKENS, temperature: base.temperature ?? 0, delivery: 'whole' };
}

class NotTaken extends Error {
  readonly outcome: CompletionOutcome;
  constructor(outcome: CompletionOutcome) {
    super('no notes were taken');
    this.outcome = outcome;
  }
}

/** Takes notes on texts, several at once, in their order. Tells that it lives by `progress`. */
export async function* takeNotes(taker: NoteTaker, task: NoteTask): AsyncGenerator<CompletionEvent, Notes> {
  const stop = new AbortController();
  const signal = AbortSignal.any([taker.signal, stop.signal]);
  const share = task.maxCost === null ? null : nano(Math.floor(task.maxCost / task.texts.length));
  const notes: string[] = new Array<string>(task.texts.length).fill('');
  const running = new Map<number, Promise<number>>();
  let next = 0;
  let characters = 0;
  const start = (index: number) => {
    const text = task.texts[index] ?? '';
    const read = readText(taker, task, { text, number: index + 1, share, divisions: DIVISIONS }, signal);
    running.set(
      index,
      read.then((note) => {
        notes[index] = note;
        return index;
      }),
    );
  };
  try {
    for (;;) {
      // Under a cap the first one shows whether it can be paid at all, before more is spent.
      const atOnce = share !== null && characters === 0 ? 1 : AT_ONCE;
      while (running.size < atOnce && next < task.texts.length) start(next++);
      if (running.size === 0) return { type: 'taken', notes };
      const done = await Promise.race(running.values());
      running.delete(done);
      characters += notes[done]?.length ?? 0;
      yield { type: 'progress', characters };
    }
  } catch (error) {
    if (error instanceof NotTaken) return { type: 'failed', outcome: error.outcome };
    throw error;
  } finally {
    // Also where the caller has left: what runs is cancelled, and booked before we go.
    stop.abort();
    await Promise.allSettled(running.values());
  }
}

interface Reading {
  readonly text: string;
  readonly number: number;
  readonly share: NanoUsd | null;
  readonly divisions: number;
}

async function readText(taker: NoteTaker, task: NoteTask, reading: Reading, signal: AbortSignal): Promise<string> {
  const { base, inner, clock, endsAt, spent } = taker;
  const { text, number, share, divisions } = reading;
  const { maxCost, ...constraints } = base.constraints;
  const outcome = await inner.complete(
    {
      ...asNotes(base),
      messages: [{ role: 'user', content: task.prompt(text, number) }],
      purpose: task.purpose,
      deadlineMs: Math.max(1, Math.ceil(endsAt - clock.monotonic())),
      constraints: { ...constraints, ...(share !== null && { maxCost: share }) },
    },
    signal,
  );
  spent.push(outcome);
  if (outcome.status === 'complete') return outcome.text.trim();
  const isCutOff = outcome.status === 'incomplete' && outcome.finishReason === 'length';
  const didNotFit = outcome.error?.code === 'context_length_exceeded';
  if ((isCutOff || didNotFit) && divisions > 0 && text.length > 1) {
    const halves = chunkText(text, Math.ceil(carefulTokens(text) / 2) + 1, carefulTokens);
    const left = share === null ? null : nano(Math.max(0, share - (outcome.cost.amount ?? share)));
    const each = left === null ? null : nano(Math.floor(left / halves.length));
    const notes: string[] = [];
    for (const half of halves) {
      notes.push(await readText(taker, task, { text: half, number, share: each, divisions: divisions - 1 }, signal));
    }
    return notes.join('\n');
  }
  // Notes that are cut off are better than none, once dividing does not help.
  if (isCutOff) return outcome.text.trim();
  throw new NotTaken(outcome);
}
