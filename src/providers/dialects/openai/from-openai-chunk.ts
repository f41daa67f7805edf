import { isRecord } from '../../../lib/json-value.ts';
import { judgeAnswer, type Verdict } from '../../judge-answer.ts';
import { createLeadingSpace } from '../../leading-space.ts';
import type { ProviderEvent } from '../../provider.ts';
import { listAt, numberAt, recordAt, textAt } from '../../read-json.ts';
import type { Quirks } from './quirks.ts';
import { readLogprobs } from './read-logprobs.ts';
import { readUsage } from './read-usage.ts';
import { detailEnds, detailText } from './reasoning-details.ts';
import { createToolCallDeltas, type ToolsOfRequest } from './tool-call-deltas.ts';

export interface ChunkReader {
  /** The events in one chunk, in order. `finish` is not among them: see `end`. */
  read(chunk: Record<string, unknown>): ProviderEvent[];
  /** Whether the provider has said that the answer is over; usage may still follow. */
  readonly finished: boolean;
  /** Whether text, reasoning or a tool call has come. */
  readonly begun: boolean;
  /** What the whole answer comes to once nothing more will come. */
  end(): Verdict;
}

/** Reads the chunks of one answer. */
export function createChunkReader(quirks: Quirks, request: ToolsOfRequest): ChunkReader {
  const toolCalls = createToolCallDeltas(request);
  const leadingSpace = createLeadingSpace();
  let accepted = false;
  let generationId: string | null = null;
  let hasReasoning = false;
  let refusal = '';
  let finishReason: string | null = null;

  const readDelta = (delta: Record<string, unknown>): ProviderEvent[] => {
    refusal += textAt(delta, 'refusal') ?? '';
    const { text, reasoning } = contentOf(delta);
    const events: ProviderEvent[] = [];
    if (reasoning !== '') {
      hasReasoning = true;
      events.push({ type: 'reasoning', text: reasoning });
    }
    events.push(...detailEnds(delta));
    const visible = leadingSpace.pass(text);
    if (visible !== '') events.push({ type: 'text', text: visible });
    events.push(...toolCalls.read(delta, generationId));
    return events;
  };

  return {
    read(chunk) {
      const events: ProviderEvent[] = [];
      generationId = textAt(chunk, 'id') ?? generationId;
      if (!accepted) {
        accepted = true;
        events.push({ type: 'accepted', generationId, upstreamModel: textAt(chunk, 'model') ?? null });
      }
      const choice = firstChoice(chunk);
      const delta = choice && (recordAt(choice, 'delta') ?? recordAt(choice, 'message'));
      if (delta) events.push(...readDelta(delta));
      if (choice) events.push(...readLogprobs(choice));
      finishReason = (choice && finishReasonOf(choice)) ?? finishReason;
      const raw = rawUsage(chunk, choice);
      const read = readUsage(raw, quirks);
      if (read) events.push({ type: 'usage', ...read, raw });
      return events;
    },
    get finished() {
      return finishReason !== null;
    },
    get begun() {
      return leadingSpace.visible || hasReasoning || toolCalls.count() > 0;
    },
    end: () =>
      judgeAnswer({
        hasText: leadingSpace.visible,
        hasReasoning,
        hasToolCalls: toolCalls.count() > 0,
        refusal,
        finishReason,
      }),
  };
}

/** We never ask for more than one choice; another index would be somebody else's text. */
function firstChoice(chunk: Record<string, unknown>): Record<string, unknown> | undefined {
  return listAt(chunk, 'choices')
    .filter(isRecord)
    .find((choice) => (numberAt(choice, 'index') ?? 0) === 0);
}

/** Some servers write "null" as a word while the answer goes on. */
function finishReasonOf(choice: Record<string, unknown>): string | undefined {
  const reason = textAt(choice, 'finish_reason');
  return reason === 'null' ? undefined : reason;
}

/** Where providers put usage: in the chunk, in Groq's extension, in the choice. */
function rawUsage(chunk: Record<string, unknown>, choice: Record<string, unknown> | undefined): unknown {
  return (
    recordAt(chunk, 'usage') ??
    recordAt(recordAt(chunk, 'x_groq') ?? {}, 'usage') ??
    (choice && recordAt(choice, 'usage')) ??
    null
  );
}

/** Text and reasoning of a delta, whose content is a string or, at Mistral, a list of parts. */
function contentOf(delta: Record<string, unknown>): { text: string; reasoning: string } {
  let text = textAt(delta, 'content') ?? '';
  let reasoning = textAt(delta, 'reasoning_content') ?? textAt(delta, 'reasoning') ?? detailText(delta);
  for (const part of listAt(delta, 'content').filter(isRecord)) {
    text += textAt(part, 'text') ?? '';
    for (const thought of listAt(part, 'thinking').filter(isRecord)) reasoning += textAt(thought, 'text') ?? '';
  }
  return { text, reasoning };
}
