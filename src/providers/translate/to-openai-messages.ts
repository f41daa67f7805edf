import type { ChatCompletionMessageParam } from 'openai/resources/chat/completions';
import type { CacheControl, ImagePart, Message, TextPart, ToolCall } from '../../domain/completion-request.ts';
import type { Quirks } from '../quirks.ts';

type WirePart =
  | { type: 'text'; text: string; cache_control?: { type: 'ephemeral'; ttl?: '1h' } }
  | { type: 'image_url'; image_url: { url: string; detail?: 'auto' | 'low' | 'high' } };

/**
 * A conversation in OpenAI's dialect. Order and position are kept exactly, since the provider's prompt cache depends on
 * them. Text parts become one string, which every server understands, unless a part carries a cache mark to keep.
 */
export function toOpenAiMessages(messages: readonly Message[], quirks: Quirks): ChatCompletionMessageParam[] {
  return messages.map((message) => toOpenAiMessage(message, quirks));
}

function toOpenAiMessage(message: Message, quirks: Quirks): ChatCompletionMessageParam {
  switch (message.role) {
    case 'system':
    case 'developer': {
      const role = message.role === 'developer' && quirks.developerRole ? 'developer' : 'system';
      return { role, content: toContent(message.content, quirks) } as ChatCompletionMessageParam;
    }
    case 'user':
      return { role: 'user', content: toContent(message.content, quirks) };
    case 'assistant': {
      const toolCalls = message.toolCalls ?? [];
      const content = message.content === null ? null : toContent(message.content, quirks);
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
        content: toContent(message.content, quirks),
      } as ChatCompletionMessageParam;
  }
}

function toContent(content: string | readonly (TextPart | ImagePart)[], quirks: Quirks): string | WirePart[] {
  if (typeof content === 'string') return content;
  const keepsParts = content.some((part) => part.type === 'image' || (quirks.cacheControl && part.cacheControl));
  if (keepsParts) return content.map((part) => toPart(part, quirks));
  return content.map((part) => (part.type === 'text' ? part.text : '')).join('');
}

function toPart(part: TextPart | ImagePart, quirks: Quirks): WirePart {
  if (part.type === 'image') {
    return { type: 'image_url', image_url: { url: part.url, ...(part.detail ? { detail: part.detail } : {}) } };
  }
  const mark = quirks.cacheControl && part.cacheControl ? toCacheControl(part.cacheControl) : undefined;
  return { type: 'text', text: part.text, ...(mark ? { cache_control: mark } : {}) };
}

/** Five minutes are what a mark without a TTL means. */
function toCacheControl(mark: CacheControl): { type: 'ephemeral'; ttl?: '1h' } {
  return mark.ttl === '1h' ? { type: 'ephemeral', ttl: '1h' } : { type: 'ephemeral' };
}

function toToolCall(call: ToolCall) {
  return { id: call.id, type: 'function' as const, function: { name: call.name, arguments: call.arguments } };
}
