import type { CompletionEvent, FinishReason, TokenLogprob } from '../domain/completion-outcome.ts';
import type { ReasoningPart, ToolCall } from '../domain/completion-request.ts';
import type { NanoUsd } from '../domain/money.ts';
import type { TokenUsage } from '../domain/usage.ts';
import type { ProviderEvent } from '../providers/provider.ts';

/** What one attempt has brought so far. */
export interface Answer {
  /** The provider took the request, so that it may have to be paid. */
  readonly accepted: boolean;
  /** Something came that a caller could see. */
  readonly begun: boolean;
  readonly text: string;
  readonly reasoning: string;
  /** The stretches of thinking that must be given back, each complete. */
  readonly reasoningParts: readonly ReasoningPart[];
  readonly logprobs: readonly TokenLogprob[];
  /** By index; a model may leave one out. */
  readonly toolCalls: readonly ToolCall[];
  /** Of everything that came, for estimates and signs of life. */
  readonly characters: number;
  readonly finishReason: FinishReason | null;
  readonly usage: TokenUsage | null;
  readonly reportedCost: NanoUsd | null;
  readonly rawUsage: unknown;
  readonly generationId: string | null;
}

type Draft = { -readonly [Field in keyof Answer]: Answer[Field] };

/** Collects an attempt's events. `add` returns what a watching caller should see of an event; `answer` grows with it. */
export function collectAnswer(): {
  readonly answer: Answer;
  add(event: ProviderEvent): CompletionEvent | null;
} {
  const logprobs: TokenLogprob[] = [];
  const answer: Draft = {
    accepted: false,
    begun: false,
    text: '',
    reasoning: '',
    reasoningParts: [],
    logprobs,
    toolCalls: [],
    characters: 0,
    finishReason: null,
    usage: null,
    reportedCost: null,
    rawUsage: null,
    generationId: null,
  };
  let stretchStart = 0;
  const grow = (piece: string) => {
    answer.begun = true;
    answer.characters += piece.length;
  };

  function add(event: ProviderEvent): CompletionEvent | null {
    answer.accepted = true;
    switch (event.type) {
      case 'accepted':
        answer.generationId = event.generationId;
        return null;
      case 'limited':
        return null;
      case 'text':
      case 'reasoning':
        if (!event.text) return null;
        answer[event.type] += event.text;
        grow(event.text);
        return event;
      case 'reasoning_end': {
        const { signature, redacted } = event;
        const text = answer.reasoning.slice(stretchStart);
        stretchStart = answer.reasoning.length;
        const part = {
          text,
          ...(signature !== undefined && { signature }),
          ...(redacted !== undefined && { redacted }),
        };
        answer.reasoningParts = [...answer.reasoningParts, part];
        return null;
      }
      case 'logprobs':
        logprobs.push(...event.tokens);
        return null;
      case 'tool_call':
        answer.toolCalls = withDelta(answer.toolCalls, event);
        grow(event.arguments);
        return event;
      case 'usage':
        answer.usage = event.usage;
        answer.reportedCost = event.reportedCost;
        answer.rawUsage = event.raw;
        return null;
      case 'finish':
        answer.finishReason = event.reason;
        return null;
    }
  }

  return { answer, add };
}

/** The calls with a piece added to the one at its index. */
function withDelta(calls: readonly ToolCall[], delta: ProviderEvent & { type: 'tool_call' }): readonly ToolCall[] {
  const { index, id, name, signature, arguments: piece } = delta;
  const call = calls[index] ?? { id: `call_${index}`, name: '', arguments: '' };
  const grown = {
    ...call,
    id: id ?? call.id,
    name: name ?? call.name,
    arguments: call.arguments + piece,
    ...(signature !== undefined && { signature }),
  };
  return calls.length === 0 && index === 0 ? [grown] : Object.assign([...calls], { [index]: grown });
}
