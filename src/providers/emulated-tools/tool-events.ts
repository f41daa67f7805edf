import type { CompletionRequest } from '../../domain/completion-request.ts';
import { createOwnCallId } from '../own-call-id.ts';
import type { ProviderEvent } from '../provider.ts';
import type { ParsedPiece } from './call-parser.ts';

/** What a parser found, as events of an answer. */
export interface ToolEvents {
  accepted(generationId: string | null): void;
  of(pieces: readonly ParsedPiece[]): Iterable<ProviderEvent>;
  /** What is left once nothing more comes. */
  end(): Iterable<ProviderEvent>;
}

/**
 * White space at either end of the words before a call belongs to nobody and is left out. Where only one call is wanted,
 * further ones are left for the model's next turn.
 */
export function createToolEvents(request: CompletionRequest): ToolEvents {
  const ownCallId = createOwnCallId(request);
  let generation: string | null = null;
  let calls = 0;
  let hasText = false;
  let space = '';

  function* words(text: string): Generator<ProviderEvent> {
    const visible = text.trimEnd();
    const whole = visible === '' ? '' : space + visible;
    const shown = hasText ? whole : whole.trimStart();
    space = visible === '' ? space + text : text.slice(visible.length);
    if (shown === '') return;
    hasText = true;
    yield { type: 'text', text: shown };
  }

  return {
    accepted(generationId) {
      generation = generationId;
    },
    *of(pieces) {
      for (const piece of pieces) {
        if (piece.type === 'text') yield* words(piece.text);
        else if (request.parallelToolCalls !== false || calls === 0) {
          const index = calls++;
          yield { type: 'tool_call', index, id: ownCallId(generation, index), ...piece.call };
        }
      }
    },
    *end() {
      if (calls === 0 && hasText && space !== '') yield { type: 'text', text: space };
    },
  };
}
