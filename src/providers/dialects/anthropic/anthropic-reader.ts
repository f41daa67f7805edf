import { isRecord } from '../../../lib/json-value.ts';
import { judgeAnswer } from '../../judge-answer.ts';
import { createLeadingSpace } from '../../leading-space.ts';
import { type FailureContext, failureFromAnswer } from '../../map-failure.ts';
import type { ProviderEvent } from '../../provider.ts';
import { type AnswerReader, malformed } from '../../read-answer.ts';
import { listAt, numberAt, recordAt, textAt } from '../../read-json.ts';
import type { ToolNames } from '../../tool-names.ts';
import {
  type BlockReader,
  type BlockStart,
  startRedacted,
  startText,
  startThinking,
  startToolUse,
  startUnknown,
} from './block-reader.ts';
import { mergeUsage, readAnthropicUsage } from './read-anthropic-usage.ts';

/**
 * Reads an answer of the Messages API, event by event or as one message. `prefill` is what the answer was begun with: the
 * provider does not repeat it, and the caller knows nothing of it.
 */
export function createAnthropicReader(names: ToolNames, prefill: string, context: FailureContext): AnswerReader {
  const space = createLeadingSpace();
  const open = new Map<number, BlockReader>();
  let latest = 0;
  let calls = 0;
  let hasReasoning = false;
  let isPrefilled = prefill === '';
  let rawUsage: Record<string, unknown> = {};
  let stopReason: string | null = null;
  let refusal = '';
  let closed = false;

  const pass = (text: string): string => {
    if (isPrefilled || text === '') return space.pass(text);
    isPrefilled = true;
    return space.pass(prefill + text);
  };
  const takeUsage = (usage: Record<string, unknown> | undefined): ProviderEvent[] => {
    if (!usage) return [];
    rawUsage = mergeUsage(rawUsage, usage);
    const read = readAnthropicUsage(rawUsage);
    return read ? [{ type: 'usage', usage: read, reportedCost: null, raw: rawUsage }] : [];
  };
  const begin = (message: Record<string, unknown>): ProviderEvent[] => [
    {
      type: 'accepted',
      generationId: textAt(message, 'id') ?? null,
      upstreamModel: textAt(message, 'model') ?? null,
    },
    ...takeUsage(recordAt(message, 'usage')),
  ];
  const startOf = (block: Record<string, unknown>): BlockStart => {
    switch (block['type']) {
      case 'text':
        return startText(block, pass);
      case 'thinking':
        hasReasoning = true;
        return startThinking(block);
      case 'redacted_thinking':
        hasReasoning = true;
        return startRedacted(block);
      case 'tool_use':
        return startToolUse(block, calls++, names);
      default:
        return startUnknown();
    }
  };
  const startBlock = (index: number, block: Record<string, unknown>): readonly ProviderEvent[] => {
    latest = index;
    const { events, reader } = startOf(block);
    open.set(index, reader);
    return events;
  };
  const stopBlock = (index: number): readonly ProviderEvent[] => {
    const reader = open.get(index);
    open.delete(index);
    return reader?.stop() ?? [];
  };
  /** Blocks whose end never came, as some who speak this dialect leave it out. */
  const stopAll = (): readonly ProviderEvent[] => [...open.keys()].flatMap(stopBlock);
  const stop = (source: Record<string, unknown>): void => {
    stopReason = textAt(source, 'stop_reason') ?? stopReason;
    refusal = textAt(recordAt(source, 'stop_details') ?? {}, 'explanation') ?? refusal;
  };
  const readEvent = (data: Record<string, unknown>, name: string | null): readonly ProviderEvent[] => {
    if (name === 'error' || data['type'] === 'error' || isRecord(data['error'])) {
      throw failureFromAnswer(data['error'] ?? data, context);
    }
    const index = numberAt(data, 'index') ?? latest;
    switch (data['type'] ?? name) {
      case 'message_start':
        return begin(recordAt(data, 'message') ?? {});
      case 'content_block_start':
        return startBlock(index, recordAt(data, 'content_block') ?? {});
      case 'content_block_delta':
        return open.get(index)?.delta(recordAt(data, 'delta') ?? {}) ?? [];
      case 'content_block_stop':
        return stopBlock(index);
      case 'message_delta':
        stop(recordAt(data, 'delta') ?? {});
        return [...(stopReason === null ? [] : stopAll()), ...takeUsage(recordAt(data, 'usage'))];
      case 'message_stop':
        closed = true;
        return [];
      default:
        // `ping`, and what future versions add: the API asks its clients to pass over events that they do not know.
        return [];
    }
  };
  const readMessage = (document: unknown): readonly ProviderEvent[] => {
    if (isRecord(document) && (document['type'] === 'error' || isRecord(document['error']))) {
      throw failureFromAnswer(document['error'] ?? document, context);
    }
    if (!isRecord(document) || !Array.isArray(document['content'])) {
      throw malformed('the answer is JSON, but no message of the Messages API', context);
    }
    const events = [...begin(document)];
    for (const [index, block] of listAt(document, 'content').entries()) {
      if (isRecord(block)) events.push(...startBlock(index, block), ...stopBlock(index));
    }
    stop(document);
    // A document that parses came whole, so a missing reason does not mean that something is missing.
    stopReason ??= 'end_turn';
    closed = true;
    return events;
  };

  return {
    read: (piece) => (piece.type === 'event' ? readEvent(piece.data, piece.name) : readMessage(piece.document)),
    get finished() {
      return stopReason !== null;
    },
    get closed() {
      return closed;
    },
    get begun() {
      return space.visible || hasReasoning || calls > 0;
    },
    end: () =>
      judgeAnswer({ hasText: space.visible, hasReasoning, hasToolCalls: calls > 0, refusal, finishReason: stopReason }),
  };
}
