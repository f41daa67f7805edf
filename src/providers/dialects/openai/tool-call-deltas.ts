import type { CompletionRequest } from '../../../domain/completion-request.ts';
import { isRecord } from '../../../lib/json-value.ts';
import { createOwnCallId } from '../../own-call-id.ts';
import type { ProviderEvent } from '../../provider.ts';
import { listAt, numberAt, recordAt, textAt } from '../../read-json.ts';
import { createToolNames } from '../../tool-names.ts';
import { OPENAI_NAMES } from './to-openai-messages.ts';

/** What tells the names and the turn of a call. */
export type ToolsOfRequest = Pick<CompletionRequest, 'tools' | 'messages'>;

export type ToolCallEvent = Extract<ProviderEvent, { type: 'tool_call' }>;

export interface ToolCallDeltas {
  /** The tool call events in a delta (or in a whole message, which has the same shape). */
  read(delta: Record<string, unknown>, generationId: string | null): ToolCallEvent[];
  count(): number;
}

/**
 * Puts streamed tool calls in order. Calls are told apart by `index`, but some servers leave it out and some give every
 * parallel call the index 0: there a new id with a name begins a new call. A call without id gets one. Names are
 * those of the request.
 */
export function createToolCallDeltas(request: ToolsOfRequest): ToolCallDeltas {
  const names = createToolNames(request, OPENAI_NAMES);
  const ownCallId = createOwnCallId(request);
  const calls: { readonly upstreamIndex: number | undefined; readonly id: string; named: boolean }[] = [];

  const place = (index: number | undefined, id: string | undefined, name: string | undefined): number => {
    const known = calls.findLastIndex((call) => (index === undefined ? true : call.upstreamIndex === index));
    const current = calls[known];
    if (!current) return -1;
    const begins = name !== undefined && ((id !== undefined && id !== current.id) || index === undefined);
    return begins ? -1 : known;
  };

  const take = (raw: unknown, generationId: string | null): ToolCallEvent | null => {
    if (!isRecord(raw)) return null;
    const called = recordAt(raw, 'function') ?? {};
    const wireName = textAt(called, 'name');
    const name = wireName === undefined ? undefined : names.fromWire(wireName);
    const id = textAt(raw, 'id');
    const at = place(numberAt(raw, 'index'), id, name);
    const known = calls[at];
    if (known) {
      const late = name !== undefined && !known.named;
      known.named ||= late;
      return { type: 'tool_call', index: at, ...(late ? { name } : {}), arguments: argumentsOf(called) };
    }
    const index = calls.length;
    const ownId = id ?? ownCallId(generationId, index);
    calls.push({ upstreamIndex: numberAt(raw, 'index'), id: ownId, named: name !== undefined });
    return { type: 'tool_call', index, id: ownId, ...(name ? { name } : {}), arguments: argumentsOf(called) };
  };

  return {
    read(delta, generationId) {
      const raw = [...listAt(delta, 'tool_calls')];
      // The dialect before tools: one function, without id.
      const legacy = recordAt(delta, 'function_call');
      if (legacy) raw.push({ index: 0, function: legacy });
      return raw.flatMap((each) => take(each, generationId) ?? []);
    },
    count: () => calls.length,
  };
}

/** Arguments as JSON text; some servers send the object itself. */
function argumentsOf(called: Record<string, unknown>): string {
  const value = called['arguments'];
  if (typeof value === 'string') return value;
  return isRecord(value) ? JSON.stringify(value) : '';
}
