import { isRecord } from '../../../lib/json-value.ts';
import { type FailureContext, failureFromAnswer } from '../../map-failure.ts';
import { type AnswerReader, malformed } from '../../read-answer.ts';
import { listAt, recordAt } from '../../read-json.ts';
import { createChunkReader } from './from-openai-chunk.ts';
import { completionAsChunk } from './from-openai-completion.ts';
import type { Quirks } from './quirks.ts';
import type { ToolsOfRequest } from './tool-call-deltas.ts';

/** Reads an answer in OpenAI's dialect, chunk by chunk or as one completion. */
export function createOpenAiReader(quirks: Quirks, context: FailureContext, request: ToolsOfRequest): AnswerReader {
  const chunks = createChunkReader(quirks, request);
  return {
    read(piece) {
      if (piece.type === 'event') {
        const { name, data } = piece;
        if (name === 'error' && data['error'] === undefined) throw failureFromAnswer(data, context);
        return chunks.read(withoutError(data, context));
      }
      const chunk = completionAsChunk(piece.document);
      if (chunk === null) throw malformed('the answer is JSON, but no chat completion', context);
      return chunks.read(withoutError(chunk, context));
    },
    get finished() {
      return chunks.finished;
    },
    get begun() {
      return chunks.begun;
    },
    end: chunks.end,
  };
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
