import { ProviderFailure } from '../domain/failure.ts';
import { isRecord, parseJson } from '../lib/json-value.ts';
import type { Verdict } from './judge-answer.ts';
import { type FailureContext, tidy } from './map-failure.ts';
import type { ProviderEvent } from './provider.ts';
import { type AnswerPart, splitAnswer } from './split-answer.ts';
import type { SseEvent } from './sse-decoder.ts';
import type { UpstreamSession } from './upstream-session.ts';

/** A piece of an answer, parsed. */
export type AnswerPiece =
  /** An event of a stream; `name` is null where it has none. */
  | { readonly type: 'event'; readonly name: string | null; readonly data: Record<string, unknown> }
  /** A whole answer that was not streamed: any JSON. */
  | { readonly type: 'document'; readonly document: unknown };

/** Reads the pieces of one answer in a dialect: a state machine that knows nothing of connections. */
export interface AnswerReader {
  /**
   * The events in a piece, in order; `finish` is not among them. Throws `ProviderFailure` for an error inside the answer
   * (`failureFromAnswer`) and for what is no answer in this dialect (`malformed`).
   */
  read(piece: AnswerPiece): readonly ProviderEvent[];
  /** Whether the provider has said that the answer is over; usage may still follow. */
  readonly finished: boolean;
  /** Nothing at all will follow, so that reading can stop. */
  readonly closed?: boolean;
  /** Whether text, reasoning or a tool call has come. */
  readonly begun: boolean;
  /** What the whole answer comes to once nothing more will come. */
  end(): Verdict;
}

/**
 * Reads an answer of success status to its end, streamed or whole, and yields what it consists of; `finish` last and only
 * if the answer is whole. Keeps the watchdog in step. Throws `ProviderFailure` for a fault that it or the reader
 * recognizes, and what `session.read` throws. `split` cuts the bytes into parts where the dialect has its own way.
 */
export async function* readAnswer(
  session: UpstreamSession,
  context: FailureContext,
  reader: AnswerReader,
  split: (read: UpstreamSession['read']) => AsyncIterable<AnswerPart> = splitAnswer,
): AsyncGenerator<ProviderEvent> {
  const phase = createPhase(session, reader);
  let accepted = false;
  try {
    for await (const part of split(session.read)) {
      const piece = pieceOf(part, context);
      if (piece === DONE) break;
      if (piece === null) continue;
      const events = reader.read(piece);
      accepted ||= events.length > 0;
      phase.advance();
      yield* events;
      if (reader.closed) break;
    }
  } catch (error) {
    if (!reader.finished || !endsWholeAnswer(error)) {
      // A success status came, so the provider may charge for the request although nothing of the answer came.
      if (!accepted) yield { type: 'accepted', generationId: null, upstreamModel: null };
      throw error instanceof RangeError ? malformed(error.message, context) : error;
    }
  }
  const verdict = reader.end();
  if ('fault' in verdict) {
    if (!accepted) yield { type: 'accepted', generationId: null, upstreamModel: null };
    throw new ProviderFailure(verdict.fault, context.deployment, tidy(verdict.message, context.secrets));
  }
  session.complete();
  yield { type: 'finish', reason: verdict.finish };
}

/** An answer that nobody can read. */
export function malformed(message: string, context: FailureContext): ProviderFailure {
  return new ProviderFailure('stream_malformed', context.deployment, tidy(message, context.secrets));
}

const DONE = Symbol('[DONE]');

/** What a part says: a piece, the end, or nothing (null). Throws for garbage. */
function pieceOf(part: AnswerPart, context: FailureContext): AnswerPiece | typeof DONE | null {
  switch (part.type) {
    case 'event':
      return pieceOfEvent(part.event, context);
    case 'document': {
      const document = parseJson(part.text);
      if (document === undefined) throw malformed('the answer is not valid JSON', context);
      return { type: 'document', document };
    }
    case 'unknown':
      throw malformed(`the answer is neither JSON nor an event stream; it begins with: ${part.start}`, context);
  }
}

function pieceOfEvent({ name, data: text, terminated }: SseEvent, context: FailureContext) {
  const trimmed = text.trim();
  if (trimmed === '') return null;
  if (trimmed === '[DONE]') return DONE;
  const data = parseJson(trimmed);
  if (isRecord(data)) return { type: 'event', name, data } as const;
  // Cut off in the middle of an event: the end of the stream tells, not this event.
  if (!terminated && (trimmed.startsWith('{') || '[DONE]'.startsWith(trimmed))) return null;
  throw malformed(`an event of the stream is not a JSON object: ${trimmed.slice(0, 80)}`, context);
}

/** Once the finish reason has come, a broken line or a stray event takes nothing away from the answer. */
function endsWholeAnswer(error: unknown): boolean {
  return !(error instanceof ProviderFailure) || error.kind === 'stream_malformed';
}

/** Keeps the watchdog in step with the answer: first content, then each event, then what may follow the finish reason. */
function createPhase(session: UpstreamSession, reader: AnswerReader) {
  let phase: 'first_token' | 'idle' | 'trailing' = 'first_token';
  const enter = (next: typeof phase) => {
    phase = next;
    session.watchdog.enter(next);
  };
  return {
    advance() {
      if (reader.finished) {
        if (phase !== 'trailing') enter('trailing');
      } else if (phase === 'idle') session.watchdog.touch();
      else if (reader.begun) enter('idle');
    },
  };
}
