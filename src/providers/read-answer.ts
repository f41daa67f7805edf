import { ProviderFailure } from '../domain/failure.ts';
import { type FailureContext, failureFromAnswer, tidy } from './map-failure.ts';
import type { ProviderEvent } from './provider.ts';
import type { Quirks } from './quirks.ts';
import { type AnswerPart, splitAnswer } from './split-answer.ts';
import type { SseEvent } from './sse-decoder.ts';
import { type ChunkReader, createChunkReader } from './translate/from-openai-chunk.ts';
import { completionAsChunk } from './translate/from-openai-completion.ts';
import { isRecord, listAt, parseJson, recordAt } from './translate/read-json.ts';
import type { UpstreamSession } from './upstream-session.ts';

/**
 * Reads an answer of success status to its end, streamed or whole, and yields what it consists of; `finish` last and only
 * if the answer is whole. Throws `ProviderFailure` for a fault that it recognizes, and what `session.read` throws.
 */
export async function* readAnswer(
  session: UpstreamSession,
  quirks: Quirks,
  context: FailureContext,
): AsyncGenerator<ProviderEvent> {
  const reader = createChunkReader(quirks);
  const phase = createPhase(session, reader);
  let accepted = false;
  try {
    for await (const part of splitAnswer(session.read)) {
      const chunk = chunkOf(part, context);
      if (chunk === DONE) break;
      if (chunk === null) continue;
      const events = reader.read(chunk);
      accepted ||= events.length > 0;
      phase.advance();
      yield* events;
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

const DONE = Symbol('[DONE]');

/** What a part says: a chunk, the end, or nothing (null). Throws for an error inside the answer and for garbage. */
function chunkOf(part: AnswerPart, context: FailureContext): Record<string, unknown> | typeof DONE | null {
  switch (part.type) {
    case 'event':
      return chunkOfEvent(part.event, context);
    case 'document': {
      const document = parseJson(part.text);
      if (document === undefined) throw malformed('the answer is not valid JSON', context);
      const chunk = completionAsChunk(document);
      if (chunk === null) throw malformed('the answer is JSON, but no chat completion', context);
      return withoutError(chunk, context);
    }
    case 'unknown':
      throw malformed(`the answer is neither JSON nor an event stream; it begins with: ${part.start}`, context);
  }
}

function chunkOfEvent(event: SseEvent, context: FailureContext): Record<string, unknown> | typeof DONE | null {
  const data = event.data.trim();
  if (data === '') return null;
  if (data === '[DONE]') return DONE;
  const chunk = parseJson(data);
  if (!isRecord(chunk)) {
    // Cut off in the middle of an event: the end of the stream tells, not this event.
    if (!event.terminated) return null;
    throw malformed(`an event of the stream is not a JSON object: ${data.slice(0, 80)}`, context);
  }
  if (event.name === 'error' && chunk['error'] === undefined) throw failureFromAnswer(chunk, context);
  return withoutError(chunk, context);
}

/** The chunk, unless it carries an error: in itself, in its choice (OpenRouter), or flat (vLLM). */
function withoutError(chunk: Record<string, unknown>, context: FailureContext): Record<string, unknown> {
  if (chunk['error']) throw failureFromAnswer(chunk['error'], context);
  if (chunk['object'] === 'error') throw failureFromAnswer(chunk, context);
  const choice = listAt(chunk, 'choices')[0];
  const inChoice = isRecord(choice) ? recordAt(choice, 'error') : undefined;
  if (inChoice) throw failureFromAnswer(inChoice, context);
  return chunk;
}

function malformed(message: string, context: FailureContext): ProviderFailure {
  return new ProviderFailure('stream_malformed', context.deployment, tidy(message, context.secrets));
}

/** Once the finish reason has come, a broken line or a stray event takes nothing away from the answer. */
function endsWholeAnswer(error: unknown): boolean {
  return !(error instanceof ProviderFailure) || error.kind === 'stream_malformed';
}

/** Keeps the watchdog in step with the answer: first content, then each event, then what may follow the finish reason. */
function createPhase(session: UpstreamSession, reader: ChunkReader) {
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
