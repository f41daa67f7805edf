import type { ChatCompletionMessageParam } from 'openai/resources/chat/completions';
import type { CacheControl, ImagePart, Message, TextPart, ToolCall } from '../../../domain/completion-request.ts';
import { toCacheControl, type WireCacheControl } from '../../cache-control.ts';
import { allowedName, type NameRule, NO_CHARACTER } from '../../tool-names.ts';
import type { Quirks } from './quirks.ts';
import { toReasoningDetails } from './reasoning-details.ts';

/** What OpenAI allows; servers that allow more get the same names, so that a conversation may move. */
export const OPENAI_NAMES: NameRule = { forbidden: /[^a-zA-Z0-9_-]/g, maxLength: 64 };
const OPENAI_IDS: NameRule = { forbidden: NO_CHARACTER, maxLength: 40 };

type WirePart =
  | { type: 'text'; text: string; cache_control?: WireCacheControl }
  | { type: 'image_url'; image_url: { url: string; detail?: 'auto' | 'low' | 'high' } };

/**
 * A conversation in OpenAI's dialect. Order and position are kept exactly, since the provider's prompt cache depends on
 * them. Text parts become one string, which every server understands, unless `marked`: then parts stay parts in every
 * message, as clients move their marks from turn to turn and a message must not change when its mark has gone. The images
 * of tool results, for which the dialect has no place, follow them in a message of the user.
 */
export function toOpenAiMessages(
  messages: readonly Message[],
  quirks: Quirks,
  marked: boolean,
  model: string,
): ChatCompletionMessageParam[] {
  const sent: ChatCompletionMessageParam[] = [];
  let images: ImagePart[] = [];
  const showImages = () => {
    if (images.length > 0) sent.push({ role: 'user', content: toContent([IMAGES_ABOVE, ...images], marked) });
    images = [];
  };
  for (const message of messages) {
    if (message.role === 'tool') images.push(...imagesOf(message.content));
    else showImages();
    sent.push(toOpenAiMessage(message, quirks, marked, model));
  }
  showImages();
  return sent;
}

const IMAGES_ABOVE: TextPart = { type: 'text', text: 'The images of the tool results above, in their order:' };
const IMAGE_BELOW: TextPart = { type: 'text', text: '[image: see below]' };

function imagesOf(content: string | readonly (TextPart | ImagePart)[]): readonly ImagePart[] {
  return typeof content === 'string' ? [] : content.filter((part) => part.type === 'image');
}

function toOpenAiMessage(message: Message, quirks: Quirks, marked: boolean, model: string): ChatCompletionMessageParam {
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
      const details = quirks.reasoningDetails ? toReasoningDetails(message.reasoning, model) : [];
      return {
        role: 'assistant',
        content: toolCalls.length > 0 ? content : (content ?? ''),
        ...(toolCalls.length > 0 ? { tool_calls: toolCalls.map(toToolCall) } : {}),
        ...(details.length > 0 ? { reasoning_details: details } : {}),
      } as ChatCompletionMessageParam;
    }
    case 'tool':
      return {
        role: 'tool',
        tool_call_id: allowedName(message.toolCallId, OPENAI_IDS),
        content: toContent(withoutImages(message.content), marked),
      } as ChatCompletionMessageParam;
  }
}

function withoutImages(content: string | readonly (TextPart | ImagePart)[]): string | readonly TextPart[] {
  if (typeof content === 'string') return content;
  return content.map((part) => (part.type === 'image' ? IMAGE_BELOW : part));
}

function toContent(content: string | readonly (TextPart | ImagePart)[], marked: boolean): string | WirePart[] {
  if (typeof content === 'string') return content;
  if (marked || content.some((part) => part.type === 'image')) {
    return content.map((part, index) => toPart(part, marked ? markAt(content, index) : undefined));
  }
  return content.map((part) => (part.type === 'text' ? part.text : '')).join('');
}

/**
 * The mark of a part. OpenRouter takes marks on texts only, so that of an image stands on the last text before it; a text
 * without characters has none, since Anthropic refuses that.
 */
function markAt(content: readonly (TextPart | ImagePart)[], index: number): CacheControl | undefined {
  const part = content[index];
  if (part?.type !== 'text' || part.text === '') return undefined;
  if (part.cacheControl) return part.cacheControl;
  for (let at = index + 1; content[at]?.type === 'image'; at++) {
    const mark = content[at]?.cacheControl;
    if (mark) return mark;
  }
  return undefined;
}

function toPart(part: TextPart | ImagePart, mark: CacheControl | undefined): WirePart {
  if (part.type === 'image') {
    return { type: 'image_url', image_url: { url: part.url, ...(part.detail ? { detail: part.detail } : {}) } };
  }
  return { type: 'text', text: part.text, ...(mark ? { cache_control: toCacheControl(mark) } : {}) };
}

/** Arguments as the model wrote them, but never none at all: several servers parse them. */
function toToolCall({ id, name, arguments: text }: ToolCall) {
  return {
    id: allowedName(id, OPENAI_IDS),
    type: 'function' as const,
    function: { name: allowedName(name, OPENAI_NAMES), arguments: text.trim() === '' ? '{}' : text },
  };
}
