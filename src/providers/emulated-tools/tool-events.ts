import type { CompletionRequest } from '../../domain/completion-request.ts';
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
export function createToolEvents({ parallelToolCalls, messages }: CompletionRequest): ToolEvents {
  // Tells the calls of this turn from those of others, as far as the provider does not.
  let prefix = `${messages.length}n`;
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
      if (generationId !== null) prefix = generationId.replace(/[^A-Za-z0-9]/g, '').slice(-24);
    },
    *of(pieces) {
      for (const piece of pieces) {
        if (piece.type === 'text') yield* words(piece.text);
        else if (parallelToolCalls !== false || calls === 0) {
          const index = calls++;
          yield { type: 'tool_call', index, id: `call_${prefix}${index}`, ...piece.call };
        }
      }
    },
    *end() {
      if (calls === 0 && hasText && space !== '') yield { type: 'text', text: space };
    },
  };
}
