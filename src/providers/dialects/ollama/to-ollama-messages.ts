import type { ImagePart, Message, TextPart, ToolCall } from '../../../domain/completion-request.ts';
import { argumentsObject } from '../../arguments-object.ts';
import { readDataUrl } from '../../data-url.ts';
import type { ProviderCall } from '../../provider.ts';
import { untranslatable } from '../../untranslatable.ts';
import type { OllamaMessage, OllamaToolCall } from './wire.ts';

/**
 * A conversation in Ollama's words. Order and position are kept exactly. Texts of a message become one, and its images
 * stand beside it, so that their place between the texts is lost. Throws `untranslatable` for images by address, which
 * Ollama does not fetch.
 */
export function toOllamaMessages(call: ProviderCall): readonly OllamaMessage[] {
  const toolNames = new Map<string, string>();
  return call.request.messages.map((message) => toOllamaMessage(message, call, toolNames));
}

function toOllamaMessage(message: Message, call: ProviderCall, toolNames: Map<string, string>): OllamaMessage {
  switch (message.role) {
    case 'system':
    case 'developer':
      return { role: 'system', content: textIn(message.content) };
    case 'user':
      return { role: 'user', content: textIn(message.content), ...imagesOf(message.content, call) };
    case 'assistant': {
      const { toolCalls = [] } = message;
      for (const { id, name } of toolCalls) toolNames.set(id, name);
      return {
        role: 'assistant',
        content: textIn(message.content),
        ...thinkingOf(message),
        ...(toolCalls.length > 0 ? { tool_calls: toolCalls.map(toToolCall) } : {}),
      };
    }
    case 'tool': {
      const name = toolNames.get(message.toolCallId);
      const text = textIn(message.content);
      return {
        role: 'tool',
        content: message.isError ? `Error: ${text}` : text,
        ...imagesOf(message.content, call),
        ...(name === undefined ? {} : { tool_name: name }),
        tool_call_id: message.toolCallId,
      };
    }
  }
}

function textIn(content: Message['content']): string {
  if (content === null) return '';
  if (typeof content === 'string') return content;
  return content.flatMap((part) => (part.type === 'text' ? [part.text] : [])).join('\n');
}

/** Local models read their own thinking in clear text. What another provider encrypted is nothing to them. */
function thinkingOf({ reasoning = [] }: Extract<Message, { role: 'assistant' }>): Pick<OllamaMessage, 'thinking'> {
  const thinking = reasoning.map(({ text }) => text).join('');
  return thinking === '' ? {} : { thinking };
}

function toToolCall({ id, name, arguments: text }: ToolCall, index: number): OllamaToolCall {
  return { id, function: { index, name, arguments: argumentsObject(text) } };
}

function imagesOf(
  content: string | readonly (TextPart | ImagePart)[],
  call: ProviderCall,
): Pick<OllamaMessage, 'images'> {
  if (typeof content === 'string') return {};
  const images = content.flatMap((part) => {
    if (part.type !== 'image') return [];
    const image = readDataUrl(part.url, call);
    if (image?.mediaType.startsWith('image/')) return [image.data];
    throw untranslatable(
      call,
      image
        ? `Ollama takes images, not ${image.mediaType.slice(0, 60)}.`
        : 'Ollama fetches no images from addresses; give the image as a data URL.',
    );
  });
  return images.length > 0 ? { images } : {};
}
