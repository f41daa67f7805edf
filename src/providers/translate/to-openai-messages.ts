import type { ChatCompletionMessageParam } from 'openai/resources/chat/completions';
import type { ImagePart, Message, TextPart, ToolCall } from '../../domain/completion-request.ts';
import type { Quirks } from '../quirks.ts';
import { toCacheControl, type WireCacheControl } from './to-cache-control.ts';

type WirePart =
  | { type: 'text'; text: string; cache_control?: WireCacheControl }
  | { type: 'image_url'; image_url: { url: string; detail?: 'auto' | 'low' | 'high' } };

/**
 * A conversation in OpenAI's dialect. Order and position are kept exactly, since the provider's prompt cache depends on
 * them. Text parts become one string, which every server understands, unless `marked`: then parts stay parts in every
 * message, as clients move their marks from turn to turn and a message must not change when its mark has gone.
 */
export function toOpenAiMessages(
  messages: readonly Message[],
  quirks: Quirks,
  marked: boolean,
): ChatCompletionMessageParam[] {
  return messages.map((message) => toOpenAiMessage(message, quirks, marked));
}

function toOpenAiMessage(message: Message, quirks: Quirks, marked: boolean): ChatCompletionMessageParam {
  switch (message.role) {
    case 'system':
    case 'developer': {
      const role = message.role === 'developer' && quirks.developerRole ? 'developer' : 'system';
      return { role, content: toContent(message.content, marked) } as ChatCompletionMessageParam;
    }
    case 'user':
      return { role: 'user', content: toContent(message.content, marked) };
    case 'assistant': {
      const toolCalls = message.toolCalls ?? [];
      const content = message.content === null ? null : toContent(message.content, marked);
      return (
        toolCalls.length > 0
          ? { role: 'assistant', content, tool_calls: toolCalls.map(toToolCall) }
          : { role: 'assistant', content: content ?? '' }
      ) as ChatCompletionMessageParam;
    }
    case 'tool':
      return {
        role: 'tool',
        tool_call_id: message.toolCallId,
        content: toContent(message.content, marked),
      } as ChatCompletionMessageParam;
  }
}

function toContent(content: string | readonly (TextPart | ImagePart)[], marked: boolean): string | WirePart[] {
  if (typeof content === 'string') return content;
  if (marked || content.some((part) => part.type === 'image')) return content.map((part) => toPart(part, marked));
  return content.map((part) => (part.type === 'text' ? part.text : '')).join('');
}

function toPart(part: TextPart | ImagePart, marked: boolean): WirePart {
  if (part.type === 'image') {
    return { type: 'image_url', image_url: { url: part.url, ...(part.detail ? { detail: part.detail } : {}) } };
  }
  // Anthropic refuses a mark on a text without characters.
  const mark = marked && part.cacheControl && part.text !== '' ? toCacheControl(part.cacheControl) : undefined;
  return { type: 'text', text: part.text, ...(mark ? { cache_control: mark } : {}) };
}

function toToolCall(call: ToolCall) {
  return { id: call.id, type: 'function' as const, function: { name: call.name, arguments: call.arguments } };
}
